import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { buildApp } from '../src/app.ts';
import { startStandIn } from '../src/cli/stand-in.ts';
import { readConfig } from '../src/config.ts';
import { createKeyFile } from '../src/log/key-file.ts';
import { notesOf } from '../src/sandbox/notes.ts';
import { expectContract } from './http/doors.ts';
import { temporaryFolder } from './temporary.ts';

/** The whole bridge over the twin, with a mappings folder of its own that may be changed. */
async function openApp() {
  const folder = temporaryFolder();
  const mappings = join(folder, 'mappings');
  cpSync('mappings', mappings, { recursive: true });
  const config = readConfig({ DATA_DIR: folder, MAPPINGS_DIR: mappings });
  createKeyFile(config.dataKeyFile);
  const standIn = { port: 0, file: join(folder, 'twin.sqlite'), mappingsDir: mappings };
  const { twin, connection } = await startStandIn(standIn);
  const app = await buildApp({ config, record: connection, logger: pino({ level: 'silent' }) });
  onTestFinished(async () => {
    await app.close();
    await twin.close();
  });
  const call = async (method: 'GET' | 'POST', url: string, payload?: object) => {
    const body = payload === undefined ? {} : { payload, headers: { 'content-type': 'application/json' } };
    const response = await app.http.inject({ method, url, ...body });
    expectContract(method, url, response);
    return response;
  };
  return {
    app,
    call,
    /** Changes the text of a file. */
    edit(file: string, change: (text: string) => string) {
      const path = join(mappings, file);
      writeFileSync(path, change(readFileSync(path, 'utf8')));
    },
    async ready() {
      const { status, checks } = (await call('GET', '/health/ready')).json();
      return { status, ...checks.find(({ name }: { name: string }) => name.startsWith('mappings folder')) };
    },
    /** Sends an assessment and gives its message when it is delivered, or held. */
    async send(assessment: object) {
      const { id } = (await call('POST', '/v1/assessments', assessment)).json();
      return vi.waitFor(async () => {
        const message = (await call('GET', `/v1/assessments/${id}`)).json();
        expect(['delivered', 'held']).toContain(message.state);
        return message;
      }, eventually);
    },
    /** The text of the note in the record that a message became. */
    noteOf(message: { steps: readonly { name: string; location?: string }[] }): string {
      const id = message.steps
        .find(({ name }) => name.startsWith('DocumentReference'))
        ?.location?.split('/')[1];
      return notesOf(twin.store).find((note) => note.id === id)?.text ?? '';
    },
  };
}

const eventually = { timeout: 10_000, interval: 25 };
const sample = JSON.parse(readFileSync('mappings/symptom-assessment/samples/uti-fi.json', 'utf8'));
let sent = 0;

function assessmentOf(kind = sample.kind.id) {
  sent += 1;
  return { ...sample, id: `reload-${sent}`, kind: { ...sample.kind, id: kind } };
}

describe('a bridge whose mappings are changed while it runs', () => {
  it('takes a kind that was added to the catalogue, without a restart', async () => {
    const { call, edit, send } = await openApp();
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
    const { call, edit, ready, send } = await openApp();
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
    const mappings = join(folder, 'mappings');
    cpSync('mappings', mappings, { recursive: true });
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
    const { app, call, edit, send, noteOf } = await openApp();
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
    for (let i = 0; i < 30; i += 1) {
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
});
