import type { AssignmentWish } from '../record/assignment.ts';
import type { Result } from '../record/finding.ts';
import type { RecordSystem } from '../record/record.ts';
import type { EncounterNeed } from './route.ts';

/** The record system's ids that a write needs. */
export interface Target {
  /** Absent where the record system is to find the patient by itself. */
  readonly patient?: string;
  readonly encounter?: string;
  /** The assignment that is answered. */
  readonly assignment?: { readonly system?: string; readonly value: string };
}

/** One write of a route. */
export interface PlannedStep {
  /** Unique within the message and the same at every try. */
  readonly name: string;
  /** What is written: the resource type, `Bundle` for a transaction. */
  readonly type: string;
  /** Fingerprint of what the write says, or of what it is found again by; see `digestBy`. */
  readonly digest: string;
  readonly encounter: EncounterNeed;
  /** The step whose encounter this one shares, being a further part of the same note. */
  readonly partOf?: string;
  readonly lookUp: LookUp;
  /** The assignment without which this step is left out. */
  assignment?(patient: string): AssignmentWish;
  /** Writes once; gives what the record system calls what it made. */
  send(record: RecordSystem, target: Target, sending: Sending): Promise<Result<string>>;
}

/** How a write goes out. */
interface Sending {
  readonly correlation: string;
  /** Nothing begins to leave after this time, in milliseconds since 1970. */
  readonly notAfter: number;
}

/** How it is found out what became of a write whose answer was lost. */
export type LookUp =
  | {
      readonly by: 'search' | 'identifier';
      /** Finds the write again; undefined where it is certainly not there. */
      find(record: RecordSystem, sent: Sent, correlation: string): Promise<Result<string | undefined>>;
    }
  /** Sending it again makes no second one: then that is done instead. */
  | { readonly by: 'if-none-exist' }
  /** The record system offers no way. */
  | { readonly by: 'nothing' };

/** What is known of a write whose outcome is not. */
export interface Sent {
  readonly target: Target;
  /** Digest of what was sent, which may be what an older route made of it. */
  readonly digest: string;
  /** When it was sent at the earliest, in milliseconds since 1970, with room for clocks that differ. */
  readonly since: number;
}

/**
 * A digest that tells by which way the write is to be looked up: what was sent under one way is not to be sought by
 * another, which would not find it and call it absent.
 */
export function digestBy(by: LookUp['by'], digest: string): string {
  return by === 'search' ? digest : `${by}:${digest}`;
}

/** The way that a digest was made for. */
export function wayOf(digest: string): string {
  return digest.includes(':') ? (digest.split(':')[0] ?? '') : 'search';
}
