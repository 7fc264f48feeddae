import { describe, expect, it } from 'vitest';
import { loadDefinitions } from '../../src/fhir/definitions.ts';
import { hasErrors } from '../../src/fhir/outcome.ts';
import { createValidator } from '../../src/fhir/validator.ts';
import { edited } from './edit.ts';
import { faults } from './faults.ts';
import { valid } from './valid.ts';

const validator = createValidator(loadDefinitions());

describe('a resource without a fault', () => {
  it.each(Object.entries(valid))('is accepted: %s', (_, resource) => {
    expect(validator.validate(resource)).toEqual([]);
  });
});

describe('a single fault is found where it is', () => {
  it.each(faults)('$name', (fault) => {
    const errors = validator.validate(edited(valid[fault.in], fault)).filter((issue) => hasErrors([issue]));
    expect(new Set(errors.map(({ expression }) => expression))).toEqual(
      new Set([fault.at, ...(fault.also ?? [])]),
    );
  });
});
