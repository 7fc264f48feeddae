import { COME_AGAIN } from './sender.ts';
import { type Edition, markOf } from './workload.ts';

/**
 * The checker: it knows what the sender's log says, what the twin shows and what the public API states, and nothing of
 * the bridge's inside. It is fed as the run goes and names each promise that was broken. It does no I/O.
 */

export type Promised =
  | 'no loss'
  | 'no invention'
  | 'one effect per business key'
  | 'order per case'
  | 'stated state equals real state'
  | 'same key, same answer'
  | 'the books balance';

export interface Violation {
  readonly promise: Promised;
  readonly what: string;
  readonly assessment?: string;
  readonly edition?: number;
}

/** One attempt of the sender and its answer; without a status the answer never came. */
export interface Attempt {
  readonly act: 'send' | 'repeat' | 'conflict' | 'withdraw';
  readonly assessment: string;
  readonly edition: number;
  readonly status?: number;
  readonly id?: string;
}

/** A note in the record. */
export interface RecordNote {
  readonly id: string;
  /** Its place in the order of everything that was made in the record. */
  readonly order: number;
  readonly patient?: string | undefined;
  readonly text: string;
}

/** What the API says of a message. */
export interface Stated {
  readonly id: string;
  readonly assessment: string;
  readonly edition: number;
  readonly state: string;
  readonly cause?: string;
}

/** What the API says of the books, and what the sender knew just before it asked and just after it was told. */
export interface Books {
  readonly accepted: number;
  readonly states: Readonly<Record<string, number>>;
  readonly balanced: boolean;
  readonly acknowledgedBefore: number;
  readonly attemptedAfter: number;
}

export interface Counts {
  /** Editions that the sender tried to send. */
  readonly attempted: number;
  /** Editions for which it has an acknowledgement. */
  readonly acknowledged: number;
  readonly repeats: number;
  readonly conflicts: number;
  readonly withdrawn: number;
  readonly notes: number;
  readonly samples: number;
}

export interface Check {
  /** The sender is about to send this edition for the first time. */
  promised(edition: Edition): void;
  tried(attempt: Attempt): void;
  /** Notes in the order of the record. */
  noted(note: RecordNote): void;
  sampled(books: Books): void;
  /** What was stated before the newest note was read. */
  stated(message: Stated): void;
  counts(): Counts;
  /** The violations so far, the first of them only where there are very many. */
  violations(): readonly Violation[];
  /** What can only be said when nothing is under way any more and every message was stated once more. */
  end(record: { readonly observations: number }): readonly Violation[];
}

interface Known {
  readonly edition: Omit<Edition, 'body' | 'otherBody'>;
  id?: string;
  noted: number;
  withdrawn?: boolean;
  stated?: { state: string; cause?: string };
}

/** So many are told; a run that breaks more is no better understood by more. */
const MOST = 1000;
const OPEN = new Set(['received', 'mapped', 'delivering', 'waiting', 'unknown', 'held']);

export function createCheck(): Check {
  const known = new Map<string, Known>();
  const owners = new Map<string, string>();
  const found: Violation[] = [];
  const counts = { acknowledged: 0, repeats: 0, conflicts: 0, withdrawn: 0, notes: 0, samples: 0 };
  let accepted = 0;
  const keyOf = (assessment: string, edition: number) => `${assessment} ${edition}`;

  function violated(promise: Promised, what: string, about?: { assessment: string; edition: number }): void {
    if (found.length >= MOST) return;
    const { assessment, edition } = about ?? {};
    found.push({
      ...{ promise, what },
      ...(assessment === undefined || edition === undefined ? {} : { assessment, edition }),
    });
  }

  function acknowledged(one: Known, attempt: Attempt): void {
    const { id } = attempt;
    if (id === undefined) {
      violated('same key, same answer', `answered ${attempt.status} without an id`, attempt);
      return;
    }
    if (one.id === undefined) {
      const owner = owners.get(id);
      if (owner !== undefined) {
        violated('same key, same answer', `got the id ${id} of ${owner}`, attempt);
      }
      one.id = id;
      owners.set(id, keyOf(attempt.assessment, attempt.edition));
      counts.acknowledged += 1;
    } else if (one.id !== id) {
      violated('same key, same answer', `was answered ${one.id} before, now ${id}`, attempt);
    }
  }

  function missing(one: Known, about: Edition | Known['edition']): void {
    const { outcome } = about;
    const { state, cause } = one.stated ?? {};
    const is = `${state}${cause === undefined ? '' : ` (${cause})`}`;
    if (state === undefined) {
      violated('no loss', 'was acknowledged, and the bridge does not know it', about);
      return;
    }
    if (state === 'delivered' && one.noted === 0) {
      violated('stated state equals real state', 'is said to be delivered, and is not in the record', about);
    }
    if (state !== 'delivered' && one.noted > 0) {
      violated('stated state equals real state', `is in the record, and said to be ${is}`, about);
    }
    if (outcome.is === 'trial' && state !== 'trial') {
      violated('stated state equals real state', `is a trial, and said to be ${is}`, about);
    }
    if (outcome.is === 'held' && (state !== 'held' || cause !== outcome.cause)) {
      violated('no loss', `shall be held for a person (${outcome.cause}), and is ${is}`, about);
    }
    if (outcome.is === 'recorded' && state !== 'delivered') {
      violated('no loss', `did not come into the record: ${is}`, about);
    }
    if (outcome.is === 'withdrawn-or-recorded') {
      if (state !== 'withdrawn' && state !== 'delivered') violated('no loss', `is ${is}`, about);
      if (state === 'delivered' && one.withdrawn === true) {
        violated('stated state equals real state', 'was withdrawn, and is said to be delivered', about);
      }
    }
  }

  return {
    promised({ body: _, otherBody: __, ...edition }) {
      known.set(keyOf(edition.assessment, edition.edition), { edition, noted: 0 });
    },
    tried(attempt) {
      const { act, status, assessment, edition } = attempt;
      const one = known.get(keyOf(assessment, edition));
      if (one === undefined || status === undefined || COME_AGAIN.has(status)) return;
      const taken = status === 200 || status === 202;
      if (act === 'repeat') counts.repeats += 1;
      if (act === 'conflict') {
        counts.conflicts += 1;
        if (status !== 409) {
          violated('same key, same answer', `other content for the same key was answered ${status}`, attempt);
        }
      } else if (act === 'withdraw') {
        if (!taken || one.withdrawn === true) return;
        one.withdrawn = true;
        counts.withdrawn += 1;
        if (one.noted > 0) {
          violated('stated state equals real state', 'was withdrawn after it came into the record', attempt);
        }
      } else if (taken) acknowledged(one, attempt);
      else if (status >= 400 && status < 500) {
        violated('same key, same answer', `was refused with ${status}`, attempt);
      }
    },
    noted(note) {
      counts.notes += 1;
      const mark = markOf(note.text);
      const one = mark && known.get(keyOf(mark.assessment, mark.edition));
      if (mark === undefined || one === undefined) {
        violated('no invention', `note ${note.id} is about nothing that was sent`, mark);
        return;
      }
      const { edition } = one;
      if (mark.mark !== edition.mark) violated('no invention', `note ${note.id} says something else`, mark);
      if (note.patient !== edition.patient) {
        violated('no invention', `note ${note.id} is in the record of another patient`, mark);
      }
      if (edition.outcome.is === 'trial' || edition.outcome.is === 'held') {
        violated('no invention', `note ${note.id} shall not be there: ${edition.outcome.is}`, mark);
      }
      if (one.withdrawn === true) violated('no invention', `note ${note.id} was withdrawn`, mark);
      one.noted += 1;
      if (one.noted > 1) violated('one effect per business key', `is in the record ${one.noted} times`, mark);
      const earlier = known.get(keyOf(mark.assessment, mark.edition - 1));
      if (earlier?.noted === 0 && earlier.edition.outcome.is === 'recorded') {
        violated('order per case', `came into the record before edition ${mark.edition - 1}`, mark);
      }
      const later = known.get(keyOf(mark.assessment, mark.edition + 1));
      if (later !== undefined && later.noted > 0 && one.noted === 1) {
        violated('order per case', `came into the record after edition ${mark.edition + 1}`, mark);
      }
    },
    sampled(books) {
      counts.samples += 1;
      const sum = sumOf(books.states);
      if (sum !== books.accepted || !books.balanced) {
        violated('the books balance', `${books.accepted} accepted, and ${sum} stand in a state`);
      }
      if (books.accepted < books.acknowledgedBefore) {
        violated('no loss', `${books.acknowledgedBefore} were acknowledged, the books say ${books.accepted}`);
      }
      if (books.accepted > books.attemptedAfter) {
        violated('no invention', `${books.attemptedAfter} were sent, the books say ${books.accepted}`);
      }
      if (books.accepted < accepted) {
        violated('the books balance', `the books said ${accepted} before, and ${books.accepted} now`);
      }
      accepted = Math.max(accepted, books.accepted);
    },
    stated({ id, assessment, edition, state, cause }) {
      const about = { assessment, edition };
      const one = known.get(keyOf(assessment, edition));
      if (one === undefined) {
        violated('no invention', `message ${id} is about nothing that was sent`, about);
        return;
      }
      if (one.id !== undefined && one.id !== id) {
        violated('same key, same answer', `was answered ${one.id}, and is stated as ${id}`, about);
      }
      const before = one.stated?.state;
      if (before !== undefined && !OPEN.has(before) && before !== state) {
        violated('stated state equals real state', `was ${before} for good, and is ${state}`, about);
      }
      if (state === 'delivered' && one.noted === 0) {
        violated(
          'stated state equals real state',
          'is said to be delivered, and is not in the record',
          about,
        );
      }
      one.stated = { state, ...(cause === undefined ? {} : { cause }) };
    },
    counts: () => ({ attempted: known.size, ...counts }),
    violations: () => found,
    end({ observations }) {
      let expected = 0;
      for (const one of known.values()) {
        if (one.id !== undefined) missing(one, one.edition);
        if (one.noted > 0) expected += one.edition.observations;
      }
      if (expected > observations) {
        violated('no loss', `${expected} Observations shall be in the record, and ${observations} are`);
      }
      if (expected < observations) {
        violated(
          'one effect per business key',
          `${expected} Observations shall be in the record, and ${observations} are`,
        );
      }
      return found;
    },
  };
}

export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
