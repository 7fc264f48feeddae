import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import { readContract } from '../../src/intake/contract.ts';

const contract = readContract(readFileSync('openapi.yaml', 'utf8'));
const sample: Record<string, unknown> = JSON.parse(
  readFileSync('mappings/symptom-assessment/samples/uti-fi.json', 'utf8'),
);

function places(value: unknown): readonly (string | undefined)[] {
  try {
    contract.assessment(value);
    return [];
  } catch (error) {
    if (error instanceof BridgeError) return error.details.map(({ at }) => at);
    throw error;
  }
}

it('tells of a condition only what is missing by it', () => {
  expect(places(sample)).toEqual([]);
  expect(places({ ...sample, filledBy: { role: 'proxy' } })).toEqual([
    '/filledBy/person',
    '/filledBy/authorisation',
  ]);
});

it('tells no more than the first fifty of very many faults', () => {
  const sections = Array.from({ length: 60 }, () => ({ id: 's' }));
  expect(places({ ...sample, sections })).toHaveLength(50);
});
