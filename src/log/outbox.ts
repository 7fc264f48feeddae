import type { MessageSummary } from './message.ts';

/** What is to be told, and to whom. */

/**
 * A line of news in the outbox: for the sender, what became of an edition; for operations, an alarm about an urgent
 * message that is not in the record in time (`alarm`), or its end (`alarm-over`).
 */
export interface News {
  /** Grows with time; orders the news of a case. */
  readonly seq: number;
  readonly to: Recipient;
  readonly type: 'delivered' | 'waiting' | 'held' | 'withdrawn' | 'alarm' | 'alarm-over';
  readonly at: number;
  readonly attempts: number;
  readonly message: MessageSummary;
  /** The state's cause at that time. */
  readonly cause?: string;
}

export type Recipient = 'sender' | 'operations';

/** A piece of news that a process holds by lease, to send it. */
export interface NewsClaim extends News {
  readonly fence: number;
}
