import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadDefinitions } from '../../src/fhir/definitions.ts';
import { createValidator } from '../../src/fhir/validator.ts';
import { mutated } from './mutation.ts';
import { profiled } from './profile-faults.ts';
import { valid } from './valid.ts';

const folder = join(import.meta.dirname, 'fixtures', 'profiles');
const definitions = loadDefinitions({ folders: [folder] });
const validator = createValidator(definitions);
const all = definitions.profiles().map(({ url }) => url);

describe('whatever JSON comes', () => {
  it('is answered, never thrown at', () => {
    const types = fc.constantFrom(
      ...Object.keys(valid),
      'Patient',
      'Bundle',
      'Extension',
      'string',
      '__proto__',
    );
    const shaped = fc
      .tuple(types, fc.dictionary(fc.string(), fc.jsonValue()))
      .map(([resourceType, rest]) => ({ ...rest, resourceType }));
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), shaped, mutated), (resource) => {
        for (const issue of validator.validate(resource, { profiles: all })) {
          expect(issue.expression).toMatch(/^[A-Za-z]/);
          expect(issue.diagnostics).not.toBe('');
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('is answered however deep it is', () => {
    for (const open of ['[', '{"a":', '{"contained":[{"item":', '{"extension":[{"extension":']) {
      const close = open.replaceAll(/[^[{]/g, '').replaceAll('[', ']').replaceAll('{', '}');
      const depth = 20_000;
      const mirrored = [...close].reverse().join('');
      const deep: unknown = JSON.parse(`${open.repeat(depth)}1${mirrored.repeat(depth)}`);
      for (const resource of [
        deep,
        { resourceType: 'Patient', extension: deep, contained: deep, name: deep, foo: deep },
      ]) {
        expect(validator.validate(resource, { profiles: all })).not.toEqual([]);
      }
    }
  });
});

describe('a finding', () => {
  it('never repeats what the resource says, be it value or name', () => {
    const canary = 'Virtanen 010190-999W';
    const told = (resource: unknown): string =>
      JSON.stringify(validator.validate(resource, { profiles: all }));
    for (const resource of [...Object.values(valid), ...Object.values(profiled)]) {
      const text = JSON.stringify(resource);
      for (const [leaf] of text.matchAll(/(?<=[:[,])"(?:[^"\\]|\\.)*"(?=[,}\]])/g)) {
        expect(told(JSON.parse(text.replace(leaf, JSON.stringify(canary))))).not.toContain('Virtanen');
      }
    }
    expect(told({ resourceType: 'Patient', [canary]: 1 })).not.toContain('Virtanen');
  });

  it('leaves the resource as it was, and is the same the next time', () => {
    fc.assert(
      fc.property(mutated, (resource) => {
        const before = JSON.stringify(resource);
        const first = validator.validate(resource, { profiles: all });
        expect(JSON.stringify(resource)).toBe(before);
        expect(validator.validate(resource, { profiles: all })).toEqual(first);
      }),
      { numRuns: 300 },
    );
  });

  it('does not depend on the order of properties', () => {
    for (const resource of Object.values(profiled)) {
      expect(validator.validate(reversed(resource))).toEqual(validator.validate(resource));
    }
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, part]) => [name, reversed(part)]),
  );
}
