import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { validate } from '../../src/cli/validate.ts';
import { profiled } from '../fhir/profile-faults.ts';
import { valid } from '../fhir/valid.ts';

const profiles = join(import.meta.dirname, '..', 'fhir', 'fixtures', 'profiles');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'validate-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const status = await validate(args, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { status, out, err };
}

describe('bridge validate', () => {
  it('answers each file with an OperationOutcome on a line of its own', async () => {
    const { status, out, err } = await run(
      file('a.json', valid.patient),
      file('b.json', { ...valid.patient, gender: 'x' }),
    );
    expect({ status, err }).toEqual({ status: 1, err: [] });
    const outcomes = out.map((text): unknown => JSON.parse(text));
    expect(outcomes).toMatchObject([
      { resourceType: 'OperationOutcome', issue: [{ severity: 'information' }] },
      {
        resourceType: 'OperationOutcome',
        issue: [{ severity: 'error', code: 'code-invalid', expression: ['Patient.gender'] }],
      },
    ]);
  });

  it('ends with 0 when no file has errors', async () => {
    expect(await run(file('a.json', valid.patient), '--text')).toMatchObject({
      status: 0,
      out: [`${join(folder, 'a.json')}: ok`],
    });
  });

  it('checks against a profile of a folder', async () => {
    const customer = file('a.json', profiled.customer);
    const url = 'https://example.org/fhir/StructureDefinition/child';
    const { status, out } = await run(customer, '--packages', profiles, '--profile', url, '--text');
    expect(status).toBe(1);
    const places = out.map((text) => /error at (\S+):/.exec(text)?.[1]);
    expect(places.sort()).toEqual(['Patient.contact', 'Patient.gender']);
  });

  it('refuses a profile it does not know', async () => {
    const { status, out } = await run(
      file('a.json', valid.patient),
      '--profile',
      'https://example.org/none',
      '--text',
    );
    expect(status).toBe(1);
    expect(out).toHaveLength(1);
  });

  it('says that a file is not JSON without quoting it', async () => {
    const { status, out } = await run(file('a.json', '{"name": "Henkilö'), '--text');
    expect(status).toBe(1);
    expect(out).toEqual([`${join(folder, 'a.json')}: fatal at Resource: The file is not JSON.`]);
  });

  it('explains itself on wrong use', async () => {
    for (const args of [[], ['--colour'], ['--profile']]) {
      const { status, err } = await run(...args);
      expect(status).toBe(2);
      expect(err.join()).toContain('Usage: bridge validate');
    }
    expect(await run(join(folder, 'none.json'))).toMatchObject({
      status: 2,
      err: [expect.stringContaining('cannot be read')],
    });
  });
});
