import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { conformance } from '../../src/cli/conformance.ts';
import { valid } from '../fhir/valid.ts';

const PATIENT = 'https://hl7.fi/fhir/finnish-base-profiles/StructureDefinition/fi-base-patient';
let folder: string;
let packages: string;
let mappings: string;
let none: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  packages = join(folder, 'packages');
  mappings = join(folder, 'mappings');
  none = join(folder, 'none');
  mkdirSync(packages);
  mkdirSync(none);
  mkdirSync(join(mappings, 'cough', 'samples'), { recursive: true });
  // Stands in for the official profile of the same address: an identifier is asked.
  const profile = {
    resourceType: 'StructureDefinition',
    url: PATIENT,
    type: 'Patient',
    kind: 'resource',
    abstract: false,
    derivation: 'constraint',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
    differential: { element: [{ id: 'Patient.identifier', path: 'Patient.identifier', min: 1 }] },
  };
  writeFileSync(join(packages, 'patient.json'), JSON.stringify(profile));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function sample(name: string, content: unknown): void {
  writeFileSync(join(mappings, 'cough', 'samples', name), JSON.stringify(content));
}

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const status = await conformance(args, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { status, text: out.join('\n'), last: out.at(-1), err };
}

describe('bridge conformance', () => {
  it('checks each resource of each sample against the official profile of its type', async () => {
    sample('one.bundle.json', valid.bundle);
    sample('one.json', { resourceType: 'Nothing' });
    const { status, text, last } = await run(packages, '--mappings', mappings, '--profiles', none);
    expect(status).toBe(0);
    expect(text).toMatch(/Patient: fi-base-patient/);
    expect(text).toMatch(/Patient +fi-base-patient +ok/);
    expect(last).toBe('1 bundles, 4 resources, 5 checks, 0 failed');
  });

  it('names what does not conform, and ends with 1', async () => {
    const [patient, ...entries] = valid.bundle.entry;
    const { identifier: _, ...nameless } = valid.patient;
    sample('one.bundle.json', { ...valid.bundle, entry: [{ ...patient, resource: nameless }, ...entries] });
    const { status, text, last } = await run(packages, '--mappings', mappings, '--profiles', none);
    expect(status).toBe(1);
    expect(text).toMatch(/Patient +fi-base-patient +1 errors\n +error at Patient\.identifier: /);
    expect(last).toBe('1 bundles, 4 resources, 5 checks, 1 failed');
  });

  it('does not pass when there is nothing to check', async () => {
    expect(await run(packages, '--mappings', mappings, '--profiles', none)).toMatchObject({ status: 1 });
    expect(await run(none)).toMatchObject({ status: 2 });
  });

  it('explains itself on wrong use', async () => {
    for (const args of [[], ['a', 'b'], ['--colour']]) {
      const { status, err } = await run(...args);
      expect(status).toBe(2);
      expect(err.join()).toContain('Usage: bridge conformance');
    }
  });
});
