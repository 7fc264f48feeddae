import {
  type BullSession,
  openSession,
  type SessionTimes,
  sessionTimes,
  type WorkOptions,
} from './bullmq-session.ts';
import { type QueueClock, queueClock } from './clock.ts';
import { createGate, type Gate } from './gate.ts';
import { createInProcessQueue } from './in-process.ts';
import type { Queue, Wake } from './queue.ts';
import type { RedisPlace } from './redis.ts';

export interface BullQueueOptions {
  readonly redis: RedisPlace;
  /** Begins the names of all keys in Redis. */
  readonly prefix: string;
  /** One queue for each record system: the rate is its. */
  readonly name: string;
  /** Told when Redis was reached or lost, with the reason of the loss; also at the beginning. */
  readonly changed: (connected: boolean, reason?: unknown) => void;
  /** Told of wakes that Redis or BullMQ could not answer: they cost one more wake. */
  readonly failed: (error: Error) => void;
  readonly clock?: QueueClock;
  readonly times?: Partial<QueueTimes>;
}

interface QueueTimes extends SessionTimes {
  /** Milliseconds between two tries to reach Redis. */
  readonly retry: number;
}

/** A session that ends within this many milliseconds makes the next try later: twice, at most so many times. */
const SHORT_LIFE = 5_000;
const SHORT_LIVES = 5;
/** Wakes added by one call. */
const CHUNK = 250;
/** Wakes kept for Redis. What comes on top of them is found by the sweeper, when there are few wakes again. */
const MOST = 10_000;

/**
 * A queue in Redis, by BullMQ, for all processes that deliver to one record system. While Redis is out of reach, the
 * wakes of this process wake its own workers.
 */
export function createBullQueue(options: BullQueueOptions): Queue {
  const { changed, clock = queueClock } = options;
  const times = { ...sessionTimes, retry: 1_000, ...options.times };
  const name = options.name.replaceAll(':', '.');
  const own = createInProcessQueue(clock);
  const ending = new AbortController();
  let session: BullSession | undefined;
  let connected: boolean | undefined;
  let lastOpened: number | undefined;
  let workers: { readonly gate: Gate; readonly options: WorkOptions } | undefined;
  /** For Redis, in the order they came; those under way stay in until they are there. */
  let kept: Wake[] = [];
  let sending = false;

  function tell(now: boolean, reason?: unknown): void {
    if (connected === now) return;
    connected = now;
    if (now) changed(true);
    else changed(false, reason);
  }

  async function keepSession(): Promise<void> {
    for (let shortLives = 0; !ending.signal.aborted; ) {
      lastOpened = undefined;
      const reason = await live().catch((error: unknown) => error);
      if (ending.signal.aborted) return;
      tell(false, reason);
      own.wake(kept);
      kept = [];
      // Redis that is there but of no use, e.g. because a right is missing, is not tried, and told of, every second.
      const short = lastOpened !== undefined && clock.now() - lastOpened < SHORT_LIFE;
      shortLives = short ? Math.min(shortLives + 1, SHORT_LIVES) : 0;
      await pause(times.retry * 2 ** shortLives);
    }
  }

  /** One life of a session; gives why it ended. */
  async function live(): Promise<unknown> {
    const opened = await openSession({ ...options, name, clock, times, signal: ending.signal });
    try {
      if (ending.signal.aborted) return undefined;
      session = opened;
      lastOpened = clock.now();
      if (workers !== undefined) opened.work(workers.gate, workers.options);
      tell(true);
      return await opened.over;
    } finally {
      session = undefined;
      opened.abandon();
    }
  }

  function pause(delay: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = clock.after(delay, go);
      ending.signal.addEventListener('abort', go, { once: true });
      function go(): void {
        cancel();
        ending.signal.removeEventListener('abort', go);
        resolve();
      }
    });
  }

  async function send(): Promise<void> {
    if (sending) return;
    sending = true;
    while (session !== undefined && kept.length > 0) {
      const current = session;
      const chunk = kept.slice(0, CHUNK);
      try {
        await current.add(chunk);
        if (session === current) kept.splice(0, chunk.length);
      } catch (error) {
        current.end(error);
        if (session === current) session = undefined;
      }
    }
    sending = false;
  }

  const keeping = keepSession();

  return {
    wake(messages) {
      if (ending.signal.aborted) return;
      if (session === undefined) return own.wake(messages);
      kept.push(...messages.slice(0, MOST - kept.length));
      void send();
    },
    run(work, { concurrency, rate }) {
      const limits = { concurrency, ...(rate === undefined ? {} : { rate }) };
      const gate = createGate(work, { ...limits, clock });
      workers = { gate, options: limits };
      // With Redis back, what is left is found by wakes that go by Redis, at the rate of all.
      own.run(async () => session === undefined && (await gate.pass()), { concurrency });
      session?.work(gate, limits);
    },
    async waiting() {
      const here = kept.length + (await own.waiting());
      try {
        return here + ((await session?.waiting()) ?? 0);
      } catch {
        // The session ends by the same trouble, and says so; what is here is all that is known.
        return here;
      }
    },
    status: () => ({ kind: 'bullmq', connected: session !== undefined }),
    async close() {
      ending.abort();
      const workOver = Promise.all([own.close(), workers?.gate.close()]);
      await session?.close(workOver);
      await workOver;
      await keeping;
    },
  };
}
