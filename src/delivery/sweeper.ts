import type { MessageLog } from '../log/log.ts';
import type { Due } from '../log/message.ts';
import type { Queue } from '../queue/queue.ts';
import type { Circuit } from './circuit.ts';
import type { Clock } from './clock.ts';

/** Most messages that one look wakes: what it costs does not grow with the backlog. */
const MOST = 1000;

export interface SweeperOptions {
  readonly log: Pick<MessageLog, 'due' | 'nextDue'>;
  readonly queue: Pick<Queue, 'waiting' | 'wake'>;
  readonly circuit: Pick<Circuit, 'status'>;
  readonly clock: Clock;
  /** Longest pause between two looks at the log, in milliseconds. */
  readonly interval: number;
  /** The queue gets more wakes only while it has fewer than this. */
  readonly enough: number;
  readonly failed: (error: unknown) => void;
}

export interface Sweeper {
  /** Looks now, and from now on as before. */
  look(): void;
  stop(): void;
}

/** Wakes what the log says is due, whatever became of earlier wakes. Begins at once. */
export function startSweeper(options: SweeperOptions): Sweeper {
  const { log, queue, circuit, clock, interval, enough, failed } = options;
  let cancel: (() => void) | undefined;
  let looking = false;
  let again = false;
  let stopped = false;

  /** Milliseconds to the next look. */
  async function sweep(): Promise<number> {
    try {
      const next = await log.nextDue();
      const opens = circuit.status().until ?? 0;
      const wait = next === undefined ? interval : Math.max(next, opens) - clock.now();
      if (wait > 0) return Math.min(wait, interval);
      const woken = (await queue.waiting()) < enough ? await wakeDue() : [];
      // There may be more than one look takes in: the queue is looked at again before it runs dry.
      return woken.length < MOST ? interval : interval / 10;
    } catch (error) {
      failed(error);
      return interval;
    }
  }

  async function wakeDue(): Promise<readonly Due[]> {
    const messages = await log.due({ now: clock.now(), limit: MOST });
    queue.wake(messages);
    return messages;
  }

  async function run(): Promise<void> {
    cancel?.();
    looking = true;
    let pause: number;
    do {
      again = false;
      pause = await sweep();
    } while (again && !stopped);
    looking = false;
    if (!stopped) cancel = clock.after(pause, () => void run());
  }

  void run();
  return {
    look() {
      if (looking) again = true;
      else if (!stopped) void run();
    },
    stop() {
      stopped = true;
      cancel?.();
    },
  };
}
