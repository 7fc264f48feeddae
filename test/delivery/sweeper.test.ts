import { expect, it, onTestFinished, vi } from 'vitest';
import { type SweeperOptions, startSweeper } from '../../src/delivery/sweeper.ts';
import type { Due } from '../../src/log/message.ts';

const dueNow: Due = { id: 'm', urgency: 4, due: 0 };

/** A sweeper over fake time that looks once a second; `woken` are the sizes of the lists that it woke. */
function sweeper(given: {
  nextDue?: () => Promise<number | undefined>;
  due?: readonly Due[];
  waiting?: () => number;
  until?: number;
}) {
  vi.useFakeTimers({ now: 0 });
  const woken: number[] = [];
  const due = vi.fn(async () => given.due ?? [dueNow]);
  const failures: unknown[] = [];
  const options: SweeperOptions = {
    log: { nextDue: given.nextDue ?? (async () => 0), due },
    queue: {
      waiting: async () => given.waiting?.() ?? 0,
      wake: (messages) => void woken.push(messages.length),
    },
    circuit: {
      status: () => ({ state: 'open', ...(given.until === undefined ? {} : { until: given.until }) }),
    },
    clock: {
      now: () => Date.now(),
      after(delay, run) {
        const timer = setTimeout(run, delay);
        return () => clearTimeout(timer);
      },
    },
    interval: 1_000,
    enough: 64,
    failed: (error) => failures.push(error),
  };
  const { look, stop } = startSweeper(options);
  onTestFinished(() => {
    stop();
    vi.useRealTimers();
  });
  return { woken, due, failures, look, stop };
}

it('wakes what the log says is due, as soon as it starts and then once a second', async () => {
  const { woken } = sweeper({});
  await vi.advanceTimersByTimeAsync(2_000);
  expect(woken).toEqual([1, 1, 1]);
});

it('costs the log nothing but a look at the clock while the queue has enough', async () => {
  let waiting = 64;
  const { due, woken } = sweeper({ waiting: () => waiting });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(due).not.toHaveBeenCalled();
  waiting = 63;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(woken).toEqual([1]);
});

it('asks for a thousand at most, and again sooner while there are more', async () => {
  const { due, woken } = sweeper({ due: Array.from({ length: 1_000 }, () => dueNow) });
  await vi.advanceTimersByTimeAsync(500);
  expect(due).toHaveBeenLastCalledWith({ now: 500, limit: 1_000 });
  expect(woken).toHaveLength(6);
});

it('comes back exactly when the next message is due', async () => {
  const { due } = sweeper({ nextDue: async () => 250 });
  await vi.advanceTimersByTimeAsync(249);
  expect(due).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(due).toHaveBeenCalledTimes(1);
});

it('wakes nobody in vain before the way to the record system opens', async () => {
  const { due } = sweeper({ until: 2_500 });
  await vi.advanceTimersByTimeAsync(2_499);
  expect(due).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(due).toHaveBeenCalledTimes(1);
});

it('looks at once when it is told to, also while it is looking', async () => {
  const asked = Promise.withResolvers<number>();
  const { woken, look } = sweeper({ nextDue: () => asked.promise });
  look();
  asked.resolve(0);
  await vi.advanceTimersByTimeAsync(0);
  expect(woken).toEqual([1, 1]);
  look();
  await vi.advanceTimersByTimeAsync(0);
  expect(woken).toEqual([1, 1, 1]);
});

it('goes on when the log could not be read, and says so', async () => {
  let broken = true;
  const nextDue = () => (broken ? Promise.reject(new RangeError('no log')) : Promise.resolve(0));
  const { woken, failures } = sweeper({ nextDue });
  await vi.advanceTimersByTimeAsync(0);
  expect(failures).toHaveLength(1);
  broken = false;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(woken).toEqual([1]);
});

it('looks no more once it is stopped', async () => {
  const { woken, look, stop } = sweeper({});
  await vi.advanceTimersByTimeAsync(0);
  stop();
  look();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(woken).toEqual([1]);
});
