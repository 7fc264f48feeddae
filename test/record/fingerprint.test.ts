import { describe, expect, it } from 'vitest';
import { fingerprint, textFingerprint } from '../../src/record/fingerprint.ts';

const quantity = (value: number, ...codes: readonly string[]) => ({
  code: { coding: codes.map((code) => ({ code })) },
  valueQuantity: { value, unit: 'mm[Hg]' },
});

/** A reading of blood pressure as it was sent. */
function reading(changes: object = {}) {
  return {
    resourceType: 'Observation',
    effectiveDateTime: '2026-03-01T10:00:00Z',
    code: { coding: [{ code: '85354-9' }, { code: '55284-4' }] },
    component: [quantity(120, '8480-6'), quantity(80, '8462-4')],
    ...changes,
  };
}

describe('a reading in the record is the one that was sent', () => {
  const sent = fingerprint(reading(), 'reading');

  it.each([
    ['as it was sent', {}],
    ['with its time in another zone', { effectiveDateTime: '2026-03-01T12:00:00+02:00' }],
    ['with its codes in another order', { code: { coding: [{ code: '55284-4' }, { code: '85354-9' }] } }],
    ['with what the record system added', { id: 'a', status: 'final', note: [{ text: 'x' }] }],
  ])('%s', (_, changes) => {
    expect(fingerprint(reading(changes), 'reading')).toBe(sent);
  });

  it.each([
    ['at another time', { effectiveDateTime: '2026-03-01T10:00:01Z' }],
    ['of something else', { code: { coding: [{ code: '8867-4' }] } }],
    ['with another value in a part', { component: [quantity(120, '8480-6'), quantity(81, '8462-4')] }],
    ['with fewer parts', { component: [quantity(120, '8480-6')] }],
    ['with a value of its own', { valueQuantity: { value: 1 } }],
  ])('unless it is one %s', (_, changes) => {
    expect(fingerprint(reading(changes), 'reading')).not.toBe(sent);
  });
});

it('knows a text again whose letters came back in another of the two ways to write them', () => {
  expect(textFingerprint('Ääni kähisee'.normalize('NFD'))).toBe(textFingerprint('Ääni kähisee'));
  expect(textFingerprint('Aani kahisee')).not.toBe(textFingerprint('Ääni kähisee'));
});

describe('answers in the record are those that were sent', () => {
  const item = [
    { linkId: '1', answer: [{ valueDecimal: 4 }] },
    { linkId: '2', answer: [{ valueQuantity: { value: 38.5, unit: '°C', code: 'Cel' } }] },
    { linkId: '3', answer: [{ valueString: 'Ei' }, { valueBoolean: true }] },
  ];
  const response = (changes: object = {}) => ({ questionnaire: 'Questionnaire/q', item, ...changes });
  const sent = fingerprint(response(), 'answers');

  it.each([
    ['as they were sent', {}],
    ['with what the record system added', { id: 'a', subject: { reference: 'Patient/p' } }],
    ['with the questionnaire by its whole address', { questionnaire: 'https://r.example/Questionnaire/q|2' }],
    ['in groups and another order', { item: [{ linkId: 'g', item: item.toReversed() }] }],
    ['with questions that have no answer', { item: [...item, { linkId: '4' }, { linkId: '5', answer: [] }] }],
  ])('%s', (_, changes) => {
    expect(fingerprint(response(changes), 'answers')).toBe(sent);
  });

  it.each([
    ['to another questionnaire', { questionnaire: 'Questionnaire/r' }],
    ['with another value', { item: [{ linkId: '1', answer: [{ valueDecimal: 5 }] }, ...item.slice(1)] }],
    [
      'with a value of another type',
      { item: [{ linkId: '1', answer: [{ valueString: '4' }] }, ...item.slice(1)] },
    ],
    ['with fewer answers', { item: item.slice(1) }],
    ['to other questions', { item: [{ ...item[0], linkId: '9' }, ...item.slice(1)] }],
  ])('unless they are %s', (_, changes) => {
    expect(fingerprint(response(changes), 'answers')).not.toBe(sent);
  });
});
