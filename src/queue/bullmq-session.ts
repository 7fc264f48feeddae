import { Queue, Worker } from 'bullmq';
import type { QueueClock } from './clock.ts';
import type { Gate } from './gate.ts';
import type { Wake } from './queue.ts';
import type { RedisClient, RedisPlace } from './redis.ts';

/**
 * What is built upon one connection to Redis. BullMQ and its client can connect again by themselves, but have more than
 * one way to end up waiting for ever; a session is used until the first trouble, and then thrown away as a whole.
 */
export interface BullSession {
  /** Rejects when Redis did not take them all. */
  add(wakes: readonly Wake[]): Promise<void>;
  /** Begins to take wakes, and has the gate work for each. */
  work(gate: Gate, options: WorkOptions): void;
  /** Wakes that are due and that no worker took. */
  waiting(): Promise<number>;
  /** Settles with the reason when the session is of no more use. */
  readonly over: Promise<unknown>;
  /** Ends its use for a reason that its user found. */
  end(reason: unknown): void;
  /** Takes no more wakes at once; waits until their work is over, and then until Redis knows, or for a while. */
  close(workOver: Promise<unknown>): Promise<void>;
  /** Leaves all as it is. */
  abandon(): void;
}

export interface WorkOptions {
  readonly concurrency: number;
  readonly rate?: number;
}

export interface SessionOptions {
  readonly redis: RedisPlace;
  readonly prefix: string;
  readonly name: string;
  readonly clock: QueueClock;
  readonly times: SessionTimes;
  /** Hears what went wrong with a wake that was taken: it may lead to one more wake, and to nothing else. */
  readonly failed: (error: Error) => void;
  readonly signal: AbortSignal;
}

/** Times in milliseconds; docs/decisions/0012-bullmq.md says why they are so long. */
export interface SessionTimes {
  /** To connect and write, before it counts as failed. */
  readonly open: number;
  /** Between two looks whether Redis takes writes and the worker takes wakes, and the longest to wait for its answer. */
  readonly beat: number;
  readonly answer: number;
  /** For BullMQ to tell Redis what was done, on closing. */
  readonly close: number;
  /** Until a wake taken by a process that died is free, and between two looks for such wakes. */
  readonly lock: number;
  readonly stalled: number;
}

export const sessionTimes: SessionTimes = {
  open: 8_000,
  beat: 1_000,
  answer: 2_000,
  close: 2_000,
  lock: 6_000,
  stalled: 3_000,
};

/** Beats without a wake taken, while some wait and nobody works, after which the worker counts as dead. */
const IDLE_BEATS = 5;
/** The rate is kept in windows of about this length, in milliseconds. */
const WINDOW = 50;

/**
 * Connects and makes sure that Redis takes writes.
 * @throws Error of the client or of Redis, e.g. out of reach, not signed in, read only, out of memory
 */
export async function openSession(options: SessionOptions): Promise<BullSession> {
  const { redis, name, clock, times, failed, signal } = options;
  // In braces, so that all keys of the queue are at one node of a cluster.
  const prefix = `{${options.prefix}}`;
  const over = Promise.withResolvers<unknown>();
  const client = redis.client();
  let ended = false;
  let lastError: Error | undefined;
  client.on('error', (error: Error) => {
    lastError = error;
  });
  client.once('end', () => over.resolve(lastError ?? new Error('the connection to Redis ended')));

  // BullMQ makes a second connection out of this one, to wait by. It may connect it again after all was thrown away.
  watchDuplicates(client, (second) => {
    second.on('error', tooLate);
    second.on('connect', () => ended && second.disconnect());
  });

  /** A write: a replica and a full Redis answer everything else. */
  const probe = () => client.set(`${prefix}:${name}-probe`, '1', 'PX', 60_000);

  const aborted = () => client.disconnect();
  signal.addEventListener('abort', aborted, { once: true });
  try {
    // A cluster that is not whole ends the connection, and says nothing to who asked for it.
    const gone = over.promise.then((reason) => Promise.reject(reason));
    await within(times.open, clock, Promise.race([client.connect(), gone]));
    await within(times.answer, clock, probe());
  } catch (error) {
    client.disconnect();
    throw lastError ?? error;
  } finally {
    signal.removeEventListener('abort', aborted);
  }

  const shared = { connection: client, prefix, skipVersionCheck: true } as const;
  const queue = new Queue(name, {
    ...shared,
    skipWaitingForReady: true,
    streams: { events: { maxLen: 100 } },
    defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true, stackTraceLimit: 0 },
  });
  // Its calls reject with the same.
  queue.on('error', tooLate);
  let worker: Worker | undefined;
  let gate: Gate | undefined;
  let taken = 0;
  let last = { waiting: 0, taken };
  let idleBeats = 0;
  let patience = IDLE_BEATS;
  let cancelBeat = clock.after(times.beat, () => void beat());

  const waiting = async () => (await queue.getJobCounts('wait'))['wait'] ?? 0;

  async function beat(): Promise<void> {
    try {
      await within(times.answer, clock, probe());
      const now = { waiting: await within(times.answer, clock, waiting()), taken };
      // Nobody takes any: neither this process, nor another, for then there would be fewer.
      const still = now.waiting > 0 && now.waiting === last.waiting && now.taken === last.taken;
      idleBeats = still && gate?.running() === 0 ? idleBeats + 1 : 0;
      last = now;
      if (idleBeats > patience) throw new Error('wakes wait in Redis, and the worker takes none');
      if (!ended) cancelBeat = clock.after(times.beat, () => void beat());
    } catch (error) {
      over.resolve(error);
    }
  }

  function abandon(): void {
    ended = true;
    cancelBeat();
    over.resolve(undefined);
    // Forced, BullMQ waits for nothing.
    for (const part of [worker, worker?.getBackend(), queue.getBackend()]) part?.close(true).catch(tooLate);
    client.disconnect();
  }

  return {
    over: over.promise,
    end: over.resolve,
    waiting,
    abandon,
    async add(wakes) {
      const now = clock.now();
      await queue.addBulk(
        wakes.map(({ id, urgency, due }) => ({
          name: 'wake',
          data: { id, urgency, due },
          opts: { jobId: jobId(id, due), ...(due > now ? { delay: due - now } : {}) },
        })),
      );
    },
    work(given, { concurrency, rate }) {
      gate = given;
      if (rate !== undefined) patience = Math.max(IDLE_BEATS, (2 * 1000) / rate / times.beat);
      worker = new Worker(
        name,
        async () => {
          taken += 1;
          await given.pass();
        },
        {
          ...shared,
          concurrency,
          ...(rate === undefined ? {} : { limiter: windows(rate) }),
          lockDuration: times.lock,
          stalledInterval: times.stalled,
          maxStalledCount: Number.MAX_SAFE_INTEGER,
          drainDelay: 2,
          runRetryDelay: 500,
        },
      );
      worker.on('error', (error) => {
        if (ended) return;
        if (isOfJob(error)) failed(error);
        else over.resolve(error);
      });
    },
    async close(workOver) {
      ended = true;
      cancelBeat();
      const closing = client.status === 'ready' ? worker?.close() : undefined;
      await workOver;
      try {
        if (closing !== undefined) await within(times.close, clock, closing);
      } catch (error) {
        failed(error instanceof Error ? error : new Error('the worker could not be closed'));
      }
      abandon();
    },
  };
}

/** What is still wrong with something that was thrown away follows from the trouble that was told. */
const tooLate = () => undefined;

function watchDuplicates(client: RedisClient, watch: (made: RedisClient) => void): void {
  const { duplicate } = client;
  Object.defineProperty(client, 'duplicate', {
    configurable: true,
    value(...given: unknown[]) {
      const made: RedisClient = Reflect.apply(duplicate, client, given);
      watch(made);
      return made;
    },
  });
}

/** Whether BullMQ complains of one wake only, e.g. that Redis knows nothing of it any more. */
function isOfJob(error: Error): boolean {
  return error.name === 'Error' && /\bjob\b/i.test(error.message);
}

/** Adding a wake twice is adding it once, as long as nobody took it. BullMQ takes neither colons nor numbers. */
function jobId(id: string, due: number): string {
  return `${id.replaceAll(':', '.')}@${due}`;
}

function windows(rate: number): { max: number; duration: number } {
  const max = Math.max(1, Math.floor((rate * WINDOW) / 1000));
  return { max, duration: Math.ceil((1000 * max) / rate) };
}

async function within<Value>(limit: number, clock: QueueClock, promise: Promise<Value>): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const cancel = clock.after(limit, () => late.reject(new Error(`Redis did not answer within ${limit} ms`)));
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    cancel();
  }
}
