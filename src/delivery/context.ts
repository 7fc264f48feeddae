import type { Bundle } from '@medplum/fhirtypes';
import type { Assessment } from '../assessment/assessment.ts';
import type { ErrorDetail } from '../errors.ts';
import type { Claim, Ending } from '../log/message.ts';
import type { RecordSystem } from '../record/record.ts';
import type { CircuitStatus } from './circuit.ts';
import type { Clock } from './clock.ts';
import type { CrashPoint } from './crash-points.ts';
import type { RetryTimes } from './retry-policy.ts';
import type { Route } from './route.ts';

/** Turns an assessment into its canonical bundle. @throws BridgeError `mapping-failed`, `code-unmapped`. */
export interface Mapper {
  map(
    assessment: Assessment,
    context: { messageId: string; source: string; acceptedAt: string },
  ): { mapping: string; digest: string; bundle: Bundle };
}

/** What delivery tells to whoever counts. */
export interface Observer {
  /** A write ended; `milliseconds` from the intent to the answer. */
  stepEnded(step: {
    readonly name: string;
    readonly outcome: 'done' | 'refused' | 'unknown';
    readonly milliseconds: number;
  }): void;
  /** A look-up of a write with unknown outcome ended. */
  lookedUp(outcome: 'found' | 'absent' | 'doubt'): void;
  /** A try ended; `age` in milliseconds since acceptance. */
  finished(message: {
    readonly kind: string;
    readonly urgency: number;
    readonly ending: Ending;
    readonly age: number;
  }): void;
  /** A claim was abandoned: another worker has it, or the log could not be written. */
  abandoned(why: 'taken' | 'log-unavailable'): void;
  /** Something failed in a way that was not foreseen. */
  failed(): void;
  circuitChanged(status: CircuitStatus): void;
}

/** What the delivery of one message works with. */
export interface DeliveryContext {
  readonly mappings: () => Mapper;
  /** The assessment that a payload of a format holds. @throws BridgeError `mapping-failed` */
  readonly read: (claim: Pick<Claim, 'format' | 'payload'>) => Assessment;
  /** The faults of a canonical bundle, without any value of it; none when it may be sent. */
  readonly validate: (bundle: Bundle) => readonly ErrorDetail[];
  readonly record: RecordSystem;
  readonly route: Route;
  readonly times: RetryTimes;
  /** Milliseconds after which a call to the record system has ended, one way or the other. */
  readonly callTimeout: number;
  /**
   * The resource types of which the record system is known to offer no look-up; undefined as long as what it offers has
   * not been compared with what the route needs.
   */
  readonly withoutLookUp: () => ReadonlySet<string> | undefined;
  /** Where no other process delivers from this log: when this one began. What was intended before is not under way any more. */
  readonly aloneSince?: number;
  readonly clock: Clock;
  /** A number from 0 to 1, for the spread of pauses. */
  readonly chance: () => number;
  readonly observe: Observer;
  /** Called at each named point of each message; tests end the process there. */
  readonly crashPoint: (point: CrashPoint, claim: Claim) => Promise<void> | undefined;
}
