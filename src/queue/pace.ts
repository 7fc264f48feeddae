import type { QueueClock } from './clock.ts';

/** Turns at an even pace: at most `rate` in any second. Without a rate every turn comes at once. */
export function createPace(clock: QueueClock, rate: number | undefined) {
  const waiting = new Set<() => void>();
  let next = 0;

  return {
    /** Settles when it is one's turn, or when nobody gets one any more. */
    turn(): Promise<void> | undefined {
      if (rate === undefined) return undefined;
      const now = clock.now();
      const at = Math.max(next, now);
      next = at + 1000 / rate;
      if (at <= now) return undefined;
      return new Promise((resolve) => {
        const cancel = clock.after(at - now, come);
        waiting.add(come);
        function come(): void {
          cancel();
          waiting.delete(come);
          resolve();
        }
      });
    },
    end(): void {
      for (const come of waiting) come();
    },
  };
}
