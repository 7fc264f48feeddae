import type { ErrorCode } from '../errors.ts';
import type { By, Choice, Due } from './message.ts';

/** What people of operations do by hand. */

/**
 * How a person resolves a held message. `choose`: go on with this patient or encounter. `filed`: it is in the record,
 * written by hand or by a write whose outcome was not known; it ends as delivered. `absent`: the writes in doubt are
 * certainly not in the record; go on and write them. `again`: the cause was mended; go on. `withdraw`: it shall not be
 * written at all.
 */
export type Resolution =
  | { readonly act: 'choose'; readonly choice: Choice }
  | { readonly act: 'filed'; readonly location?: string }
  | { readonly act: 'absent' }
  | { readonly act: 'again' }
  | { readonly act: 'withdraw' };

/** Which held messages are sent again together. */
export interface RedriveOrder {
  readonly cause: ErrorCode;
  readonly kind?: string;
  readonly urgency?: number;
  /** Accepted in this time, in milliseconds since 1970: `from` included, `to` not. */
  readonly from?: number;
  readonly to?: number;
  /** At most so many, the most urgent and oldest first. */
  readonly limit: number;
  /** Milliseconds between one and the next. */
  readonly spacing: number;
  /** Tells what would be done and does nothing. */
  readonly dryRun: boolean;
}

export interface Redriven {
  /** How many fit the order, whether or not the limit lets them go. */
  readonly matching: number;
  /** Those that go (or, in a dry run, would go), in their order. */
  readonly messages: readonly Due[];
}

/** A human act that is about no single message. */
export interface Act {
  readonly at: number;
  readonly act: 'pause' | 'resume' | 'redrive';
  readonly who: string;
  readonly why: string;
  /** In plain words without personal data, e.g. the order of a redrive and how many it moved. */
  readonly note?: string;
}

/** Whether delivery is paused by hand, for all processes that share the log. */
export interface Pause extends By {
  readonly at: number;
}
