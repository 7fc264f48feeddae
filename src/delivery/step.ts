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
  /** Fingerprint of what the write says. */
  readonly digest: string;
  readonly encounter: EncounterNeed;
  /** The step whose encounter this one shares, being a further part of the same note. */
  readonly partOf?: string;
  /** The assignment without which this step is left out. */
  assignment?(patient: string): AssignmentWish;
  /** Writes once; gives what the record system calls what it made. */
  send(record: RecordSystem, target: Target, correlation: string): Promise<Result<string>>;
  /**
   * Finds the write again, if it was made after `since` (milliseconds since 1970); undefined where it is certainly not
   * there. Absent where sending again makes no second one: then that is done instead.
   */
  find?(record: RecordSystem, sent: Sent, correlation: string): Promise<Result<string | undefined>>;
}

/** What is known of a write whose outcome is not. */
interface Sent {
  readonly target: Target;
  /** Fingerprint of what was sent, which may be what an older route made of it. */
  readonly digest: string;
  readonly since: number;
}
