import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Queue, Wake } from '../../src/queue/queue.ts';

/** A place where queues are opened. */
export interface QueuePlace {
  /** Opens a queue that can be used at once; where `shared`, all of one place hand each other's wakes to their workers. */
  open(): Promise<Queue>;
}

let made = 0;

/** Wakes of messages that nobody else names. */
export function wakes(count: number, due = Date.now()): readonly Wake[] {
  return Array.from({ length: count }, () => ({ id: `m-${made++}`, urgency: 4, due }));
}

/** What a log with messages due does for a queue: one is found by each look, until none is left. */
export function fakeLog() {
  const held: (() => void)[] = [];
  let due = 0;
  const seen = { found: 0, looks: 0, atOnce: 0, most: 0, starts: [] as number[] };
  let holding = false;

  function release(): void {
    holding = false;
    for (const go of held.splice(0)) go();
  }

  return {
    seen,
    due: () => due,
    add: (count: number) => {
      due += count;
    },
    /** From now on, what is found stays in work until `release`. */
    hold: () => {
      holding = true;
      onTestFinished(release);
    },
    release,
    async work(): Promise<boolean> {
      seen.looks += 1;
      if (due === 0) return false;
      due -= 1;
      seen.starts.push(Date.now());
      seen.atOnce += 1;
      seen.most = Math.max(seen.most, seen.atOnce);
      if (holding) await new Promise<void>((resolve) => held.push(resolve));
      else await new Promise((resolve) => setImmediate(resolve));
      seen.atOnce -= 1;
      seen.found += 1;
      return true;
    },
  };
}

const patience = { timeout: 20_000, interval: 5 };

/** Waits until something holds (a promise too), and fails when it never does. */
export function until(holds: () => unknown): Promise<unknown> {
  return vi.waitFor(async () => expect(await holds()).toBeTruthy(), patience);
}

/** What every queue must do, wherever its wakes are. */
export function queueConformance(
  name: string,
  makePlace: () => QueuePlace,
  { shared }: { readonly shared: boolean },
): void {
  async function open(place = makePlace()): Promise<Queue> {
    const queue = await place.open();
    onTestFinished(() => queue.close());
    return queue;
  }

  describe(name, () => {
    it('has a worker look for work when it is woken', async () => {
      const queue = await open();
      const log = fakeLog();
      queue.run(log.work, { concurrency: 2 });
      log.add(1);
      queue.wake(wakes(1));
      await until(() => log.seen.found === 1);
    });

    it('begins nothing before it is told what to do, and then does what it was woken for before', async () => {
      const queue = await open();
      const log = fakeLog();
      log.add(3);
      queue.wake(wakes(3));
      queue.run(log.work, { concurrency: 1 });
      await until(() => log.seen.found === 3);
    });

    it('works for all of many wakes, as many at a time as it may and never more', async () => {
      const queue = await open();
      const log = fakeLog();
      queue.run(log.work, { concurrency: 7 });
      log.hold();
      log.add(600);
      queue.wake(wakes(300));
      queue.wake(wakes(300));
      await until(() => log.seen.atOnce === 7);
      log.release();
      await until(() => log.seen.found === 600);
      expect(log.seen.most).toBe(7);
    });

    it('goes on while it is woken, whenever a wake comes', async () => {
      const arrivals = fc.array(fc.record({ pause: fc.nat(3), count: fc.integer({ min: 1, max: 5 }) }), {
        minLength: 1,
        maxLength: 15,
      });
      const queue = await open();
      const log = fakeLog();
      queue.run(log.work, { concurrency: 3 });
      await fc.assert(
        fc.asyncProperty(arrivals, async (plan) => {
          for (const { pause, count } of plan) {
            for (let i = 0; i < pause; i += 1) await new Promise((resolve) => setImmediate(resolve));
            log.add(count);
            queue.wake(wakes(count));
          }
          await until(() => log.due() === 0);
        }),
        { numRuns: 25 },
      );
    });

    it('takes up what became due while all were at work', async () => {
      const queue = await open();
      const log = fakeLog();
      queue.run(log.work, { concurrency: 1 });
      log.hold();
      log.add(1);
      queue.wake(wakes(1));
      await until(() => log.seen.atOnce === 1);
      log.add(2);
      queue.wake(wakes(2));
      log.release();
      await until(() => log.seen.found === 3);
    });

    it('wakes for a message of the future when it is due, and not before', async () => {
      const queue = await open();
      const looks: number[] = [];
      const dues = [200, 100, 300].map((later) => Date.now() + later);
      queue.run(
        async () => {
          looks.push(Date.now());
          return false;
        },
        { concurrency: 1 },
      );
      await until(() => shared || looks.length === 1);
      const before = looks.length;
      for (const due of dues) queue.wake(wakes(1, due));
      await until(() => looks.length === before + 3);
      for (const [i, due] of dues.toSorted((a, b) => a - b).entries()) {
        expect(looks[before + i]).toBeGreaterThanOrEqual(due);
      }
    });

    it('says how many wakes wait for a worker', async () => {
      const queue = await open();
      const log = fakeLog();
      queue.wake(wakes(50));
      await vi.waitFor(async () => expect(await queue.waiting()).toBe(50), patience);
      log.add(50);
      queue.run(log.work, { concurrency: 5 });
      await vi.waitFor(async () => expect(await queue.waiting()).toBe(0), patience);
    });

    it('keeps to a rate', async () => {
      const queue = await open();
      const log = fakeLog();
      queue.run(log.work, { concurrency: 8, rate: 20 });
      log.add(8);
      queue.wake(wakes(8));
      await until(() => log.seen.found === 8);
      expect(spanOf(log.seen.starts)).toBeGreaterThan(7 * 50 - 25);
    });

    it('waits on closing for what is at work, and begins nothing more', async () => {
      const queue = await open();
      const log = fakeLog();
      queue.run(log.work, { concurrency: 2 });
      log.hold();
      log.add(20);
      queue.wake(wakes(20));
      await until(() => log.seen.atOnce === 2);
      let closed = false;
      const closing = queue.close().then(() => {
        closed = true;
      });
      queue.wake(wakes(1));
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(closed).toBe(false);
      log.release();
      await closing;
      expect(log.seen.found).toBe(2);
      const { looks } = log.seen;
      queue.wake(wakes(1));
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(log.seen.looks).toBe(looks);
    });

    it('is closed at once where it never ran, and may be closed twice', async () => {
      const queue = await open();
      queue.wake(wakes(3, Date.now() + 86_400_000));
      await Promise.all([queue.close(), queue.close()]);
    });

    it('says of what kind it is, and that it is connected', async () => {
      const queue = await open();
      expect(queue.status()).toEqual({ kind: shared ? 'bullmq' : 'in-process', connected: true });
    });

    if (!shared) return;

    it('has whichever worker is free look, in whatever process the wake came', async () => {
      const place = makePlace();
      const [one, other] = [await open(place), await open(place)];
      const log = fakeLog();
      one.run(log.work, { concurrency: 2 });
      log.hold();
      log.add(10);
      other.wake(wakes(10));
      await until(() => log.seen.atOnce === 2);
      other.run(log.work, { concurrency: 3 });
      await until(() => log.seen.atOnce === 5);
      log.release();
      await until(() => log.seen.found === 10);
    });

    it('keeps to a rate over all that share it', async () => {
      const place = makePlace();
      const log = fakeLog();
      for (const queue of [await open(place), await open(place), await open(place)]) {
        queue.run(log.work, { concurrency: 8, rate: 10 });
        queue.wake(wakes(3));
      }
      log.add(9);
      await until(() => log.seen.found === 9);
      // Each for itself would need 200 ms for its three.
      expect(spanOf(log.seen.starts)).toBeGreaterThan(8 * 100 - 100);
    });

    it('leaves to the others what it did not begin when it was closed', async () => {
      const place = makePlace();
      const [one, other] = [await open(place), await open(place)];
      const log = fakeLog();
      one.run(log.work, { concurrency: 1 });
      log.hold();
      log.add(20);
      one.wake(wakes(20));
      await until(() => log.seen.atOnce === 1);
      const closing = one.close();
      log.release();
      await closing;
      other.run(log.work, { concurrency: 4 });
      await until(() => log.seen.found === 20);
    });
  });
}

function spanOf(times: readonly number[]): number {
  return Math.max(...times) - Math.min(...times);
}
