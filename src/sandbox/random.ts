/** A source of numbers from 0 (included) to 1 (excluded): the same seed gives the same row of numbers. */
export type Random = () => number;

/** Mulberry32: small, fast, good enough for test data; never for secrets. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A whole number from `low` to `high`, both included. */
export function between(next: Random, low: number, high: number): number {
  return low + Math.floor(next() * (high - low + 1));
}

/** One of a list that holds at least one. */
export function pick<T>(next: Random, list: readonly [T, ...T[]]): T {
  return list[Math.floor(next() * list.length)] ?? list[0];
}
