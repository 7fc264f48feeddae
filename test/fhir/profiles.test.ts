import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDefinitions } from '../../src/fhir/definitions.ts';
import { hasErrors } from '../../src/fhir/outcome.ts';
import { createValidator } from '../../src/fhir/validator.ts';
import { edited } from './edit.ts';
import { profiled, profileFaults } from './profile-faults.ts';

const folder = join(import.meta.dirname, 'fixtures', 'profiles');
const validator = createValidator(loadDefinitions({ folders: [folder] }));
const errors = (resource: unknown) => validator.validate(resource).filter((issue) => hasErrors([issue]));

describe('a resource that keeps to its profile', () => {
  it.each(Object.entries(profiled))('is accepted: %s', (_, resource) => {
    expect(errors(resource)).toEqual([]);
  });
});

describe('a single fault against a profile is found where it is', () => {
  it.each(profileFaults)('$name', (fault) => {
    const found = errors(edited(profiled[fault.in], fault));
    expect(new Set(found.map(({ expression }) => expression))).toEqual(
      new Set([fault.at, ...(fault.also ?? [])]),
    );
  });
});

describe('a profile that is not known', () => {
  it('is a warning when the resource names it, since its sender may know more profiles', () => {
    const issues = validator.validate(
      edited(profiled.customer, { put: { 'meta.profile[1]': 'https://example.org/unknown' } }),
    );
    expect(issues).toMatchObject([{ severity: 'warning', code: 'not-found', expression: 'Patient' }]);
  });

  it('is an error when the caller asks for it', () => {
    const issues = validator.validate(profiled.customer, { profiles: ['https://example.org/unknown'] });
    expect(issues).toMatchObject([{ severity: 'error', code: 'not-found', expression: 'Patient' }]);
  });
});

describe('a resource in a Bundle whose profile names the same profile as the resource', () => {
  const bridge = createValidator(loadDefinitions({ folders: ['profiles'] }));
  const url = 'https://omaolo-apotti-bridge.invalid/fhir/StructureDefinition/bridge-';
  const patient = (profile: string[]) => ({
    resourceType: 'Patient',
    meta: {
      profile,
      security: [
        {
          system: 'https://hl7.fi/fhir/finnish-base-profiles/CodeSystem/fi-base-security-label-cs',
          code: 'TURVAKIELTO',
        },
      ],
    },
    telecom: [{ system: 'phone', value: '+358 50 000 0103' }],
  });
  const found = (...patients: unknown[]) =>
    bridge
      .validate({
        resourceType: 'Bundle',
        meta: { profile: [`${url}bundle`] },
        type: 'collection',
        entry: patients.map((resource) => ({ resource })),
      })
      .filter(({ diagnostics }) => diagnostics.includes('bridge-patient-1'))
      .map(({ expression }) => expression);

  it('has each fault told once, whichever of them names it', () => {
    for (const profile of [[`${url}patient`], [`${url}patient|1.0.0`, `${url}patient`], []]) {
      expect(found(patient(profile))).toEqual(['Bundle.entry[0].resource']);
    }
  });

  it('has its faults told at each place where it stands', () => {
    const one = patient([`${url}patient`]);
    expect(found(one, one)).toEqual(['Bundle.entry[0].resource', 'Bundle.entry[1].resource']);
  });
});
