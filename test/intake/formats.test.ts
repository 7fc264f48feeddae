import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readContract } from '../../src/intake/contract.ts';
import { formatsOf, readersOf } from '../../src/intake/formats.ts';
import { settings } from './fhir/reading.ts';
import { responseOf } from './fhir/response.ts';

const contract = readContract(readFileSync('openapi.yaml', 'utf8'));
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

describe('a stored payload', () => {
  const read = readersOf(
    formatsOf(settings, () => []),
    contract,
  );

  it('is read in the format that it was accepted in, with identity codes as registers have them', () => {
    const assessment = JSON.parse(readFileSync('mappings/symptom-assessment/samples/uti-fi.json', 'utf8'));
    expect(read({ format: 'assessment', payload: bytes(assessment) })).toEqual(assessment);
    const subject = { identifier: { system: 'urn:oid:1.2.246.21', value: '020516c903k' } };
    const response = read({ format: 'questionnaire-response', payload: bytes(responseOf({ subject })) });
    expect(response.client.hetu).toBe('020516C903K');
  });

  it('is held as what cannot be mapped where other settings no longer make an assessment of it', () => {
    const moved = { ...settings, extensions: { ...settings.extensions, consent: 'https://moved.example' } };
    const reread = readersOf(
      formatsOf(moved, () => []),
      contract,
    );
    const payload = bytes(responseOf());
    expect(() => reread({ format: 'questionnaire-response', payload })).toThrow(
      expect.objectContaining({ code: 'mapping-failed' }),
    );
    const form = { format: 'questionnaire-response-stu3', payload } as const;
    expect(() => reread(form)).toThrow(expect.objectContaining({ code: 'mapping-failed' }));
  });
});
