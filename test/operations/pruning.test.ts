import { expect, it } from 'vitest';
import { pruneFinished } from '../../src/operations/pruning.ts';

it('clears all that is old enough, in small bites, and nothing younger', async () => {
  const asked: { before: number; limit: number }[] = [];
  let left = 1200;
  const log = {
    async prune(order: { before: number; limit: number }) {
      asked.push(order);
      const cleared = Math.min(order.limit, left);
      left -= cleared;
      return cleared;
    },
  };
  expect(await pruneFinished(log, { keep: 1000, now: 5000 })).toBe(1200);
  expect(asked.length).toBeGreaterThan(2);
  expect(new Set(asked.map(({ before }) => before))).toEqual(new Set([4000]));
});
