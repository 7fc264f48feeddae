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
}

export interface MessageHistory extends MessageSummary {
  readonly steps: readonly Step[];
  readonly history: readonly LogEvent[];
}

export interface MessageFilter {
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

export interface MessageLog {
  /** Accepts an edition, or finds that it was accepted before (`repeat`: same content, `conflict`: other content). */
  accept(message: NewMessage): Promise<Accepted>;

  /**
   * Gives the most urgent messages that are due (class, then oldest, then title), each leased until `now + lease`:
   * a lease that ends without an ending makes the message due again under a higher fence.
   * Never gives an edition while an earlier one of its case is unfinished.
   */
  claim(options: { now: number; lease: number; limit: number }): Promise<readonly Claim[]>;

  /** When the next message becomes due, or undefined when none will by itself. */
  nextDue(): Promise<number | undefined>;

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

  /** Ends the try and the lease; wakes the next edition of the case when the message is finished. */
  finish(lease: Lease, ending: Ending, at: number): Promise<void>;

  /** Withdraws a message of which nothing was written. @throws BridgeError `not-found`, `withdrawal-too-late`. */
  withdraw(id: string, at: number): Promise<MessageHistory>;

  /**
   * Sends a held message again, or makes a waiting one due now; others stay as they are.
   * @throws BridgeError `not-found`.
   */
  retry(id: string, at: number): Promise<MessageHistory>;

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
  close(): Promise<void>;
}
