import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildApp } from '../src/app.ts';
import { startStandIn } from '../src/cli/stand-in.ts';
import { readConfig } from '../src/config.ts';
import { createKeyFile } from '../src/log/key-file.ts';
import { expectContract } from './http/doors.ts';
import { temporaryFolder } from './temporary.ts';

/** The whole bridge over the twin, in this process. */
async function openApp() {
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
  const call = async (method: 'GET' | 'POST', url: string, payload?: object | Buffer) => {
    const body = payload === undefined ? {} : { payload, headers: { 'content-type': 'application/json' } };
    const response = await app.http.inject({ method, url, ...body });
    expectContract(method, url, response);
    return response;
  };
  return { app, twin, call };
}

async function eventually<Value>(
  read: () => Promise<Value>,
  wanted: (value: Value) => boolean,
): Promise<Value> {
  let value = await read();
  for (let look = 0; look < 200 && !wanted(value); look += 1) {
    await pause(25);
    value = await read();
  }
  return value;
}

const sample = readFileSync('mappings/symptom-assessment/samples/uti-fi.json');

describe('the whole bridge', () => {
  it('previews what the live mapping makes, and stores and sends nothing', async () => {
    const { call } = await openApp();
    const preview = (await call('POST', '/v1/mappings/preview', sample)).json();
    expect(preview).toMatchObject({ mapping: 'symptom-assessment', bundle: { resourceType: 'Bundle' } });
    expect(
      preview.outcome.issue.filter(({ severity }: { severity: string }) => severity === 'error'),
    ).toEqual([]);
    expect((await call('GET', '/v1/operations/ledger')).json().accepted).toBe(0);
  });

  it('shows the live mappings with their digests, and stamps them on messages', async () => {
    const { call } = await openApp();
    const live = (await call('GET', '/v1/mappings')).json();
    expect(live.kinds.map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining(['uti', 'blood-pressure']),
    );
    const { id } = (await call('POST', '/v1/assessments', sample)).json();
    const message = await eventually(
      async () => (await call('GET', `/v1/assessments/${id}`)).json(),
      ({ state }) => state === 'delivered',
    );
    const { digest } = live.mappings.find(({ name }: { name: string }) => name === 'symptom-assessment');
    expect(message).toMatchObject({ state: 'delivered', mapping: digest });
  });

  it('goes on accepting when the record system is gone, says so, and delivers when it is back', async () => {
    const { twin, call } = await openApp();
    await eventually(
      async () => (await call('GET', '/health/ready')).json(),
      ({ status }) => status === 'ok',
    );
    twin.faults.add({ fault: 'refuse', method: 'POST', times: 12 });
    const { id } = (await call('POST', '/v1/assessments', sample)).json();
    const waiting = await eventually(
      async () => (await call('GET', `/v1/assessments/${id}`)).json(),
      ({ state }) => state === 'waiting',
    );
    expect(waiting.explanation).toMatch(/^RECORD: /);
    twin.faults.clear();
    await call('POST', `/v1/operations/messages/${id}/retry`, { by: 'Aino', why: 'the network is back' });
    const delivered = await eventually(
      async () => (await call('GET', `/v1/assessments/${id}`)).json(),
      ({ state }) => state === 'delivered',
    );
    expect(delivered.state).toBe('delivered');
    const metrics = (await call('GET', '/metrics')).body;
    expect(metrics).toMatch(/bridge_step_seconds_count\{step="DocumentReference",result="done"\} 1/);
    expect(metrics).toMatch(/bridge_tries_total\{state="waiting",cause="record-[a-z]+"\} \d/);
  });
});
