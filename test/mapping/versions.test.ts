import { describe, expect, test } from 'vitest';
import { loadingMappings, type Mappings } from '../../src/mapping/mappings.ts';
import { createMappingVersions } from '../../src/mapping/versions/versions.ts';
import { definitions, load, sourceSchema } from './folder.ts';

/** Versions differ by a heading. */
function version(number: number): Mappings {
  return load({ 'texts/fi.yaml': `answers: { yes: Kyllä, no: Ei }\nheading: Esitiedot ${number}\n` });
}

function filesOf({ folder }: Mappings): string {
  return JSON.stringify(Object.fromEntries(folder.files));
}

/** Versions over a log that kept some, counting what is loaded. */
function kept(versions: readonly Mappings[], live = version(0), most = 2) {
  const loaded: string[] = [];
  const found = (digest: string) =>
    versions.find((each) => [each, ...each.mappings].some((one) => one.digest === digest));
  const { of } = createMappingVersions({
    live: () => live,
    files: async (digest) => {
      const version = found(digest);
      return version && filesOf(version);
    },
    load: (folder) => {
      loaded.push(folder.files.get('texts/fi.yaml')?.match(/\d/)?.[0] ?? '');
      return loadingMappings({ folder, definitions, sourceSchema });
    },
    most,
  });
  return { of, loaded };
}

function symptom({ mappings }: Mappings): string {
  return mappings.find(({ name }) => name === 'symptom')?.digest ?? '';
}

describe('earlier versions of the mappings', () => {
  test('are found by the digest of the folder, or of a mapping in it', async () => {
    const first = version(1);
    const { of } = kept([first]);
    expect((await of(first.digest))?.digest).toBe(first.digest);
    expect((await of(symptom(first)))?.digest).toBe(first.digest);
  });

  test('are not loaded where the live version is meant', async () => {
    const live = version(0);
    const { of, loaded } = kept([live], live);
    expect(await of(live.digest)).toBe(live);
    expect(await of(symptom(live))).toBe(live);
    expect(loaded).toEqual([]);
  });

  test('stay loaded, so many as were asked for last', async () => {
    const versions = [1, 2, 3].map(version);
    const [first, second, third] = versions.map(({ digest }) => digest);
    const { of, loaded } = kept(versions);
    for (const digest of [first, first, second, first, third, first, second]) await of(digest ?? '');
    expect(loaded).toEqual(['1', '2', '3', '2']);
  });

  test('are not there where none was kept, or where its files are refused today', async () => {
    const { of } = kept([]);
    expect(await of('0123456789abcdef')).toBeUndefined();
    const live = version(0);
    const { of: broken } = createMappingVersions({
      live: () => live,
      files: async () => JSON.stringify({ 'kinds.yaml': '- id: [' }),
      load: (folder) => loadingMappings({ folder, definitions, sourceSchema }),
      most: 2,
    });
    expect(await broken('0123456789abcdef')).toBeUndefined();
  });
});
