/** A message that may be claimed from `due` on (milliseconds since 1970). */
export interface Wake {
  readonly id: string;
  /** 0 (P0) to 9. */
  readonly urgency: number;
  readonly due: number;
}

/**
 * Wakes workers; knows nothing of messages but their ids and when they may go. What is claimed, and in which order, is
 * the message log's alone: a wake may be lost with the process or with Redis, be repeated at will, and lead a worker to
 * another message than the one it names.
 */
export interface Queue {
  /** Says that messages may go. Returns at once and never throws: whatever becomes of it, the sweeper looks again. */
  wake(messages: readonly Wake[]): void;
  /**
   * Runs `work` for every wake that is due, at most `concurrency` at a time in this process, and at most `rate` times a
   * second over all processes that share the queue (absent: as often as it comes). `work` gives whether it found
   * something and must not reject. Called once.
   */
  run(work: () => Promise<boolean>, options: { readonly concurrency: number; readonly rate?: number }): void;
  /** About how many wakes are there that no worker took yet: a sweeper adds more only when there are few. */
  waiting(): Promise<number>;
  /** What people are shown of it. */
  status(): QueueStatus;
  /** Begins no more work, and waits for what is under way. */
  close(): Promise<void>;
}

export interface QueueStatus {
  readonly kind: 'in-process' | 'bullmq';
  /** Whether wakes go by the queue itself; where not, this process wakes its own workers until it is back. */
  readonly connected: boolean;
}
