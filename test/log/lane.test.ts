import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createLane } from '../../src/log/lane.ts';

interface Call {
  readonly key: string;
  readonly number: number;
  readonly spoils?: boolean;
}

/** A lane whose batches end when they are let go, with what it did. */
function watched({ most = 4, width = 2, apart = false }) {
  const batches: (readonly Call[])[] = [];
  const open: (() => void)[] = [];
  const lane = createLane<Call, number>({
    most,
    width,
    apart,
    keyOf: ({ key }) => key,
    mayBeOne: (error) => error === 'spoilt',
    async run(calls) {
      batches.push(calls);
      await new Promise<void>((resolve) => {
        open.push(resolve);
      });
      if (calls.some(({ spoils }) => spoils)) throw 'spoilt';
      return calls.map(({ number }) => ({ value: number }));
    },
  });
  return {
    lane,
    batches,
    open,
    async letGo(): Promise<void> {
      for (let idle = 0; idle < 3; idle += 1) {
        await turn();
        const next = open.shift();
        if (next !== undefined) idle = -1;
        next?.();
      }
    },
  };
}

it('answers every call with its own value and keeps the order of each key, whatever comes when', async () => {
  const calls = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), pause: fc.boolean() }), {
    maxLength: 30,
  });
  await fc.assert(
    fc.asyncProperty(calls, fc.boolean(), async (plan, apart) => {
      const { lane, batches, open, letGo } = watched({ apart });
      const answers: Promise<number>[] = [];
      for (const [number, { key, pause }] of plan.entries()) {
        answers.push(lane.call({ key, number }));
        if (!pause) continue;
        await turn();
        expect(open.length).toBeLessThanOrEqual(2);
        open.shift()?.();
      }
      await letGo();
      expect(await Promise.all(answers)).toEqual(plan.map((_, number) => number));
      await lane.idle();
      for (const batch of batches) {
        expect(batch.length).toBeLessThanOrEqual(4);
        if (apart) expect(new Set(batch.map(({ key }) => key)).size).toBe(batch.length);
      }
      for (const wanted of ['a', 'b', 'c']) {
        const numbers = batches.flat().flatMap(({ key, number }) => (key === wanted ? [number] : []));
        expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
      }
    }),
    { numRuns: 50 },
  );
});

it('gathers the calls of one turn, and those that come while batches are under way', async () => {
  const { lane, batches, letGo } = watched({ most: 4, width: 1 });
  const answers = Array.from({ length: 6 }, (_, number) => lane.call({ key: `${number}`, number }));
  await turn();
  answers.push(lane.call({ key: '6', number: 6 }));
  await letGo();
  await Promise.all(answers);
  expect(batches.map((batch) => batch.map(({ number }) => number))).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6],
  ]);
});

it('rejects only the call that spoils its batch', async () => {
  const { lane, letGo } = watched({});
  const answers = Promise.allSettled(
    [0, 1, 2].map((number) => lane.call({ key: `${number}`, number, spoils: number === 1 })),
  );
  await letGo();
  expect((await answers).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});

it('has no two calls of one key under way at the same time', async () => {
  const { lane, batches, letGo } = watched({ most: 1 });
  const answers = ['a', 'a', 'b'].map((key, number) => lane.call({ key, number }));
  await turn();
  await turn();
  expect(batches.flat().map(({ number }) => number)).toEqual([0, 2]);
  await letGo();
  expect(await Promise.all(answers)).toEqual([0, 1, 2]);
});
