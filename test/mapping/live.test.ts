import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import type { ParsedFiles } from '../../src/mapping/files/files.ts';
import { loadingMappings, loadMappings, type Mappings } from '../../src/mapping/mappings.ts';
import { createLiveMappings, type LiveTimes } from '../../src/mapping/versions/live.ts';
import { temporaryFolder } from '../temporary.ts';
import { assessment, context, definitions, files, sourceSchema, writeFolder } from './folder.ts';

const quick: LiveTimes = { look: 10, settle: 40, again: 50 };

/** A folder that is watched, and what became of it. */
function watch(
  dir: string,
  {
    times = {},
    keep = async () => undefined,
  }: { times?: Partial<LiveTimes>; keep?: () => Promise<void> } = {},
) {
  const changes: Mappings[] = [];
  const failures: unknown[] = [];
  const live = createLiveMappings({
    dir,
    first: loadMappings({ folder: dir, definitions, sourceSchema }),
    times: { ...quick, ...times },
    load: (folder) => loadingMappings({ folder, definitions, sourceSchema }),
    keep,
    now: () => Date.now(),
    onChange: (mappings) => void changes.push(mappings),
    onBroken: (error) => void failures.push(error),
  });
  onTestFinished(() => live.close());
  const heading = () => noteOf(live.current());
  return { live, changes, failures, heading };
}

/** The first line of the note: the text `heading` of the assessment's language. */
function noteOf(mappings: Mappings): string {
  const { bundle } = mappings.map(assessment({ language: 'fi' }), context);
  const note = bundle.entry
    ?.map(({ resource }) => resource)
    .find((r) => r?.resourceType === 'DocumentReference');
  const data = note?.resourceType === 'DocumentReference' ? note.content[0]?.attachment.data : undefined;
  return (
    Buffer.from(data ?? '', 'base64')
      .toString()
      .split('\n')[0] ?? ''
  );
}

const FI = 'texts/fi.yaml';
const texts = (heading: string) => files[FI]?.replace('Esitiedot', heading) ?? '';
const eventually = { timeout: 5_000, interval: 10 };

describe('mappings that are changed while the bridge runs', () => {
  it('go live by themselves', async () => {
    const dir = writeFolder();
    const { live, heading } = watch(dir);
    expect(heading()).toBe('Esitiedot');
    const { digest } = live.status();
    writeFileSync(join(dir, FI), texts('Uusi'));
    await vi.waitFor(() => expect(heading()).toBe('Uusi'), eventually);
    expect(live.status().digest).not.toBe(digest);
    expect(live.status()).not.toHaveProperty('broken');
  });

  const ways: Record<string, (file: string, text: string) => void> = {
    'written in place': writeFileSync,
    'put in place of the old by a rename': (file, text) => {
      writeFileSync(`${file}.part`, text);
      renameSync(`${file}.part`, file);
    },
    'moved away as a copy first': (file, text) => {
      renameSync(file, `${file}~`);
      writeFileSync(file, text);
    },
    'removed and made anew': (file, text) => {
      rmSync(file);
      writeFileSync(file, text);
    },
  };
  it.each(Object.entries(ways))('are seen when a file is %s', async (_, save) => {
    const dir = writeFolder();
    const { failures, heading } = watch(dir);
    save(join(dir, FI), texts('Tallennettu'));
    await vi.waitFor(() => expect(heading()).toBe('Tallennettu'), eventually);
    expect(failures).toEqual([]);
  });

  it('are seen when the whole folder is replaced through a symbolic link', async () => {
    const link = join(temporaryFolder(), 'mappings');
    symlinkSync(writeFolder(), link);
    const { heading } = watch(link);
    symlinkSync(writeFolder({ [FI]: texts('Vaihdettu') }), `${link}.next`);
    renameSync(`${link}.next`, link);
    await vi.waitFor(() => expect(heading()).toBe('Vaihdettu'), eventually);
  });

  it('are seen when the files are links into a folder that is replaced, as containers are given configuration', async () => {
    const dir = writeFolder();
    const give = (version: string, heading: string) => {
      mkdirSync(join(dir, version));
      writeFileSync(join(dir, version, 'fi.yaml'), texts(heading));
      symlinkSync(version, join(dir, '..next'));
      renameSync(join(dir, '..next'), join(dir, '..data'));
    };
    give('..first', 'Esitiedot');
    rmSync(join(dir, FI));
    symlinkSync('../..data/fi.yaml', join(dir, FI));
    const { heading } = watch(dir);
    give('..second', 'Annettu');
    await vi.waitFor(() => expect(heading()).toBe('Annettu'), eventually);
  });

  it('stay as they were while the folder holds a mistake, which is told at its place and once', async () => {
    const dir = writeFolder();
    const { live, failures, heading } = watch(dir);
    const { digest, since } = live.status();
    writeFileSync(join(dir, 'symptom/task.yaml'), `${files['symptom/task.yaml']}stauts: requested\n`);
    await vi.waitFor(() => expect(live.status().broken).toBeDefined(), eventually);
    expect(live.status()).toMatchObject({
      digest,
      since,
      broken: {
        details: [{ at: 'mappings/symptom/task.yaml:12:1', text: expect.stringContaining('stauts') }],
      },
    });
    await pause(5 * (quick.look + quick.settle));
    expect(failures).toHaveLength(1);
    expect(heading()).toBe('Esitiedot');
  });

  it('are sound again when the mistake is mended, or taken back', async () => {
    const dir = writeFolder();
    const { live, heading } = watch(dir);
    const { since } = live.status();
    const breakIt = async () => {
      writeFileSync(join(dir, 'kinds.yaml'), 'not: [a list');
      await vi.waitFor(() => expect(live.status().broken).toBeDefined(), eventually);
    };
    await breakIt();
    writeFileSync(join(dir, 'kinds.yaml'), files['kinds.yaml'] ?? '');
    await vi.waitFor(() => expect(live.status().broken).toBeUndefined(), eventually);
    expect(live.status().since).toBe(since);
    await breakIt();
    writeFileSync(join(dir, 'kinds.yaml'), files['kinds.yaml'] ?? '');
    writeFileSync(join(dir, FI), texts('Korjattu'));
    await vi.waitFor(() => expect(live.status().broken).toBeUndefined(), eventually);
    expect(heading()).toBe('Korjattu');
  });

  it('stay as they were when the folder goes away, and are seen when it is back', async () => {
    const dir = writeFolder();
    const { live, heading } = watch(dir);
    renameSync(dir, `${dir}.away`);
    await vi.waitFor(() => expect(live.status().broken).toBeDefined(), eventually);
    expect(heading()).toBe('Esitiedot');
    renameSync(`${dir}.away`, dir);
    await vi.waitFor(() => expect(live.status().broken).toBeUndefined(), eventually);
  });

  it('are told to be broken when a file cannot be read', async () => {
    const dir = writeFolder();
    const { live } = watch(dir);
    symlinkSync('nowhere', join(dir, 'texts/se.yaml'));
    await vi.waitFor(() => expect(live.status().broken).toBeDefined(), eventually);
    expect(live.status().broken?.details).toMatchObject([
      { text: expect.stringContaining('ENOENT'), at: 'mappings/texts/se.yaml' },
    ]);
  });

  it('never mix: files that belong together go live together, however long their writing takes', async () => {
    const dir = writeFolder({
      'symptom/patient.yaml': `${files['symptom/patient.yaml']}active: true\n`,
    });
    const { live, changes } = watch(dir, { times: { settle: 500 } });
    const marks = (mappings: Mappings) => {
      const patient = mappings.map(assessment({ language: 'fi' }), context).bundle.entry?.[0]?.resource;
      const gender = patient?.resourceType === 'Patient' ? patient.gender : undefined;
      return `${gender} ${noteOf(mappings)}`;
    };
    const seen = new Set<string>();
    let writing = true;
    const mapping = (async () => {
      while (writing) {
        seen.add(marks(live.current()));
        await pause(1);
      }
    })();
    for (const [gender, heading] of [
      ['female', 'Yksi'],
      ['male', 'Kaksi'],
    ]) {
      const before = changes.length;
      writeFileSync(join(dir, 'symptom/patient.yaml'), `${files['symptom/patient.yaml']}gender: ${gender}\n`);
      await pause(30);
      writeFileSync(join(dir, FI), texts(heading ?? ''));
      await vi.waitFor(() => expect(changes.length).toBeGreaterThan(before), eventually);
    }
    writing = false;
    await mapping;
    seen.add(marks(live.current()));
    expect([...seen]).toEqual(['undefined Esitiedot', 'female Yksi', 'male Kaksi']);
  });

  it('do not go live before they are kept, and are tried again when keeping them failed', async () => {
    const dir = writeFolder();
    let failing = true;
    const { live, failures, heading } = watch(dir, {
      keep: async () => {
        if (failing) throw new BridgeError('log-unavailable');
      },
    });
    writeFileSync(join(dir, FI), texts('Myöhemmin'));
    await vi.waitFor(() => expect(failures.length).toBeGreaterThan(1), eventually);
    expect(heading()).toBe('Esitiedot');
    expect(live.status().broken?.details[0]?.text).toContain('log-unavailable');
    failing = false;
    await vi.waitFor(() => expect(heading()).toBe('Myöhemmin'), eventually);
  });

  it('change no more when nobody watches', async () => {
    const dir = writeFolder();
    const { live, heading } = watch(dir);
    await live.close();
    writeFileSync(join(dir, FI), texts('Ei enää'));
    await pause(5 * (quick.look + quick.settle));
    expect(heading()).toBe('Esitiedot');
  });
});

it('may begin with nothing, and says so', async () => {
  const dir = writeFolder({ 'kinds.yaml': 'not: [a list' });
  const live = createLiveMappings({
    dir,
    first: undefined,
    times: quick,
    load: (folder) => loadingMappings({ folder, definitions, sourceSchema }),
    keep: async () => undefined,
    now: () => Date.now(),
    onChange: () => undefined,
    onBroken: () => undefined,
  });
  onTestFinished(() => live.close());
  await vi.waitFor(() => expect(live.status().broken).toBeDefined(), eventually);
  expect(live.current()).toBeUndefined();
  expect(live.status()).not.toHaveProperty('digest');
  writeFileSync(join(dir, 'kinds.yaml'), files['kinds.yaml'] ?? '');
  await vi.waitFor(() => expect(live.current()).toBeDefined(), eventually);
});

it('tells a mistake in YAML each time, though files that did not change are parsed once', () => {
  const parsed: ParsedFiles = new Map();
  const load = (changed: Record<string, string>) => {
    const folder = { name: 'mappings', files: new Map(Object.entries({ ...files, ...changed })) };
    return loadMappings({ folder, parsed, definitions, sourceSchema });
  };
  const { digest } = load({});
  const readings = new Map(parsed);
  for (let i = 0; i < 2; i += 1) {
    expect(() => load({ [FI]: 'heading: [' })).toThrow(
      expect.objectContaining({
        details: expect.arrayContaining([expect.objectContaining({ at: expect.stringContaining(FI) })]),
      }),
    );
  }
  expect(load({}).digest).toBe(digest);
  expect(parsed.get('mappings/kinds.yaml')).toBe(readings.get('mappings/kinds.yaml'));
  expect(load({ [FI]: texts('Uusi') }).digest).not.toBe(digest);
});
