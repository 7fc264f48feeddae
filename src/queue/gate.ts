import type { QueueClock } from './clock.ts';
import { createPace } from './pace.ts';

/** Work as it is let through: in one place for all that wake it, so that its limits hold over all of them. */
export interface Gate {
  /** Works when there is room; gives what `work` gave, or false when the gate was closed before its turn. */
  pass(): Promise<boolean>;
  /** How many are at work. */
  running(): number;
  /** Lets nobody through any more, and waits for those at work. */
  close(): Promise<void>;
}

/** A gate for at most `concurrency` at the same time and at most `rate` in any second. */
export function createGate(
  work: () => Promise<boolean>,
  options: { readonly concurrency: number; readonly rate?: number; readonly clock: QueueClock },
): Gate {
  const { concurrency, rate, clock } = options;
  const pace = createPace(clock, rate);
  const idle = Promise.withResolvers<void>();
  const queue: (() => void)[] = [];
  let running = 0;
  let closed = false;

  function leave(): void {
    const next = queue.shift();
    // The place goes from hand to hand: it is never free in between.
    if (next !== undefined) next();
    else running -= 1;
    if (closed && running === 0) idle.resolve();
  }

  return {
    async pass() {
      if (closed) return false;
      if (running < concurrency) running += 1;
      else await new Promise<void>((resolve) => queue.push(resolve));
      try {
        await pace.turn();
        return closed ? false : await work();
      } finally {
        leave();
      }
    },
    running: () => running,
    async close() {
      closed = true;
      pace.end();
      if (running === 0) idle.resolve();
      await idle.promise;
    },
  };
}
