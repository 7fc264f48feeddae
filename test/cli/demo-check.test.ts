import { describe, expect, it } from 'vitest';
import { type Body, notesAbout, problemsOf } from '../../src/cli/demo-check.ts';
import { expectationOf } from '../../src/cli/demo-expectation.ts';
import type { Note } from '../../src/sandbox/notes.ts';

const body: Body = {
  id: 'case-1',
  edition: 2,
  kind: { id: 'cough' },
  client: {},
  sections: [
    {
      questions: [
        { text: 'Mitä tapahtui?', answers: [{ value: 'Yskittää' }] },
        { text: 'Kuumetta?', answers: [{ value: true }] },
        { text: 'Kuinka kauan?', answers: [{ value: 3, display: '3 päivää' }] },
      ],
    },
  ],
};

function note(text: string): Note {
  const unknown = { patient: undefined, encounter: undefined, docStatus: undefined, type: undefined };
  return { id: 'n', order: 1, created: '2026-03-01T10:00:00Z', text, ...unknown };
}

const words = 'Mitä tapahtui?\nYskittää\nKuumetta?\nKyllä\nKuinka kauan?\n3 päivää';
const whole = note(`${words}\nTunniste: case-1\nVersio: 2`);
const expected = expectationOf('ordinary', 'encounter');
const receipt = { status: 202, id: 'm' };
const delivered = { state: 'delivered' };

describe('the demonstration finds nothing wrong', () => {
  it('with a sending that was answered, delivered and filed once, word for word', () => {
    expect(problemsOf(expected, receipt, delivered, [whole], body)).toEqual([]);
  });

  it('with a sending that waits as it should, without a note', () => {
    const waiting = { state: 'waiting', cause: 'encounter-missing' };
    expect(problemsOf(expectationOf('ordinary', 'waiting'), receipt, waiting, [], body)).toEqual([]);
  });

  it('with a broken one that was refused', () => {
    expect(problemsOf(expectationOf('broken', 'encounter'), { status: 422 }, {}, [], body)).toEqual([]);
  });
});

describe('the demonstration says what is wrong', () => {
  it('with an answer', () => {
    expect(problemsOf(expected, { status: 503 }, delivered, [whole], body)).toEqual(['answered 503']);
  });

  it('with a state or its cause', () => {
    const held = { state: 'held', cause: 'internal' };
    expect(problemsOf(expected, receipt, held, [whole], body)).toEqual(['is held internal']);
    expect(problemsOf(expectationOf('ordinary', 'unknown'), receipt, held, [], body)).toEqual([
      'is held internal',
    ]);
  });

  it('with a note that is lost, doubled, or there though nothing should be', () => {
    expect(problemsOf(expected, receipt, delivered, [], body)).toEqual(['0 notes in the record, not 1']);
    expect(problemsOf(expected, receipt, delivered, [whole, whole], body)).toEqual([
      '2 notes in the record, not 1',
    ]);
    expect(
      problemsOf(expectationOf('trial', 'encounter'), receipt, { state: 'trial' }, [whole], body),
    ).toEqual(['1 notes in the record, not 0']);
  });

  it('with words that are not in the note as they were sent', () => {
    const changed = note(whole.text.replace('Yskittää', 'Yskää').replace('3 päivää', '3'));
    expect(problemsOf(expected, receipt, delivered, [changed], body)).toEqual([
      '2 texts are not in the note word for word',
    ]);
  });
});

it('knows the notes about an edition by the lines that name it', () => {
  const other = note('Tunniste: case-1\nVersio: 1');
  const longer = note('Tunniste: case-10\nVersio: 2');
  const inWords = note('Tunniste: case-1\nVersio: 1\nKysymys kaksi: 2 kertaa: 2');
  expect(notesAbout([other, whole, longer, inWords], body)).toEqual([whole]);
});
