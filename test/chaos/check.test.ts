import { describe, expect, it } from 'vitest';
import { type Attempt, type Books, type Check, createCheck, type RecordNote } from './check.ts';
import type { Edition, Outcome } from './workload.ts';

const recorded: Outcome = { is: 'recorded' };

function edition(given: Partial<Edition> = {}): Edition {
  return {
    ...{
      assessment: 'a',
      edition: 1,
      outcome: recorded,
      mark: '0123456789ab',
      patient: 'p',
      observations: 0,
    },
    ...{ repeats: 0, conflicts: false, withdraws: false, body: '', otherBody: '' },
    ...given,
  };
}

function attempt(given: Partial<Attempt> = {}): Attempt {
  return { act: 'send', assessment: 'a', edition: 1, status: 202, id: 'm1', ...given };
}

let order = 0;
function note(about: Edition, given: Partial<RecordNote> = {}): RecordNote {
  order += 1;
  const text = `Esitiedot\nmerkki ${about.assessment}/${about.edition}/${about.mark}\n`;
  return { id: `n${order}`, order, patient: about.patient, text, ...given };
}

const books: Books = {
  ...{ accepted: 3, states: { delivered: 2, held: 1 }, balanced: true },
  ...{ acknowledgedBefore: 3, attemptedAfter: 3 },
};

/** What is found wrong with a run; one edition is sent and acknowledged in it, unless another is given. */
function foundIn(play: (check: Check) => void, sent: Edition | undefined = edition(), observations = 0) {
  const check = createCheck();
  check.promised(sent);
  check.tried(attempt());
  play(check);
  return check.end({ observations }).map(({ promise }) => promise);
}

const delivered = { id: 'm1', assessment: 'a', edition: 1, state: 'delivered' };
const wellDone = (check: Check) => {
  check.noted(note(edition()));
  check.stated(delivered);
};

describe('the checker', () => {
  it('is content with an edition that is in the record once and stated so', () => {
    expect(foundIn(wellDone)).toEqual([]);
  });

  it('is content with an answer that never came, and with one that asks to come again', () => {
    const check = createCheck();
    check.promised(edition());
    check.tried({ act: 'send', assessment: 'a', edition: 1 });
    check.tried({ act: 'send', assessment: 'a', edition: 1, status: 503 });
    check.tried({ act: 'send', assessment: 'a', edition: 1, status: 408 });
    expect(check.end({ observations: 0 })).toEqual([]);
  });

  it('sees a loss: acknowledged, and unknown to the bridge', () => {
    expect(foundIn(() => undefined)).toEqual(['no loss']);
  });

  it.each(['received', 'waiting', 'held', 'unknown'])('sees a loss: %s for ever', (state) => {
    expect(foundIn((check) => check.stated({ ...delivered, state }))).toEqual(['no loss']);
  });

  it('sees a loss: what a person shall decide about is held by another cause', () => {
    const sent = edition({ outcome: { is: 'held', cause: 'patient-unknown' } });
    const held = { ...delivered, state: 'held', cause: 'internal' };
    expect(foundIn((check) => check.stated(held), sent)).toEqual(['no loss']);
    expect(foundIn((check) => check.stated({ ...held, cause: 'patient-unknown' }), sent)).toEqual([]);
  });

  it('sees a measurement that is missing, and one too many', () => {
    const sent = edition({ observations: 1 });
    expect(foundIn(wellDone, sent, 1)).toEqual([]);
    expect(foundIn(wellDone, sent, 0)).toEqual(['no loss']);
    expect(foundIn(wellDone, sent, 2)).toEqual(['one effect per business key']);
  });

  it('sees a second note about the same edition', () => {
    const twice = (check: Check) => {
      check.noted(note(edition()));
      wellDone(check);
    };
    expect(foundIn(twice)).toEqual(['one effect per business key']);
  });

  it.each([
    ['about nothing that was sent', note(edition({ assessment: 'b' }))],
    ['in words that nobody sent', note(edition(), { text: 'Terveisiä' })],
    ['with other content', note(edition({ mark: 'ba9876543210' }))],
    ['in the record of another patient', note(edition(), { patient: 'q' })],
  ])('sees an invention: a note %s', (_, invented) => {
    const found = foundIn((check) => {
      check.noted(invented);
      check.stated(delivered);
    });
    expect(found).toContain('no invention');
  });

  it.each([{ is: 'trial' }, { is: 'held', cause: 'patient-unknown' }] as const)(
    'sees an invention: a note of what shall not be in the record ($is)',
    (outcome) => expect(foundIn(wellDone, edition({ outcome }))).toContain('no invention'),
  );

  it('sees a note of an edition that was withdrawn', () => {
    const sent = edition({ outcome: { is: 'withdrawn-or-recorded' } });
    const found = foundIn((check) => {
      check.tried(attempt({ act: 'withdraw', status: 200 }));
      check.noted(note(sent));
      check.stated({ ...delivered, state: 'withdrawn' });
    }, sent);
    expect(found).toContain('no invention');
  });

  it('sees an edition that came into the record before the one before it', () => {
    const second = edition({ edition: 2 });
    const found = foundIn((check) => {
      check.promised(second);
      check.noted(note(second));
      wellDone(check);
    });
    expect(found).toContain('order per case');
  });

  it('sees a state that is not the real one', () => {
    const statedTooSoon = (check: Check) => {
      check.stated(delivered);
      check.noted(note(edition()));
    };
    expect(foundIn(statedTooSoon)).toEqual(['stated state equals real state']);
    const notStated = (check: Check) => {
      check.noted(note(edition()));
      check.stated({ ...delivered, state: 'held', cause: 'record-refused' });
    };
    expect(foundIn(notStated)).toContain('stated state equals real state');
    const takenBack = (check: Check) => {
      wellDone(check);
      check.stated({ ...delivered, state: 'waiting' });
    };
    expect(foundIn(takenBack)).toContain('stated state equals real state');
  });

  it.each([
    ['another id for the same content', attempt({ act: 'repeat', status: 200, id: 'm2' })],
    ['no id', { act: 'repeat', assessment: 'a', edition: 1, status: 200 }],
    ['a refusal of what was accepted', attempt({ act: 'repeat', status: 422 })],
    ['an acceptance of other content', attempt({ act: 'conflict', status: 202 })],
  ] as const)('sees another answer to the same key: %s', (_, answer) => {
    const found = foundIn((check) => {
      check.tried(answer);
      wellDone(check);
    });
    expect(found).toEqual(['same key, same answer']);
  });

  it('sees one id for two editions', () => {
    const found = foundIn((check) => {
      check.promised(edition({ assessment: 'b' }));
      check.tried(attempt({ assessment: 'b' }));
      wellDone(check);
    });
    expect(found).toContain('same key, same answer');
  });

  it('is content with books that balance and grow', () => {
    const grown = {
      ...books,
      accepted: 4,
      states: { delivered: 4 },
      acknowledgedBefore: 4,
      attemptedAfter: 5,
    };
    const found = foundIn((check) => {
      check.sampled(books);
      check.sampled(grown);
      wellDone(check);
    });
    expect(found).toEqual([]);
  });

  it.each([
    ['that do not add up', { states: { delivered: 1, held: 1 } }, 'the books balance'],
    ['that say so themselves', { balanced: false }, 'the books balance'],
    ['with less than was acknowledged', { acknowledgedBefore: 4 }, 'no loss'],
    ['with more than was sent', { attemptedAfter: 2 }, 'no invention'],
  ] as const)('sees books %s', (_, wrong, promise) => {
    const found = foundIn((check) => {
      check.sampled({ ...books, ...wrong });
      wellDone(check);
    });
    expect(found).toEqual([promise]);
  });

  it('sees books from which something is gone', () => {
    const found = foundIn((check) => {
      check.sampled(books);
      check.sampled({ ...books, accepted: 2, states: { delivered: 2 }, acknowledgedBefore: 2 });
      wellDone(check);
    });
    expect(found).toEqual(['the books balance']);
  });
});
