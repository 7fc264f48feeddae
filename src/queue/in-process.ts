import type { Queue } from './queue.ts';

/**
 * A queue within one process. Wakes are counted, not kept: a runner that found nothing looks again if a wake came
 * since it began to look, so none that comes while a claim is under way is lost.
 */
export function createInProcessQueue(): Queue {
  const finished = Promise.withResolvers<void>();
  let work: (() => Promise<boolean>) | undefined;
  let concurrency = 0;
  let running = 0;
  let wakes = 0;
  let closed = false;

  function start(): void {
    if (closed || work === undefined || running >= concurrency) return;
    running += 1;
    void runUntilNothingIsLeft(work);
  }

  async function runUntilNothingIsLeft(look: () => Promise<boolean>): Promise<void> {
    let seen: number;
    do {
      seen = wakes;
      if (await look()) {
        start();
        seen = -1;
      }
    } while (!closed && wakes !== seen);
    // In the same breath as the last look at `wakes`: a wake must find either a runner that will look or a free place.
    running -= 1;
    if (closed && running === 0) finished.resolve();
  }

  return {
    wake() {
      wakes += 1;
      start();
    },
    run(given, options) {
      work = given;
      concurrency = options.concurrency;
      start();
    },
    async close() {
      closed = true;
      if (running === 0) finished.resolve();
      await finished.promise;
    },
  };
}
