import type { ErrorCode } from '../errors.ts';
import type { State } from './state.ts';

/**
 * The message log: the only truth about what was accepted and what became of it.
 * Every promise that a call returns settles after what it wrote is on disk, synced.
 * Times are milliseconds since 1970 UTC; ids are UUID v7.
 */

/** What a payload is written in: an assessment of our own contract, or a FHIR QuestionnaireResponse of R4, STU3 or R5. */
export type Format =
  | 'assessment'
  | 'questionnaire-response'
  | 'questionnaire-response-stu3'
  | 'questionnaire-response-r5';

/** One edition to accept. */
export interface NewMessage {
  readonly id: string;
  readonly source: string;
  readonly assessment: string;
  readonly edition: number;
  readonly kind: string;
  readonly kindVersion: string;
  readonly title: string;
  /** 0 (P0) to 8 (P8); 9 where the kind has no class. */
  readonly urgency: number;
  readonly sentAt: number;
  readonly acceptedAt: number;
  readonly trial: boolean;
  readonly correlation: string;
  readonly format: Format;
  /** The body as received, byte for byte. */
  readonly payload: Uint8Array;
}

export interface Accepted {
  readonly outcome: 'accepted' | 'repeat' | 'conflict';
  readonly id: string;
  readonly state: State;
  readonly correlation: string;
}

/** What a message waits for: a cause of the catalogue, or an earlier edition of its case. */
export type WaitReason = ErrorCode | 'earlier-edition';

/** One outbound write of a message: intended before the call, settled after it. */
export interface Step {
  readonly name: string;
  readonly attempt: number;
  readonly state: 'intended' | 'done' | 'refused' | 'unknown';
  readonly intendedAt: number;
  readonly endedAt?: number;
  /** What the record system called it, e.g. `DocumentReference/abc`. */
  readonly location?: string;
  readonly error?: ErrorCode;
  /** What the look-up needs to recognise the write again: written with the intent. */
  readonly search?: StepSearch;
}

/** What identifies a write in the record system without personal data. */
export interface StepSearch {
  readonly patient: string;
  readonly encounter?: string;
  /** Digest of what was sent, to compare with what is found. */
  readonly contentDigest: string;
}

/** What names a lease: every write under it carries its fence. */
export interface Lease {
  readonly id: string;
  readonly fence: number;
}

/** A message that may be claimed from `due` on (milliseconds since 1970), and its urgency. */
export interface Due {
  readonly id: string;
  readonly urgency: number;
  readonly due: number;
}

/** Who did something by hand, and why. Neither may hold personal data of a client. */
export interface By {
  readonly who: string;
  readonly why: string;
}

/** What a person chose for a message that the bridge would not decide about: ids of the record system's resources. */
export interface Choice {
  readonly patient?: string;
  readonly encounter?: string;
}

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

/** A message that a worker holds by lease. */
export interface Claim extends Lease {
  readonly source: string;
  readonly assessment: string;
  readonly edition: number;
  readonly kind: string;
  readonly kindVersion: string;
  readonly urgency: number;
  readonly sentAt: number;
  readonly acceptedAt: number;
  readonly correlation: string;
  readonly state: State;
  /** What it waited for, if it was waiting. */
  readonly reason?: WaitReason;
  /** Tries so far, this one not counted. */
  readonly attempts: number;
  /** When it began to wait for the present reason; the time limits of waiting count from here. */
  readonly waitingSince?: number;
  /** What a person chose for it. */
  readonly chosen?: Choice;
  readonly format: Format;
  readonly payload: Uint8Array;
  readonly mapped?: StoredBundle;
  /** Newest attempt of each step, in order. */
  readonly steps: readonly Step[];
}

/** A canonical bundle (JSON) with the name and digest of the mapping that made it. */
interface StoredBundle {
  readonly mapping: string;
  readonly digest: string;
  readonly bundle: string;
}

/** What a message says: its payload, and what was made of it. */
export interface MessageContent {
  readonly id: string;
  readonly source: string;
  readonly kind: string;
  readonly acceptedAt: number;
  readonly correlation: string;
  readonly format: Format;
  readonly payload: Uint8Array;
  readonly mapped?: StoredBundle;
}

/** A folder of mappings as it was live: what is needed to make the same bundles of the same messages again. */
export interface MappingVersion {
  readonly digest: string;
  /** When it became live. */
  readonly at: number;
  readonly mappings: readonly { readonly name: string; readonly digest: string }[];
  /** The folder's files as JSON: path to text. */
  readonly files: string;
}

/** How a try ended. `note` is in plain words without personal data. */
export type Ending =
  | { readonly state: 'delivered'; readonly note?: string }
  | { readonly state: 'waiting'; readonly reason: WaitReason; readonly due: number; readonly note?: string }
  | { readonly state: 'unknown'; readonly due: number; readonly note?: string }
  | { readonly state: 'held'; readonly cause: ErrorCode; readonly note?: string };

export interface MessageSummary {
  readonly id: string;
  readonly source: string;
  readonly assessment: string;
  readonly edition: number;
  readonly kind: string;
  readonly urgency: number;
  readonly state: State;
  readonly cause?: string;
  readonly acceptedAt: number;
  readonly sentAt: number;
  readonly deliveredAt?: number;
  readonly dueAt?: number;
  readonly attempts: number;
  readonly mapping?: string;
  readonly correlation: string;
}

/** One line of the append-only history of a message. */
export interface LogEvent {
  readonly at: number;
  readonly type: string;
  readonly state: State;
  readonly cause?: string;
  readonly note?: string;
  /** Who did it by hand, and why; absent where the bridge did it. */
  readonly by?: By;
}

export interface MessageHistory extends MessageSummary {
  readonly chosen?: Choice;
  readonly steps: readonly Step[];
  readonly history: readonly LogEvent[];
}

export interface MessageFilter {
  readonly source?: string;
  /** The source's own id; asked for together with `source`. */
  readonly assessment?: string;
  readonly state?: State;
  readonly cause?: string;
  readonly kind?: string;
  readonly urgency?: number;
  readonly from?: number;
  readonly to?: number;
  /** Id of the last message of the page before. */
  readonly after?: string;
  readonly limit: number;
}

export interface LedgerCounts {
  readonly accepted: number;
  readonly states: Readonly<Record<State, number>>;
  readonly held: Readonly<Record<string, number>>;
  readonly waiting: Readonly<Record<string, number>>;
  /** For each urgency with unfinished messages (trial and final ones aside): how many, and when the oldest was accepted. */
  readonly unfinished: readonly {
    readonly urgency: number;
    readonly count: number;
    readonly oldest: number;
  }[];
}

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
