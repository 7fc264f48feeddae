import { describe, expect, test } from 'vitest';
import { checkAssessment } from '../../src/assessment/check.ts';
import { errorsOf, mapped, mappings, samples } from './live.ts';

describe.each(samples)('the sample $name', ({ assessment, mapping, expected }) => {
  test('names only invented people, with artificial personal identity codes', () => {
    expect(() => checkAssessment(assessment, 'artificial', assessment.times.sent.slice(0, 10))).not.toThrow();
  });

  test('becomes the bundle that stands beside it', () => {
    const context = { messageId: 'any', source: 'omaolo', acceptedAt: assessment.times.sent };
    expect(mappings.map(assessment, context)).toMatchObject({ mapping, bundle: expected });
    expect(mapped(assessment)).toEqual(expected);
  });

  test('becomes a bundle that keeps to the profiles', () => {
    expect(errorsOf(mapped(assessment))).toEqual([]);
  });
});

describe('the samples together', () => {
  const all = samples.map(({ assessment }) => assessment);
  const symptoms = samples.filter(({ mapping }) => mapping === 'symptom-assessment');

  test.each(mappings.mappings)('show the mapping $name in every language', ({ name }) => {
    const own = samples.filter(({ mapping }) => mapping === name);
    expect(new Set(own.map(({ assessment }) => assessment.language))).toEqual(new Set(['fi', 'sv', 'en']));
  });

  test('show every kind of the catalogue', () => {
    const shown = new Set(all.map(({ kind }) => kind.id));
    expect(mappings.kinds.filter(({ id }) => !shown.has(id))).toEqual([]);
  });

  test('show every kind that is no symptom assessment in every language', () => {
    for (const { id, mapping } of mappings.kinds) {
      if (mapping === 'symptom-assessment') continue;
      const own = all.filter(({ kind }) => kind.id === id);
      expect(new Set(own.map(({ language }) => language)), id).toEqual(new Set(['fi', 'sv', 'en']));
    }
  });

  test('show every urgency class, and none', () => {
    const classes = new Set(symptoms.map(({ assessment }) => assessment.urgency?.class ?? 'none'));
    expect([...classes].sort()).toEqual(['P0', 'P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'none']);
  });

  test('show every type of question, answered and unanswered', () => {
    const questions = all.flatMap(({ sections }) => sections.flatMap((section) => section.questions));
    const types = [
      ...[
        'boolean',
        'integer',
        'decimal',
        'quantity',
        'date',
        'time',
        'dateTime',
        'string',
        'text',
        'choice',
      ],
      ...['choices', 'attachment'],
    ];
    for (const type of types) {
      const answers = questions
        .filter((question) => question.type === type)
        .map((question) => question.answers.length);
      expect(Math.max(...answers), `${type} answered`).toBeGreaterThan(0);
      expect(Math.min(...answers), `${type} unanswered`).toBe(0);
    }
  });

  test('show everybody who may fill, and every special case', () => {
    expect(new Set(all.map(({ filledBy }) => filledBy.role))).toEqual(new Set(['self', 'guardian', 'proxy']));
    expect(all.some(({ client }) => client.nonDisclosure)).toBe(true);
    expect(all.some(({ client }) => client.temporaryId)).toBe(true);
    expect(all.some(({ edition }) => edition > 1)).toBe(true);
    expect(all.some(({ trial }) => trial)).toBe(true);
    expect(all.some(({ urgency }) => urgency?.changed)).toBe(true);
    expect(all.some(({ bookingRight }) => bookingRight)).toBe(true);
    expect(all.some(({ bloodPressure }) => bloodPressure?.averages)).toBe(true);
    expect(all.some(({ coaching }) => coaching?.ended)).toBe(true);
    const criteria = all.flatMap(({ result }) => result?.minimumCriteria ?? []);
    expect(new Set(criteria.map(({ met }) => met))).toEqual(new Set([true, false, undefined]));
  });
});
