import { type QueueClock, queueClock } from './clock.ts';
import { createLater } from './later.ts';
import { createPace } from './pace.ts';
import type { Queue } from './queue.ts';

/**
 * A queue within one process. Wakes are counted, not kept: a runner that found nothing looks again if a wake came
 * since it began to look, so none that comes while a claim is under way is lost.
 */
export function createInProcessQueue(clock: QueueClock = queueClock): Queue {
  const finished = Promise.withResolvers<void>();
  let work: (() => Promise<boolean>) | undefined;
  let pace = createPace(clock, undefined);
  let concurrency = 0;
  let running = 0;
  /** Wakes that came, and those of them that a look answers. */
  let wakes = 0;
  let answered = 0;
  let closed = false;

  const later = createLater(clock, wakeNow);

  function wakeNow(count: number): void {
    wakes += count;
    start(count);
  }

  function start(count: number): void {
    if (work === undefined) return;
    for (let i = 0; i < count && running < concurrency && !closed; i += 1) {
      running += 1;
      void runUntilNothingIsLeft(work);
    }
  }

  async function runUntilNothingIsLeft(look: () => Promise<boolean>): Promise<void> {
    do {
      const turn = pace.turn();
      if (turn !== undefined) await turn;
      if (closed) break;
      const seen = wakes;
      answered = Math.min(answered + 1, wakes);
      if (await look()) start(1);
      else {
        answered = Math.max(answered, seen);
        if (wakes === seen) break;
      }
    } while (!closed);
    // In the same breath as the last look at `wakes`: a wake must find either a runner that will look or a free place.
    running -= 1;
    if (closed && running === 0) finished.resolve();
  }

  return {
    wake(messages) {
      if (closed) return;
      const now = clock.now();
      const future = messages.filter(({ due }) => due > now);
      if (future.length > 0) later.add(future.map(({ due }) => due));
      if (messages.length > future.length) wakeNow(messages.length - future.length);
    },
    run(given, options) {
      work = given;
      concurrency = options.concurrency;
      pace = createPace(clock, options.rate);
      // Once at least: something may be due from before.
      start(Math.max(wakes, 1));
    },
    waiting: async () => wakes - answered,
    status: () => ({ kind: 'in-process', connected: true }),
    async close() {
      closed = true;
      later.clear();
      pace.end();
      if (running === 0) finished.resolve();
      await finished.promise;
    },
  };
}
