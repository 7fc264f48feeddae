import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StructureDefinition } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import { loadDefinitions } from '../../src/fhir/definitions.ts';
import { hasErrors } from '../../src/fhir/outcome.ts';
import { snapshotOf } from '../../src/fhir/snapshot.ts';
import { createValidator } from '../../src/fhir/validator.ts';
import { edited } from './edit.ts';
import { finnish, finnishFaults } from './finnish-faults.ts';

/** A folder with HL7 Finland's packages as JSON; what follows has nothing to run on without it. */
const folder = process.env['OFFICIAL_PACKAGES'];
const definitions = loadDefinitions({ folders: folder ? [folder] : [] });
const validator = createValidator(definitions);
const errors = (resource: unknown) => validator.validate(resource).filter((issue) => hasErrors([issue]));

describe.runIf(folder)("HL7 Finland's profiles", () => {
  it.each(Object.entries(finnish))('accept a resource that keeps to them: %s', (_, resource) => {
    expect(errors(resource)).toEqual([]);
  });

  it.each(finnishFaults)('refuse $name', (fault) => {
    const found = errors(edited(finnish[fault.in], fault));
    expect(new Set(found.map(({ expression }) => expression))).toEqual(
      new Set([fault.at, ...(fault.also ?? [])]),
    );
  });

  it('have the snapshots that their differentials give', () => {
    const profiles = sources(folder ?? '');
    for (const source of profiles) {
      const base = definitions.structure(source.baseDefinition ?? '');
      const made = base && snapshotOf(source.differential?.element ?? [], base, definitions);
      const shipped = definitions.structure(source.url)?.elements;
      expect(byId(made ?? []), source.url).toEqual(byId(shipped ?? []));
    }
    expect(profiles.length).toBeGreaterThan(50);
  });
});

describe('a generated snapshot', () => {
  it("says what R4's own extension definitions say", () => {
    const url = 'http://hl7.org/fhir/StructureDefinition/patient-birthTime';
    const base = definitions.structure('Extension');
    const differential = [
      { path: 'Extension', max: '1' },
      { path: 'Extension.extension', max: '0' },
      { path: 'Extension.url', fixedUri: url },
      { path: 'Extension.value[x]', min: 1, type: [{ code: 'dateTime' as const }] },
    ];
    const made = base && snapshotOf(differential, base, definitions);
    const official = definitions.structure(url)?.elements ?? [];
    expect(official).not.toEqual([]);
    expect(byId(made ?? [])).toEqual(byId(official));
  });

  it('refuses an element that the base does not have', () => {
    const base = definitions.structure('Patient');
    if (!base) throw new Error('R4 has patients');
    expect(() => snapshotOf([{ path: 'Patient.colour', max: '0' }], base, definitions)).toThrow(
      expect.objectContaining({ code: 'configuration-invalid' }),
    );
  });
});

function byId(elements: readonly { id: string; constraints?: { key: string }[] }[]) {
  return Object.fromEntries(
    elements.map((element) => [
      element.id,
      { ...element, constraints: (element.constraints ?? []).map(({ key }) => key).sort() },
    ]),
  );
}

function sources(from: string): StructureDefinition[] {
  return readdirSync(from, { recursive: true, encoding: 'utf8' })
    .filter((name) => /StructureDefinition-.*\.json$/.test(name))
    .map((name): StructureDefinition => JSON.parse(readFileSync(join(from, name), 'utf8')));
}
