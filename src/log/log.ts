import type { ErrorCode } from '../errors.ts';
import type {
  Accepted,
  By,
  Claim,
  Due,
  Ending,
  Lease,
  LedgerCounts,
  MappingVersion,
  MessageContent,
  MessageFilter,
  MessageHistory,
  MessageSummary,
  NewMessage,
  StepSearch,
} from './message.ts';
import type { NewsClaim, Recipient } from './outbox.ts';
import type { Act, Pause, Redriven, RedriveOrder, Resolution } from './people.ts';

/**
 * The message log: the only truth about what was accepted and what became of it.
 * Every promise that a call returns settles after what it wrote is on disk, synced.
 * Times are milliseconds since 1970 UTC; ids are UUID v7.
 */

/** What a log is opened with besides where it is and the keys of its sealing. */
export interface LogOptions {
  /** Whose news is written to the outbox. */
  readonly newsTo: readonly Recipient[];
}

export interface MessageLog {
  /** Accepts an edition, or finds that it was accepted before (`repeat`: same content, `conflict`: other content). */
  accept(message: NewMessage): Promise<Accepted>;

  /**
   * Gives the most urgent messages that are due (class, then oldest, then title), each leased until `now + lease`:
   * a lease that ends without an ending makes the message due again under a higher fence.
   * Never gives an edition while an earlier one of its case is unfinished, and nothing while delivery is paused.
   * With `fair`, the last place goes to the oldest due message of any class, unless P0 or P1 take all places; with
   * `insist` even then. So nothing starves behind a backlog that never ends.
   */
  claim(options: {
    now: number;
    lease: number;
    limit: number;
    fair?: 'yield' | 'insist';
  }): Promise<readonly Claim[]>;

  /** When the next message becomes due, or undefined when none will by itself or delivery is paused. */
  nextDue(): Promise<number | undefined>;

  /** The messages that may be claimed at `now`, in the order in which they would be; none while delivery is paused. */
  due(options: { now: number; limit: number }): Promise<readonly Due[]>;

  /** Makes a lease longer. Like all writes under a claim: throws BridgeError `internal` when the fence is no longer the newest. */
  extend(lease: Lease, until: number): Promise<void>;

  /** Stores the canonical bundle; state `mapped`. */
  mapped(
    lease: Lease,
    result: {
      readonly mapping: string;
      readonly digest: string;
      readonly bundle: string;
      readonly at: number;
    },
  ): Promise<void>;

  /** Records that a write is about to be sent; state `delivering`. Gives the attempt's number, from 1. */
  intend(
    lease: Lease,
    step: { readonly name: string; readonly at: number; readonly search?: StepSearch },
  ): Promise<number>;

  /** Records how a write ended, or what a look-up found out about it. */
  settle(
    lease: Lease,
    step: {
      readonly name: string;
      readonly attempt: number;
      readonly state: 'done' | 'refused' | 'unknown';
      readonly at: number;
      readonly location?: string;
      readonly error?: ErrorCode;
    },
  ): Promise<void>;

  /**
   * Ends the try and the lease; wakes the next edition of the case when the message is finished.
   * Gives what may be claimed because of it, now or later: the message itself, or the next edition.
   */
  finish(lease: Lease, ending: Ending, at: number): Promise<readonly Due[]>;

  /**
   * Withdraws a message of which nothing was written, for its sender.
   * @throws BridgeError `not-found`, `withdrawal-too-late`.
   */
  withdraw(id: string, at: number): Promise<MessageHistory>;

  /**
   * Makes a waiting message (or one whose write is in doubt) due now; others stay as they are.
   * @throws BridgeError `not-found`.
   */
  hurry(id: string, by: By, at: number): Promise<MessageHistory>;

  /**
   * What a person decided about a held message; `choose` and `withdraw` also about a waiting one that is not in work.
   * `withdraw` is refused where something was, or may have been, written.
   * @throws BridgeError `not-found`, `resolution-unfit` when the message is in no state for it.
   */
  resolve(id: string, resolution: Resolution, by: By, at: number): Promise<MessageHistory>;

  /** Sends many held messages of one cause again, spaced from `at` on. An act, and an event of each message. */
  redrive(order: RedriveOrder, by: By, at: number): Promise<Redriven>;

  /** Pauses delivery for all processes; while it is paused already, nothing changes. */
  pause(by: By, at: number): Promise<void>;
  /** Ends a pause; without one, nothing changes. */
  resume(by: By, at: number): Promise<void>;
  paused(): Promise<Pause | undefined>;

  /** The newest acts, the last first. */
  acts(limit: number): Promise<readonly Act[]>;

  /**
   * Raises an alarm, once, for each unfinished message that was accepted longer ago than `limits` (milliseconds by
   * urgency) allows, or that is held and of an urgency in `limits`. The alarm of a message that is finished is over.
   * Gives how many alarms stand, by urgency.
   */
  alarms(options: {
    readonly now: number;
    readonly limits: ReadonlyMap<number, number>;
  }): Promise<ReadonlyMap<number, number>>;

  /**
   * Gives news to send, the oldest first, each leased until `now + lease`: never two of one case and recipient at the
   * same time, nor a later one before an earlier one that was not sent.
   */
  claimNews(options: {
    readonly to: Recipient;
    readonly now: number;
    readonly lease: number;
    readonly limit: number;
  }): Promise<readonly NewsClaim[]>;

  /** The news has arrived, or is to be sent again at `due`. A lease that has gone to another process changes nothing. */
  newsSent(claim: Pick<NewsClaim, 'seq' | 'fence'>, at: number): Promise<void>;
  newsFailed(claim: Pick<NewsClaim, 'seq' | 'fence'>, due: number): Promise<void>;

  /** How many lines wait in the outbox for each recipient, and when the oldest came. */
  outbox(): Promise<readonly { readonly to: Recipient; readonly count: number; readonly oldest: number }[]>;

  /**
   * Clears payload, bundle, steps and history of up to `limit` messages that ended before `before`: what stays is what
   * the books and the order of editions need. Gives how many it cleared.
   */
  prune(options: { readonly before: number; readonly limit: number }): Promise<number>;

  message(id: string): Promise<MessageHistory | undefined>;
  list(filter: MessageFilter): Promise<readonly MessageSummary[]>;

  /**
   * What a message says; undefined when there is no such message, or when its content was erased.
   * @throws BridgeError `data-key-wrong` when it cannot be opened.
   */
  content(id: string): Promise<MessageContent | undefined>;

  /**
   * What the newest messages say, the last accepted first; `after` is the id of the last one of the page before.
   * Messages whose content was erased or cannot be opened are left out.
   */
  latest(options: {
    readonly limit: number;
    readonly kind?: string;
    readonly after?: string;
  }): Promise<readonly MessageContent[]>;

  /** Keeps a version of the mappings for good; once is enough, and again changes nothing. */
  keepMappings(version: MappingVersion): Promise<void>;

  /** The files (JSON, as kept) of the version with this digest: that of a whole folder, or of one mapping in it. */
  mappingFiles(digest: string): Promise<string | undefined>;

  ledger(): Promise<LedgerCounts>;

  /** The store's own time, in milliseconds since 1970: processes that share a log must agree with it about leases. */
  time(): Promise<number>;

  close(): Promise<void>;
}
