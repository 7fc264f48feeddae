import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildApp } from '../src/app.ts';
import { startStandIn } from '../src/cli/stand-in.ts';
import { readConfig } from '../src/config.ts';
import { createKeyFile } from '../src/log/key-file.ts';
import { notesOf } from '../src/sandbox/notes.ts';
import { type Person, population } from '../src/sandbox/population.ts';
import { expectContract } from './http/doors.ts';
import { temporaryFolder } from './temporary.ts';

/** What people do at the door of operations, with the whole bridge and the twin behind it. */

const sample: Record<string, unknown> = JSON.parse(
  readFileSync('mappings/symptom-assessment/samples/uti-fi.json', 'utf8'),
);
const { names: _, ...client } = sample['client'] as Record<string, unknown>;
const persons = population(4, 20);

async function openBridge() {
  const dataDir = temporaryFolder();
  const config = readConfig({ DATA_DIR: dataDir });
  createKeyFile(config.dataKeyFile);
  const standIn = { port: 0, file: join(dataDir, 'twin.sqlite'), mappingsDir: config.mappingsDir };
  const { twin, connection } = await startStandIn(standIn);
  const app = await buildApp({ config, record: connection, logger: pino({ level: 'silent' }) });
  onTestFinished(async () => {
    await app.close();
    await twin.close();
  });

  async function call(url: string, payload?: object) {
    const method = payload === undefined ? 'GET' : 'POST';
    const body = payload === undefined ? {} : { payload, headers: { 'content-type': 'application/json' } };
    const response = await app.http.inject({ method, url, ...body });
    expectContract(method, url, response);
    return response.json();
  }

  return {
    twin,
    call,
    /** Does something by hand. */
    act: (path: string, body: object = {}) =>
      call(`/v1/operations/${path}`, { by: 'Aino Hoitaja', why: 'seen in the record', ...body }),
    async send(id: string, hetu: string): Promise<string> {
      return (await call('/v1/assessments', { ...sample, id, client: { ...client, hetu } })).id;
    },
    /** The message when it has come to a state. */
    async until(id: string, wanted: string) {
      let message = await call(`/v1/operations/messages/${id}`);
      for (let look = 0; look < 400 && message.state !== wanted; look += 1) {
        await pause(25);
        message = await call(`/v1/operations/messages/${id}`);
      }
      expect(message.state).toBe(wanted);
      return message;
    },
    /** Makes a person known to the record system as their situation says, and gives their identity code. */
    async admit(situation: Person['situation'], nth = 0): Promise<string> {
      const person = persons.filter((each) => each.situation === situation)[nth];
      if (person === undefined) throw new Error(`nobody is ${situation}`);
      const { status } = await fetch(`${twin.url}/twin/patients`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(person),
      });
      expect(status).toBe(201);
      return person.hetu;
    },
  };
}

describe('a person who mends what the bridge would not decide', () => {
  it('chooses between two patients, and the note is filed with the chosen one', async () => {
    const { twin, call, act, send, until, admit } = await openBridge();
    const hetu = await admit('ambiguous');
    const id = await send('oa-several', hetu);
    expect(await until(id, 'held')).toMatchObject({ cause: 'patient-several', steps: [] });
    const [, second] = [...twin.store.patientsByIdentifier(hetu)];
    const patient = second?.resource.id ?? '';
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ patient });
    expect((await fetch(`${twin.url}/twin/encounters`, { method: 'POST', headers, body })).status).toBe(201);
    await act(`messages/${id}/resolution`, { act: 'choose', patient });
    const done = await until(id, 'delivered');
    expect(done.chosen).toEqual({ patient });
    expect(notesOf(twin.store).map((note) => note.patient)).toEqual([patient]);
    expect((await call('/v1/operations/ledger')).balanced).toBe(true);
  });

  it('says that a restricted record was filed by hand, and nothing more is written', async () => {
    const { twin, act, send, until, admit } = await openBridge();
    const id = await send('oa-restricted', await admit('restricted'));
    expect((await until(id, 'held')).cause).toBe('patient-restricted');
    const filed = await act(`messages/${id}/resolution`, { act: 'filed' });
    expect(filed).toMatchObject({ state: 'delivered', steps: [] });
    expect(filed.history.at(-1)).toMatchObject({ type: 'filed', by: { who: 'Aino Hoitaja' } });
    expect(notesOf(twin.store)).toEqual([]);
  });

  it('redrives what was refused, and each note is in the record once', async () => {
    const { twin, call, act, send, until, admit } = await openBridge();
    twin.faults.add({ fault: '422', method: 'POST', resource: 'DocumentReference' });
    const ids = [];
    for (const nth of [0, 1, 2]) ids.push(await send(`oa-${nth}`, await admit('encounter', nth)));
    for (const id of ids) await until(id, 'held');
    twin.faults.clear();
    const order = { cause: 'record-refused', spacing: 0.1 };
    expect(await act('redrive', order)).toMatchObject({ dryRun: true, matching: 3 });
    expect((await call('/v1/operations/ledger')).held).toEqual({ 'record-refused': 3 });
    await act('redrive', { ...order, dryRun: false });
    for (const id of ids) await until(id, 'delivered');
    expect(notesOf(twin.store)).toHaveLength(3);
  });

  it('pauses delivery while accepting goes on, and resumes it', async () => {
    const { twin, call, act, send, until, admit } = await openBridge();
    const hetu = await admit('encounter');
    await act('pause', { why: 'upgrade' });
    const id = await send('oa-paused', hetu);
    expect((await call('/v1/operations/queue')).paused).toMatchObject({
      who: 'Aino Hoitaja',
      why: 'upgrade',
    });
    await pause(100);
    expect((await until(id, 'received')).attempts).toBe(0);
    await act('resume', { why: 'upgraded' });
    await until(id, 'delivered');
    expect(notesOf(twin.store)).toHaveLength(1);
  });
});
