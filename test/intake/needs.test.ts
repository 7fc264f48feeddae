import { describe, expect, it } from 'vitest';
import { missingOf, neededBy } from '../../src/intake/needs.ts';
import { mappings } from '../mappings/live.ts';
import { readQuestionnaireResponse } from './fhir/reading.ts';
import { responseOf } from './fhir/response.ts';

const { assessment } = readQuestionnaireResponse(responseOf());

describe('what the mapping of a kind needs', () => {
  it('is told by pointer where it is not there', () => {
    const places = missingOf(assessment, [
      'recipient.organisation',
      'recipient.queue',
      'sections',
      'client.toString',
    ]);
    expect(places.map(({ at }) => at)).toEqual(['/recipient/queue', '/sections', '/client/toString']);
  });

  it('is a work queue for service assessments, and what the generic mapping needs for kinds that nobody knows', () => {
    const needs = (name: string) => mappings.mappings.find((mapping) => mapping.name === name)?.needs;
    expect(neededBy(mappings, 'personal-assistance')).toEqual(['recipient.queue']);
    expect(neededBy(mappings, 'never-heard-of')).toEqual(needs('generic'));
    expect(neededBy(mappings, 'uti')).toEqual(needs('symptom-assessment'));
  });
});
