import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { buildApp } from '../src/app.ts';
import { startStandIn } from '../src/cli/stand-in.ts';
import { readConfig } from '../src/config.ts';
import { createKeyFile } from '../src/log/key-file.ts';
import { assessmentOf, copyMappings, eventually, runBridge } from './running-bridge.ts';
import { temporaryFolder } from './temporary.ts';

describe('a bridge whose mappings are changed while it runs', () => {
  it('takes a kind that was added to the catalogue, without a restart', async () => {
    const { call, edit, send } = await runBridge();
    const before = await send(assessmentOf('flying-carpet'));
    const live = (await call('GET', '/v1/mappings')).json();
    const digests = new Map<string, string>(
      live.mappings.map(({ name, digest }: { name: string; digest: string }) => [name, digest]),
    );
    expect(before).toMatchObject({ state: 'delivered', mapping: digests.get('generic') });
    edit('kinds.yaml', (text) => {
      const kind = { id: 'flying-carpet', mapping: 'symptom-assessment', status: 'active' };
      return stringify([...parse(text), { ...kind, titles: { fi: 'Lentävä matto' } }]);
    });
    const next = await vi.waitFor(async () => {
      const now = (await call('GET', '/v1/mappings')).json();
      expect(now.kinds.map(({ id }: { id: string }) => id)).toContain('flying-carpet');
      return now;
    }, eventually);
    expect(Date.parse(next.since)).toBeGreaterThan(Date.parse(live.since));
    const after = await send(assessmentOf('flying-carpet'));
    expect(after.state).toBe('delivered');
    expect(after.mapping).toBe(
      next.mappings.find(({ name }: { name: string }) => name === 'symptom-assessment').digest,
    );
  });

  it('keeps the version before while the folder holds a mistake, says where it is, and heals', async () => {
    const { call, edit, ready, send } = await runBridge();
    const before = (await call('GET', '/v1/mappings')).json();
    expect(await ready()).toMatchObject({ ok: true });
    edit('shared/patient.yaml', (text) => `${text}\nbirthdate: 2020-01-01\n`);
    await vi.waitFor(async () => expect(await ready()).toMatchObject({ ok: false }), eventually);
    const told = await ready();
    expect(told.status).toBe('degraded');
    expect(told.note).toMatch(/^mappings\/shared\/patient\.yaml:\d+:1: .*did you mean "birthDate"/);
    const broken = (await call('GET', '/v1/mappings')).json();
    expect(broken).toMatchObject({ digest: before.digest, since: before.since });
    expect(broken.broken.mistakes[0].at).toMatch(/^mappings\/shared\/patient\.yaml:\d+:1$/);
    const metrics = async () => (await call('GET', '/metrics')).body;
    expect(await metrics()).toContain('bridge_mappings_broken 1\n');
    expect(await metrics()).toContain('bridge_mappings_reloads_total{result="broken"} 1\n');
    expect(await send(assessmentOf())).toMatchObject({ state: 'delivered' });
    edit('shared/patient.yaml', (text) => text.replace('birthdate: 2020-01-01\n', ''));
    await vi.waitFor(async () => expect(await ready()).toMatchObject({ ok: true }), eventually);
    expect((await call('GET', '/v1/mappings')).json()).not.toHaveProperty('broken');
    expect(await metrics()).toContain('bridge_mappings_broken 0\n');
    expect(await metrics()).toContain('bridge_mappings_reloads_total{result="live"} 1\n');
  });

  it('does not start on a folder with a mistake, and says where it is', async () => {
    const folder = temporaryFolder();
    const mappings = copyMappings(folder);
    writeFileSync(join(mappings, 'kinds.yaml'), '- id: uti\n  maping: symptom-assessment\n');
    const config = readConfig({ DATA_DIR: folder, MAPPINGS_DIR: mappings });
    createKeyFile(config.dataKeyFile);
    const { twin, connection } = await startStandIn({
      port: 0,
      file: join(folder, 'twin.sqlite'),
      mappingsDir: mappings,
    });
    onTestFinished(() => twin.close());
    const start = buildApp({ config, record: connection, logger: pino({ level: 'silent' }) });
    await expect(start).rejects.toMatchObject({
      code: 'mapping-invalid',
      details: expect.arrayContaining([expect.objectContaining({ at: 'mappings/kinds.yaml:2:3' })]),
    });
  });

  it('makes each message by one version, and keeps in the log what made it', async () => {
    const { app, call, edit, send, noteOf } = await runBridge();
    let writing = true;
    let version = 0;
    const save = async () => {
      while (writing) {
        version += 1;
        edit('texts/fi.yaml', (text) =>
          text
            .replace(/reason: .*/, `reason: SYY-${version}`)
            .replace(/history: .*/, `history: TIEDOT-${version}`),
        );
        const { digest } = (await call('GET', '/v1/mappings')).json();
        await vi.waitFor(
          async () => expect((await call('GET', '/v1/mappings')).json().digest).not.toBe(digest),
          eventually,
        );
      }
    };
    const saving = save();
    const messages = [];
    for (let i = 0; i < 10; i += 1) {
      messages.push(...(await Promise.all(Array.from({ length: 4 }, () => send(assessmentOf())))));
    }
    writing = false;
    await saving;
    const versions = new Map<string, Set<string>>();
    for (const message of messages) {
      const note = noteOf(message);
      const [, reason = 'first'] = /^SYY-(\d+)/m.exec(note) ?? [];
      const [, history = 'first'] = /^TIEDOT-(\d+)/m.exec(note) ?? [];
      expect(reason).toBe(history);
      versions.set(message.mapping, (versions.get(message.mapping) ?? new Set()).add(reason));
    }
    expect(versions.size).toBeGreaterThan(1);
    for (const [digest, marks] of versions) {
      expect(marks.size).toBe(1);
      const [mark = ''] = marks;
      const files = JSON.parse((await app.log.mappingFiles(digest)) ?? '{}');
      expect(files['texts/fi.yaml']).toContain(
        mark === 'first' ? 'reason: TULOSYY' : `reason: SYY-${mark}\n`,
      );
    }
  });

  it('tells the origins of a message by the version that made it, when another is live', async () => {
    const { call, edit, send } = await runBridge();
    // Without measurements: the record would refuse the same reading of the same client a second time.
    const unmeasured = () => ({ ...assessmentOf(), measurements: [] });
    const message = await send(unmeasured());
    const { digest } = (await call('GET', '/v1/mappings')).json();
    edit('shared/note/history.yaml', (text) => text.replace('"{{ %q.text }}"', "'Kysymys'"));
    await vi.waitFor(
      async () => expect((await call('GET', '/v1/mappings')).json().digest).not.toBe(digest),
      eventually,
    );
    const asked = '/sections/0/questions/0/text';
    const [before, after] = await Promise.all(
      [message, await send(unmeasured())].map(async ({ id }) =>
        (await call('GET', `/v1/assessments/${id}/provenance?source=${asked}`)).json(),
      ),
    );
    const note = /DocumentReference|\.attachment\.data$/;
    expect(before).toMatchObject({ digest: message.mapping, stored: true });
    expect(before.elements.at(-1).element).toMatch(note);
    expect(before.elements.at(-1).parts).toHaveLength(1);
    expect(after.elements.map(({ element }: { element: string }) => element)).not.toContainEqual(
      expect.stringMatching(note),
    );
    const pieces = before.written.filter(({ location }: { location: string }) => note.test(location));
    expect(pieces[0].element).toMatch(/^entry\[\d+\]\.resource$/);
  });
});
