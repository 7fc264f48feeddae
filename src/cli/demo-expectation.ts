import type { Sending } from '../sandbox/omaolo/omaolo.ts';
import type { Person } from '../sandbox/population.ts';

/** Where a sending of the demonstration should be at its end. */
export interface Expectation {
  /** HTTP statuses that its answer may have; a repeat may be the first that arrives after a kill. */
  readonly statuses: readonly number[];
  /** State and cause; absent where the sending was refused. */
  readonly standing?: { readonly state: string; readonly cause?: string };
}

/** What becomes of an assessment about a person in each situation. */
const standings: Readonly<Record<Person['situation'], NonNullable<Expectation['standing']>>> = {
  encounter: { state: 'delivered' },
  finished: { state: 'delivered' },
  merged: { state: 'delivered' },
  waiting: { state: 'waiting', cause: 'encounter-missing' },
  restricted: { state: 'held', cause: 'patient-restricted' },
  ambiguous: { state: 'held', cause: 'patient-several' },
  deleted: { state: 'held', cause: 'patient-unknown' },
  unknown: { state: 'held', cause: 'patient-unknown' },
};

/** `first` is the standing of the edition before, for an amended one. */
export function expectationOf(shows: Sending['shows'], situation: Person['situation']): Expectation {
  const accepted = [200, 202];
  const standing = standings[situation];
  switch (shows) {
    case 'broken':
      return { statuses: [422] };
    case 'trial':
      return { statuses: accepted, standing: { state: 'trial' } };
    case 'amended':
      return {
        statuses: accepted,
        standing: standing.state === 'delivered' ? standing : { state: 'waiting', cause: 'earlier-edition' },
      };
    case 'repeat':
      return { statuses: [200], standing };
    default:
      return { statuses: accepted, standing };
  }
}
