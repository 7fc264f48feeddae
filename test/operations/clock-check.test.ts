import { expect, it } from 'vitest';
import { compareClocks } from '../../src/operations/clock-check.ts';

/** A clock that shows these times, one after another. */
function clock(...times: readonly number[]): () => number {
  const left = [...times];
  return () => left.shift() ?? 0;
}

const at = (time: number) => ({ time: async () => time });

it('is content with clocks that agree', async () => {
  expect(await compareClocks(at(10_000), clock(9_990, 10_010))).toEqual({ ahead: 0, ok: true });
});

it.each([
  ['ahead', 13_000, 3_000],
  ['behind', 7_000, -3_000],
])('sees a clock that is three seconds %s', async (_, shown, ahead) => {
  expect(await compareClocks(at(10_000), clock(shown, shown))).toEqual({ ahead, ok: false });
});

it('accuses no clock for a slow answer', async () => {
  expect(await compareClocks(at(10_000), clock(10_000, 18_000))).toEqual({ ahead: 4_000, ok: true });
});
