import fc from 'fast-check';
import { it } from 'vitest';
import { createInProcessQueue } from '../../src/queue/in-process.ts';
import { queueConformance } from '../conformance/queue.ts';

const job = [{ id: 'm', urgency: 4, due: 0 }];
const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

queueConformance('a queue within a process', () => ({ open: async () => createInProcessQueue() }), {
  shared: false,
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
