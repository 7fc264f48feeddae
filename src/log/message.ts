import type { ErrorCode } from '../errors.ts';
import type { State } from './state.ts';

/** What the message log knows of a message. Times are milliseconds since 1970 UTC; ids are UUID v7. */

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
