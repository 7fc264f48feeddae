import type { Clock } from './clock.ts';

/**
 * How a receiver that is not there, or not able, is spared: after as many such failures in a row as may be under way at
 * once, nothing is posted for a moment, which doubles up to `most` milliseconds. The moment is short, and what comes after
 * it is again as much as may be under way at once: news that hangs at each try must not hold up that of other cases.
 */
export interface NewsPace {
  /** Milliseconds for which nothing may be posted; 0 when something may. */
  rest(): number;
  /** The receiver answered, whatever it said of the news. */
  answered(): void;
  /** The receiver failed as a whole. */
  failed(): void;
  /** It asked to be left alone for so many milliseconds. */
  told(length: number): void;
}

export function createNewsPace(options: {
  readonly clock: Clock;
  /** Failures in a row until it rests. */
  readonly threshold: number;
  readonly first: number;
  readonly most: number;
}): NewsPace {
  const { clock, threshold, first, most } = options;
  let inARow = 0;
  let until = 0;

  function restFor(length: number): void {
    until = Math.max(until, clock.now() + length);
  }

  return {
    rest: () => Math.max(0, until - clock.now()),
    answered() {
      inARow = 0;
    },
    failed() {
      inARow += 1;
      if (inARow % threshold !== 0) return;
      restFor(Math.min(most, first * 2 ** Math.min(inARow / threshold - 1, MOST_DOUBLINGS)));
    },
    told: restFor,
  };
}

const MOST_DOUBLINGS = 20;
