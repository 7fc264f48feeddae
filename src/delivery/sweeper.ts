import type { MessageLog } from '../log/log.ts';
import type { Circuit } from './circuit.ts';
import type { Clock } from './clock.ts';

export interface SweeperOptions {
  readonly log: MessageLog;
  readonly circuit: Circuit;
  readonly clock: Clock;
  /** Longest pause between two looks at the log, in milliseconds. */
  readonly interval: number;
  readonly wake: () => void;
  readonly failed: (error: unknown) => void;
}

/** Wakes the queue whenever the log says that something is due, whatever became of earlier wakes. Gives what stops it. */
export function startSweeper(options: SweeperOptions): () => void {
  const { log, circuit, clock, interval, wake, failed } = options;
  let cancel: (() => void) | undefined;
  let stopped = false;

  async function sweep(): Promise<void> {
    let next = interval;
    try {
      const due = await log.nextDue();
      const opens = circuit.status().until ?? 0;
      const wait = due === undefined ? interval : Math.max(due, opens) - clock.now();
      if (wait <= 0) wake();
      else next = Math.min(wait, interval);
    } catch (error) {
      failed(error);
    }
    if (!stopped) cancel = clock.after(next, () => void sweep());
  }

  void sweep();
  return () => {
    stopped = true;
    cancel?.();
  };
}
