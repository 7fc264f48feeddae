import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadBase } from '../../src/fhir/base.ts';
import { loadDefinitions } from '../../src/fhir/definitions.ts';
import { childrenOf, elementOf } from '../../src/fhir/elements.ts';

const fixtures = join(import.meta.dirname, 'fixtures', 'profiles');
const definitions = loadDefinitions({ folders: [fixtures] });

describe('definitions', () => {
  it('are found by url, with or without a version, and by the name of a type', () => {
    const url = 'http://hl7.org/fhir/StructureDefinition/Patient';
    expect(definitions.structure('Patient')?.url).toBe(url);
    expect(definitions.structure(`${url}|4.0.1`)).toBe(definitions.structure('Patient'));
    expect(definitions.structure('Patien')).toBeUndefined();
    expect(definitions.structure('__proto__')).toBeUndefined();
  });

  it('leave out what the package adds to R4', () => {
    const names = childrenOf(definitions, 'Meta').map(({ name }) => name);
    expect(names).toEqual([
      'id',
      'extension',
      'versionId',
      'lastUpdated',
      'source',
      'profile',
      'security',
      'tag',
    ]);
    expect(elementOf(definitions, 'HealthcareService', 'offeredIn')).toBeUndefined();
    expect(elementOf(definitions, 'Binary', 'url')).toBeUndefined();
    expect(elementOf(definitions, 'Bundle', 'entry.response.outcome')?.type).toBe('Resource');
  });

  it('list the profiles of the folders', () => {
    const names = definitions.profiles().map(({ url }) => url.slice(url.lastIndexOf('/') + 1));
    expect(names).toEqual(['answers', 'child', 'customer', 'not-done', 'parcel', 'plan', 'pressure']);
  });
});

describe("R4's definitions", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'base-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('are kept for the next start, and made anew when what was kept is cut short', () => {
    expect(loadBase(join(folder, 'new')).cache).toBe('written');
    const [file = ''] = readdirSync(join(folder, 'new'));
    expect(loadBase(join(folder, 'new')).cache).toBe('read');
    truncateSync(join(folder, 'new', file), 1_000_000);
    expect(loadBase(join(folder, 'new')).cache).toBe('written');
    expect(readdirSync(join(folder, 'new'))).toEqual([file]);
  });

  it('do without where they cannot be kept, and say why', () => {
    writeFileSync(join(folder, 'file'), '');
    const base = loadBase(join(folder, 'file'));
    expect(base).toMatchObject({ cache: 'not kept', cause: expect.any(Error) });
    expect(base.library.structure('http://hl7.org/fhir/StructureDefinition/Patient')?.type).toBe('Patient');
  });
});

describe('codes of a value set', () => {
  const codes = (url: string) => {
    const found = definitions.codes(url);
    return found && [...found].flatMap(([system, all]) => [...all].map((code) => `${system}#${code}`));
  };
  const kinds = 'https://example.org/fhir/CodeSystem/kinds';

  it('are those listed', () => {
    expect(codes('http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1')).toEqual(
      ['male', 'female', 'other', 'unknown'].map(
        (code) => `http://hl7.org/fhir/administrative-gender#${code}`,
      ),
    );
  });

  it('are those below a code, without those left out', () => {
    expect(codes('https://example.org/fhir/ValueSet/customer-kinds')).toEqual(
      ['customer', 'new', 'regular', 'weekly'].map((code) => `${kinds}#${code}`),
    );
  });

  it('are unknown where the system is not here', () => {
    expect(codes('http://hl7.org/fhir/ValueSet/ucum-units')).toBeUndefined();
    expect(codes('https://example.org/none')).toBeUndefined();
  });
});

describe('an element', () => {
  it('is found by its JSON name, through data types and repeated parts', () => {
    expect(elementOf(definitions, 'Patient', 'name.given')).toMatchObject({ type: 'string', list: true });
    expect(elementOf(definitions, 'QuestionnaireResponse', 'item.item.answer.item.linkId')).toMatchObject({
      type: 'string',
      min: 1,
      path: 'QuestionnaireResponse.item.linkId',
    });
    expect(elementOf(definitions, 'Timing', 'repeat.boundsPeriod.start')?.type).toBe('dateTime');
  });

  it('is one for each type of a choice', () => {
    const choice = childrenOf(definitions, 'Observation').filter((element) => element.choice === 'value[x]');
    expect(choice.map(({ name }) => name)).toContain('valueQuantity');
    expect(choice).toHaveLength(11);
    expect(elementOf(definitions, 'Observation', 'value')).toBeUndefined();
  });

  it('tells its binding and what it may point at', () => {
    expect(elementOf(definitions, 'Patient', 'gender')?.binding).toEqual({
      strength: 'required',
      valueSet: 'http://hl7.org/fhir/ValueSet/administrative-gender',
    });
    expect(elementOf(definitions, 'Patient', 'managingOrganization')?.targets).toEqual([
      'http://hl7.org/fhir/StructureDefinition/Organization',
    ]);
  });

  it('has no children when it is primitive, any resource, or unknown', () => {
    expect(childrenOf(definitions, 'Patient', 'birthDate')).toEqual([]);
    expect(childrenOf(definitions, 'Patient', 'colour')).toEqual([]);
    expect(childrenOf(definitions, 'Nothing')).toEqual([]);
  });
});

describe('a folder of definitions', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'definitions-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const invalid = expect.objectContaining({ code: 'configuration-invalid' });

  it('may hold other JSON', () => {
    for (const [name, text] of Object.entries({ a: '{"name":"x"}', b: 'null', c: '[1]', d: '"x"' })) {
      writeFileSync(join(folder, `${name}.json`), text);
    }
    expect(loadDefinitions({ folders: [folder] }).profiles()).toEqual([]);
  });

  it('must hold JSON in its JSON files', () => {
    writeFileSync(join(folder, 'a.json'), '{');
    expect(() => loadDefinitions({ folders: [folder] })).toThrow(invalid);
  });

  it('must hold the bases of its profiles, and they must not go round in circles', () => {
    const profile = (base: string) =>
      JSON.stringify({
        resourceType: 'StructureDefinition',
        url: 'https://example.org/a',
        type: 'Patient',
        kind: 'resource',
        abstract: false,
        status: 'draft',
        name: 'A',
        derivation: 'constraint',
        baseDefinition: base,
        differential: { element: [{ id: 'Patient', path: 'Patient' }] },
      });
    writeFileSync(join(folder, 'a.json'), profile('https://example.org/none'));
    expect(() => loadDefinitions({ folders: [folder] })).toThrow(invalid);
    writeFileSync(join(folder, 'a.json'), profile('https://example.org/a'));
    expect(() => loadDefinitions({ folders: [folder] })).toThrow(invalid);
  });

  it('must be there', () => {
    expect(() => loadDefinitions({ folders: [join(folder, 'none')] })).toThrow(invalid);
  });
});
