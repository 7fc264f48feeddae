import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mapping } from '../../src/cli/mapping.ts';
import { assessment, contract, definitions, sourceSchema, writeFolder } from '../mapping/folder.ts';

async function run(...args: string[]): Promise<{ code: number; out: string[]; err: string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await mapping(
    args,
    { out: (line) => void out.push(line), err: (line) => void err.push(line) },
    { definitions: () => definitions, sourceSchema: () => sourceSchema, assessment: contract.assessment },
  );
  return { code, out, err };
}

/** A folder of mappings with one sample. */
function folderWithSample(): { folder: string; sample: string; expected: string } {
  const folder = writeFolder();
  mkdirSync(join(folder, 'symptom', 'samples'));
  const sample = join(folder, 'symptom', 'samples', 'cough.json');
  writeFileSync(sample, JSON.stringify(assessment({ summary: 'Yskää\nkaksi päivää' })));
  return { folder, sample, expected: sample.replace('.json', '.bundle.json') };
}

describe('bridge mapping lint', () => {
  test('says that all is well, or every mistake at its place', async () => {
    const folder = writeFolder();
    expect(await run('lint', folder)).toMatchObject({ code: 0, err: [] });
    writeFileSync(
      join(folder, 'symptom', 'task.yaml'),
      'resourceType: Task\nstatus: nonsense\nintent: order\n',
    );
    const { code, err } = await run('lint', folder);
    expect(code).toBe(1);
    expect(err).toContainEqual(expect.stringMatching(/^mappings\/symptom\/task\.yaml:2:9 .*"nonsense"/));
  });

  test('tells mistakes of routes, sources and mappings at once', async () => {
    const folder = writeFolder();
    const put = (path: string, text: string): void => {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    };
    put('symptom/task.yaml', 'resourceType: Task\nstatus: nonsense\nintent: order\n');
    put('routes/a.yaml', 'name: [\n');
    put('routes/b.yaml', 'nome: b\n');
    put('sources/questionnaire-response.yaml', 'questionnaires: urn:x\nguardians: []\n');
    const { code, err } = await run('lint', folder);
    expect(code).toBe(1);
    for (const place of [
      'symptom/task.yaml:2:9',
      'routes/a.yaml:',
      'routes/b.yaml:1:1',
      'questionnaire-response.yaml:2:1',
    ]) {
      expect(err.filter((line) => line.includes(place)).length, place).toBeGreaterThan(0);
    }
  });

  test('finds no mistake in the mappings that are shipped', async () => {
    expect(await run('lint')).toMatchObject({ code: 0, err: [] });
  });
});

describe('bridge mapping test', () => {
  test('leaves samples aside that are not of a mapping', async () => {
    const { folder } = folderWithSample();
    mkdirSync(join(folder, 'sources', 'samples'), { recursive: true });
    writeFileSync(join(folder, 'sources', 'samples', 'other.json'), '{}');
    expect(await run('test', folder, '--update')).toMatchObject({ code: 0, err: [] });
  });

  test('tells a missing expected bundle, writes it when asked, and is content then', async () => {
    const { folder, expected } = folderWithSample();
    expect(await run('test', folder)).toMatchObject({ code: 1 });
    expect(existsSync(expected)).toBe(false);
    expect(await run('test', folder, '--update')).toMatchObject({ code: 0 });
    expect(await run('test', folder)).toMatchObject({
      code: 0,
      out: expect.arrayContaining(['1 samples, 0 different.']),
    });
  });

  test('shows each difference by its path, in a note by its line', async () => {
    const { folder, sample, expected } = folderWithSample();
    await run('test', folder, '--update');
    const changed = assessment({ language: 'fi', summary: 'Yskää\nkolme päivää' });
    writeFileSync(sample, JSON.stringify(changed));
    const { code, out } = await run('test', folder);
    expect(code).toBe(1);
    expect(out).toContain('  entry[0].resource.language');
    expect(out).toContain('    - "sv"');
    expect(out).toContain('    + "fi"');
    expect(out).toContain('    + "kolme päivää"');
    expect(readFileSync(expected, 'utf8')).toContain('"sv"');
  });

  test('passes for the mappings that are shipped', async () => {
    const { code, out } = await run('test');
    expect(out).toContainEqual(expect.stringMatching(/^\d+ samples, 0 different\.$/));
    expect(code).toBe(0);
  });

  test('tells that the shipped mappings read every answer of every sample', async () => {
    const { out } = await run('test');
    const told = out.filter((line) => line.includes('samples; read are'));
    expect(told.length).toBeGreaterThan(5);
    for (const line of told) expect(line).toMatch(/read are 100 % \((\d+)\/\1\) of the answers' values/);
  });

  const questions = [
    { id: 'q1', text: 'Sedan när?', type: 'date', answers: [{ value: '2026-03-01', display: '1.3.' }] },
    { id: 'q2', text: 'Mår du bra?', type: 'boolean', answers: [{ value: false }] },
  ];

  test('tells which values no template reads, and which branches no sample takes', async () => {
    const { folder, sample } = folderWithSample();
    writeFileSync(sample, JSON.stringify({ ...assessment(), sections: [{ id: 's', questions }] }));
    await run('test', folder, '--update');
    const { code, out } = await run('test', folder, '--coverage');
    expect(code).toBe(0);
    expect(out).toContainEqual(
      expect.stringMatching(/^symptom: 1 samples; read are 66\.6 % \(2\/3\) of the answers' values, \d/),
    );
    const place = '/sections/0/questions/0/answers/0/display';
    expect(out).toContain(`  not read: symptom/samples/cough.json ${place}`);
    expect(out).toContainEqual(
      expect.stringMatching(/^ {2}mappings\/symptom\/note\.yaml:\d+:\d+ case choice$/),
    );
    expect(out).not.toContainEqual(expect.stringMatching(/note\.yaml:\d+:\d+ case boolean$/));
  });

  test('fails when a mapping reads less of the answers than is asked', async () => {
    const { folder, sample } = folderWithSample();
    writeFileSync(sample, JSON.stringify({ ...assessment(), sections: [{ id: 's', questions }] }));
    await run('test', folder, '--update');
    expect(await run('test', folder, '--min-coverage', '66')).toMatchObject({ code: 0, err: [] });
    const { code, err } = await run('test', folder, '--min-coverage', '67');
    expect({ code, err }).toEqual({
      code: 1,
      err: ["symptom: less than 67 % of the answers' values are read."],
    });
  });
});

describe('bridge mapping preview', () => {
  test('prints the bundle, or the text of its note', async () => {
    const { folder, sample } = folderWithSample();
    const { out } = await run('preview', sample, '--mappings', folder);
    expect(JSON.parse(out.join('\n'))).toMatchObject({ resourceType: 'Bundle' });
    const note = await run('preview', sample, '--note', '--mappings', folder);
    expect(note).toMatchObject({ code: 0, out: ['Esitiedot\n\n\nYskää\nkaksi päivää'] });
  });

  test('refuses what is no assessment', async () => {
    const { folder, sample } = folderWithSample();
    writeFileSync(sample, '{"id": 1}');
    const { code, out, err } = await run('preview', sample, '--mappings', folder);
    expect({ code, out }).toEqual({ code: 1, out: [] });
    expect(err).toContainEqual(expect.stringMatching(/cough\.json \/id must be string/));
    expect(await run('preview', join(folder, 'nothing.json'), '--mappings', folder)).toMatchObject({
      code: 1,
    });
  });
});

test.each([
  [[]],
  [['nonsense']],
  [['lint', 'a', 'b']],
  [['preview']],
  [['lint', '--update']],
  [['test', '--nonsense']],
  [['test', '--min-coverage', 'much']],
  [['lint', '--coverage']],
])('wrong use %j is answered with the usage', async (args) => {
  const { code, err } = await run(...args);
  expect(code).toBe(2);
  expect(err.join('\n')).toMatch(/^Usage: bridge mapping lint/);
});
