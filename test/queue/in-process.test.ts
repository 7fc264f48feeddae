import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createInProcessQueue } from '../../src/queue/in-process.ts';

const job = [{ id: 'm', urgency: 4, due: 0 }];
const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

it('works until nothing is left, at most so many at a time', async () => {
  const queue = createInProcessQueue();
  let left = 100;
  let running = 0;
  let most = 0;
  const done = Promise.withResolvers<void>();
  queue.run(
    async () => {
      if (left === 0) return false;
      left -= 1;
      running += 1;
      most = Math.max(most, running);
      await tick();
      running -= 1;
      if (left === 0 && running === 0) done.resolve();
      return true;
    },
    { concurrency: 7 },
  );
  await done.promise;
  await queue.close();
  expect(most).toBe(7);
});

it('begins nothing before it is told what to do, and then does what was due before', async () => {
  const queue = createInProcessQueue();
  queue.wake(job);
  const looked = Promise.withResolvers<boolean>();
  const look = async (): Promise<boolean> => {
    looked.resolve(true);
    return false;
  };
  queue.run(look, { concurrency: 1 });
  expect(await looked.promise).toBe(true);
  await queue.close();
});

it('waits on closing for what is under way, and begins nothing more', async () => {
  const queue = createInProcessQueue();
  const begun = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  let ended = 0;
  queue.run(
    async () => {
      begun.resolve();
      await go.promise;
      ended += 1;
      return true;
    },
    { concurrency: 1 },
  );
  await begun.promise;
  const closed = queue.close();
  queue.wake(job);
  go.resolve();
  await closed;
  expect(ended).toBe(1);
});

it('never loses a wake, whenever it comes', async () => {
  const arrivals = fc.array(fc.record({ ticks: fc.nat(4), count: fc.integer({ min: 1, max: 3 }) }), {
    maxLength: 20,
  });
  await fc.assert(
    fc.asyncProperty(
      arrivals,
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.nat(3)),
      async (plan, concurrency, delays) => {
        const queue = createInProcessQueue();
        let due = 0;
        let done = 0;
        let call = 0;
        queue.run(
          async () => {
            // The claim is decided at once and answered later, as a log does.
            const found = due > 0;
            if (found) due -= 1;
            const delay = delays[call++ % Math.max(1, delays.length)] ?? 0;
            for (let i = 0; i < delay; i += 1) await Promise.resolve();
            if (found) done += 1;
            return found;
          },
          { concurrency },
        );
        let sent = 0;
        for (const { ticks, count } of plan) {
          for (let i = 0; i < ticks; i += 1) await Promise.resolve();
          due += count;
          sent += count;
          queue.wake(job);
        }
        for (let i = 0; i < 10 && done < sent; i += 1) await tick();
        await queue.close();
        return done === sent;
      },
    ),
  );
});
