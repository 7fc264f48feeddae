import { type ErrorCode, errorEntry } from '../errors.ts';
import type { FindingKind } from '../record/finding.ts';

/**
 * What follows when a message could not be delivered at once. `retry`: again after a growing pause. `when-told`: when
 * the record system asked. `look-up`: look whether the write is in the record, before anything else; a route of
 * conditional creates sends it again instead, which makes nothing twice (transaction-step.ts); where the record system
 * offers no way, a person looks. `wait`: as long as the route says for the urgency, which may be not at all. `stop`: nothing is claimed for a while, then one message tries. `hold`: a person.
 */
type Behaviour = 'retry' | 'when-told' | 'look-up' | 'wait' | 'stop' | 'hold';

export interface RetryRule {
  readonly behaviour: Behaviour;
  /** What the message waits for or is held by. */
  readonly cause: ErrorCode;
  /** Whether the finding says that the record system itself is in trouble: enough of them open the circuit. */
  readonly trouble: boolean;
  readonly why: string;
}

/** Everything that can keep a message from the record: findings of calls, and the bridge's own failures. */
export type Obstacle = FindingKind | 'internal' | 'stood-still';

/** The retry policy: every obstacle, what follows, and why. */
export const retryPolicy: Readonly<Record<Obstacle, RetryRule>> = {
  'not-sent': {
    behaviour: 'retry',
    cause: 'record-unreachable',
    trouble: true,
    why: 'nothing left the bridge, so sending again can harm nobody',
  },
  busy: {
    behaviour: 'when-told',
    cause: 'record-busy',
    trouble: true,
    why: '429 says that nothing was done and when to come back',
  },
  'read-failed': {
    behaviour: 'retry',
    cause: 'record-failed',
    trouble: true,
    why: 'a read changes nothing, so it may be repeated',
  },
  'read-unreadable': {
    behaviour: 'retry',
    cause: 'record-answer-unreadable',
    trouble: true,
    why: 'a box between us spoke instead of the record system; a read may be repeated',
  },
  'write-unclear': {
    behaviour: 'look-up',
    cause: 'record-outcome-unknown',
    trouble: true,
    why: 'the write may have been done: sending it again could file it twice, unless the route makes every part of it conditional',
  },
  duplicate: {
    behaviour: 'look-up',
    cause: 'record-refused',
    trouble: false,
    why: 'the record system says that it has it: true once it is found there',
  },
  unauthorised: {
    behaviour: 'stop',
    cause: 'record-unauthorised',
    trouble: false,
    why: 'a new token did not help either, so no other message would fare better',
  },
  forbidden: {
    behaviour: 'stop',
    cause: 'record-forbidden',
    trouble: false,
    why: 'the right to the interface is missing, so no other message would fare better',
  },
  unsupported: {
    behaviour: 'stop',
    cause: 'route-gap',
    trouble: false,
    why: 'the record system does not offer what the route needs, for no message',
  },
  refused: {
    behaviour: 'hold',
    cause: 'record-refused',
    trouble: false,
    why: 'the same content would be refused again',
  },
  restricted: {
    behaviour: 'hold',
    cause: 'patient-restricted',
    trouble: false,
    why: 'whether to break the glass is for a person with the right to decide',
  },
  merged: {
    behaviour: 'hold',
    cause: 'patient-merged',
    trouble: false,
    why: 'the record was merged into another that the record system does not show: a person finds the survivor',
  },
  incomplete: {
    behaviour: 'hold',
    cause: 'search-incomplete',
    trouble: false,
    why: 'from an answer that may lack something nothing may be concluded about a patient',
  },
  'patient-unknown': {
    behaviour: 'wait',
    cause: 'patient-unknown',
    trouble: false,
    why: 'the bridge never creates a patient; where the route says so, it waits until somebody has',
  },
  'patient-several': {
    behaviour: 'hold',
    cause: 'patient-several',
    trouble: false,
    why: 'the bridge never chooses between patients',
  },
  'patient-unidentified': {
    behaviour: 'hold',
    cause: 'patient-unidentified',
    trouble: false,
    why: 'names and birthdays never identify a patient by themselves',
  },
  'encounter-missing': {
    behaviour: 'wait',
    cause: 'encounter-missing',
    trouble: false,
    why: 'staff or a booked time opens the encounter',
  },
  'encounter-several': {
    behaviour: 'hold',
    cause: 'encounter-several',
    trouble: false,
    why: 'the route says that a person chooses',
  },
  'chosen-patient-unfit': {
    behaviour: 'hold',
    cause: 'patient-unknown',
    trouble: false,
    why: 'the patient whom a person chose is not to be found, so a person chooses again',
  },
  'chosen-encounter-unfit': {
    behaviour: 'hold',
    cause: 'encounter-missing',
    trouble: false,
    why: 'the encounter that a person chose is not of this patient or does not fit, so a person chooses again',
  },
  'stood-still': {
    behaviour: 'retry',
    cause: 'internal',
    trouble: false,
    why: 'the process stood still between intent and call: nothing was sent, since others may have concluded so by now',
  },
  internal: {
    behaviour: 'retry',
    cause: 'internal',
    trouble: false,
    why: 'what was not foreseen may pass; the message is kept and tried ever more rarely',
  },
};

/** Every obstacle, in the order of the table. */
export const obstacles = Object.keys(retryPolicy) as readonly Obstacle[];

/** Pauses and limits, in milliseconds. */
export interface RetryTimes {
  /** Shortest pause. */
  readonly first: number;
  /** Longest pause. */
  readonly most: number;
  /** Longest pause that the record system may ask for. */
  readonly told: number;
  /** How long one cause is retried before the message is held with `retries-exhausted`. */
  readonly limit: number;
  /** Age since acceptance after which no cause is retried, so that causes that take turns end too. */
  readonly oldest: number;
  /** How long nothing is claimed after a `stop`. */
  readonly stop: number;
}

export const retryTimes: RetryTimes = {
  first: 5_000,
  most: 10 * 60_000,
  told: 60 * 60_000,
  limit: 14 * 86_400_000,
  oldest: 60 * 86_400_000,
  stop: 5 * 60_000,
};

/**
 * The next pause: as long as the waiting has lasted, so it doubles each time without a counter, between `first` and
 * `most`, a fifth more or less so that those who began together do not come back together. `chance` is from 0 to 1.
 */
export function pause(waited: number, times: Pick<RetryTimes, 'first' | 'most'>, chance: number): number {
  const length = Math.min(times.most, Math.max(times.first, waited));
  return Math.round(length * (0.8 + 0.4 * chance));
}

/** A row of the table as plain data, its durations in milliseconds. */
export interface RetryRow extends RetryRule {
  readonly obstacle: Obstacle;
  /** Whose fault the cause is. */
  readonly fault: ReturnType<typeof errorEntry>['fault'];
  /** The pauses between tries; absent where there are none, or where the route says them. */
  readonly pause?: { readonly first: number; readonly most: number };
  /** After how long a person is asked; absent where that is at once, or where the route says it. */
  readonly limit?: number;
}

/** The retry policy as it is served: every row, in its order. */
export function retryTable(times: RetryTimes = retryTimes): readonly RetryRow[] {
  return obstacles.map((obstacle) => {
    const rule = retryPolicy[obstacle];
    return { obstacle, fault: errorEntry(rule.cause).fault, ...rule, ...timesOf(rule.behaviour, times) };
  });
}

function timesOf(behaviour: Behaviour, times: RetryTimes): Pick<RetryRow, 'pause' | 'limit'> {
  const { first, most, told, stop, limit } = times;
  switch (behaviour) {
    case 'retry':
      return { pause: { first, most }, limit };
    case 'when-told':
      return { pause: { first, most: told }, limit };
    case 'stop':
      return { pause: { first: stop, most: Math.max(stop, most) }, limit };
    case 'look-up':
    case 'wait':
    case 'hold':
      return {};
  }
}
