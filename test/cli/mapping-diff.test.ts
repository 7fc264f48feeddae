import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineChanges } from '../../src/cli/line-changes.ts';
import { mapping } from '../../src/cli/mapping.ts';
import { assessment, contract, definitions, files, sourceSchema, writeFolder } from '../mapping/folder.ts';

async function diff(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await mapping(
    ['diff', ...args],
    { out: (line) => void out.push(line), err: (line) => void err.push(line) },
    { definitions: () => definitions, sourceSchema: () => sourceSchema, assessment: contract.assessment },
  );
  return { code, out: out.join('\n'), err: err.join('\n') };
}

/** A folder of mappings with one sample. */
function folderWith(changed: Readonly<Record<string, string>> = {}, sample = 'cough'): string {
  const folder = writeFolder(changed);
  mkdirSync(join(folder, 'symptom', 'samples'), { recursive: true });
  const value = assessment({ summary: 'Yskää\nkaksi päivää' });
  writeFileSync(join(folder, 'symptom', 'samples', `${sample}.json`), JSON.stringify(value));
  return folder;
}

const TEXTS = 'texts/fi.yaml';
const headed = { [TEXTS]: files[TEXTS]?.replace('Esitiedot', 'Uusi otsikko') ?? '' };

describe('bridge mapping diff', () => {
  it('finds nothing between equal folders', async () => {
    const { code, out } = await diff(folderWith(), folderWith());
    expect({ code, out }).toEqual({
      code: 0,
      out: '1 assessments: 1 same, 0 different; the new version makes 0 bundles that could not be sent, and 0 none.',
    });
  });

  it('shows what is different with its values, line by line, and by which rules', async () => {
    const task = `${files['symptom/task.yaml']}authoredOn: '{{ times.sent }}'\n`;
    const { code, out } = await diff(folderWith(), folderWith({ ...headed, 'symptom/task.yaml': task }));
    expect(code).toBe(1);
    expect(out).toMatch(
      /^symptom\/samples\/cough\.json\n {2}added Task\.authoredOn\n {4}mappings\/symptom\/task\.yaml:\d+:\d+\n {4}\+ "2026-03-02T10:01:00\+02:00"$/m,
    );
    expect(out).toMatch(
      /changed DocumentReference\.content\[0\]\.attachment\.data\n.*note\.yaml:\d+:\d+.*\n {4}- Esitiedot\n {4}\+ Uusi otsikko\n/,
    );
    expect(out).not.toContain('- Yskää');
    expect(out).toMatch(/^Task\.authoredOn +1 +1 +0 +0$/m);
  });

  it('takes the samples of both folders, and assessments from files', async () => {
    const file = join(folderWith(), 'symptom', 'samples', 'cough.json');
    const { out } = await diff(folderWith({}, 'one'), folderWith({}, 'other'), '--messages', file, file);
    expect(out).toContain('3 assessments: 3 same');
  });

  it('tells when the new version makes a bundle that could not be sent, or none', async () => {
    const patient = files['symptom/patient.yaml']?.replace('client.birthDate', 'language') ?? '';
    const invalid = await diff(folderWith(), folderWith({ 'symptom/patient.yaml': patient }));
    expect(invalid.code).toBe(1);
    expect(invalid.out).toMatch(/the new bundle could not be sent\n {4}.*birthDate/);
    expect(invalid.out).toContain('makes 1 bundles that could not be sent');
  });

  it('tells mistakes of either folder at their places, and its use when it is used wrongly', async () => {
    const broken = await diff(folderWith(), folderWith({ 'kinds.yaml': '- id: 1\n' }));
    expect(broken.code).toBe(1);
    expect(broken.err).toMatch(/^mappings\/kinds\.yaml:1:/m);
    for (const args of [[], [folderWith()], ['a', 'b', 'c'], ['a', 'b', '--nonsense']]) {
      expect(await diff(...args)).toMatchObject({ code: 2, err: expect.stringContaining('Usage') });
    }
  });
});

it('makes one text of another by the lines it names, and names none that both have in common at their place', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 8 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const changes = lineChanges(before, after);
      const count = (kind: string) => changes.filter((change) => change.kind === kind).length;
      expect(before.length - count('removed') + count('added')).toBe(after.length);
      expect(lineChanges(before, before)).toEqual([]);
      expect(count('removed')).toBe(lineChanges(after, before).filter(({ kind }) => kind === 'added').length);
    }),
  );
  expect(lineChanges(['a', 'b', 'c'], ['a', 'x', 'c'])).toEqual([
    { kind: 'removed', line: 'b' },
    { kind: 'added', line: 'x' },
  ]);
});
