import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadDefinitions } from '../../src/fhir/definitions.ts';
import { openSqliteLog } from '../../src/log/sqlite.ts';
import { readMappingFolder } from '../../src/mapping/files/files.ts';
import { loadMappings, type Mappings } from '../../src/mapping/mappings.ts';
import { sourceSchema } from '../mapping/folder.ts';
import { temporaryFolder } from '../temporary.ts';
import { fortyAnswers } from './forty-answers.ts';
import { newMessage } from './messages.ts';
import { slopeOf } from './reload.ts';
import { judgeLog } from './reload-check.ts';
import { versionsIn } from './reload-versions.ts';

const definitions = loadDefinitions({ folders: ['profiles'] });

/** A folder of versions, and a log in which messages are mapped by them. */
async function setUp() {
  const folder = join(temporaryFolder(), 'mappings');
  cpSync('mappings', folder, { recursive: true });
  const file = join(temporaryFolder(), 'log.sqlite');
  const log = await openSqliteLog({ file, keys: [{ id: 'k', bytes: Buffer.alloc(32, 1) }] });
  onTestFinished(() => log.close());
  const versions = versionsIn(folder);

  /** Loads what the folder holds now, as a version that was live. */
  async function live(): Promise<Mappings> {
    const mappings = loadMappings({ folder: readMappingFolder(folder), definitions, sourceSchema });
    const files = JSON.stringify(Object.fromEntries(mappings.folder.files));
    await log.keepMappings({ digest: mappings.digest, at: 0, mappings: mappings.mappings, files });
    return mappings;
  }

  const bundleOf = (mappings: Mappings) =>
    mappings.map(fortyAnswers(), { messageId: 'm', source: 's', acceptedAt: '2026-03-02T10:00:00Z' });

  /** Stores a message with such a bundle. */
  async function store(mapped: { mapping: string; digest: string; bundle: unknown }): Promise<string> {
    const message = newMessage();
    await log.accept(message);
    const [claim] = await log.claim({ now: Date.now(), lease: 1e9, limit: 1 });
    if (claim === undefined) throw new Error('there was nothing to claim');
    await log.mapped(claim, { ...mapped, bundle: JSON.stringify(mapped.bundle), at: 0 });
    return message.id;
  }
  return { log, versions, live, bundleOf, store };
}

describe('the judge of reloads', () => {
  it('finds nothing wrong with messages that one version each made', async () => {
    const { log, versions, live, bundleOf, store } = await setUp();
    for (const n of [1, 2, 2, 3]) {
      versions.good(n);
      await store(bundleOf(await live()));
    }
    const { messages, versions: by, wrong } = await judgeLog(log);
    expect({ messages, versions: by.size, wrong }).toEqual({ messages: 4, versions: 3, wrong: [] });
  });

  it('finds a version of which only a part was written', async () => {
    const { log, versions, live, bundleOf, store } = await setUp();
    versions.half(2);
    const id = await store(bundleOf(await live()));
    expect((await judgeLog(log)).wrong).toEqual([{ id, verdict: 'mixed' }]);
  });

  it('finds a bundle with a resource of another version', async () => {
    const { log, versions, live, bundleOf, store } = await setUp();
    versions.good(1);
    const old = bundleOf(await live());
    versions.good(2);
    const young = bundleOf(await live());
    const entry = young.bundle.entry?.map((one, at) =>
      one.resource?.resourceType === 'Task' ? (old.bundle.entry?.[at] ?? one) : one,
    );
    const id = await store({ ...young, bundle: { ...young.bundle, entry } });
    expect((await judgeLog(log)).wrong).toEqual([{ id, verdict: 'mixed' }]);
  });

  it('finds a message that is stamped with a version that did not make it, or that nobody kept', async () => {
    const { log, versions, live, bundleOf, store } = await setUp();
    versions.good(1);
    const old = bundleOf(await live());
    versions.good(2);
    const young = bundleOf(await live());
    const other = await store({ ...young, digest: old.digest });
    const none = await store({ ...young, digest: 'nobody-knows' });
    expect((await judgeLog(log)).wrong).toEqual([
      { id: none, verdict: 'no-version' },
      { id: other, verdict: 'other-version' },
    ]);
  });

  it('has a mistake in each version that shall be broken, and none in the sound ones', async () => {
    const { versions, live } = await setUp();
    for (const n of [2, 4, 6, 8, 10]) {
      versions.broken(n);
      await expect(live(), `version ${n}`).rejects.toMatchObject({ code: 'mapping-invalid' });
      versions.good(n + 1);
      await expect(live()).resolves.toHaveProperty('digest');
    }
  });
});

it('tells by how much memory grows in an hour', () => {
  const samples = (growth: number) =>
    Array.from({ length: 60 }, (_, second) => ({ at: second, megabytes: 300 + second * growth }));
  expect(slopeOf(samples(0))).toBeCloseTo(0);
  expect(slopeOf(samples(0.01))).toBeCloseTo(36);
});
