import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Bundle, DocumentReference, Resource } from '@medplum/fhirtypes';
import pino from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { buildApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createKeyFile } from '../src/log/key-file.ts';
import { startFhirServer, startMiddleBox } from './delivery/fhir-server.ts';
import { temporaryFolder } from './temporary.ts';

it('the whole bridge with ROUTE=fhir-r4 carries assessments into a FHIR server that is not ours, once each', async () => {
  const server = await startFhirServer();
  const url = await startMiddleBox(server, ['partial']);
  const config = readConfig({ DATA_DIR: temporaryFolder(), ROUTE: 'fhir-r4' });
  createKeyFile(config.dataKeyFile);
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const key = { algorithm: 'ES384', keyId: 'test', privateKey } as const;
  const record = { url, tokenUrl: server.tokenUrl, clientId: 'bridge', key, scope: '' };
  const app = await buildApp({ config, record, logger: pino({ level: 'silent' }) });
  onTestFinished(() => app.close());

  const send = async (name: string): Promise<string> => {
    const payload = readFileSync(`mappings/symptom-assessment/samples/${name}.json`);
    const { client } = JSON.parse(payload.toString('utf8'));
    await server.put({
      resourceType: 'Patient',
      identifier: [{ system: 'urn:oid:1.2.246.21', value: client.hetu }],
    });
    const headers = { 'content-type': 'application/json' };
    const answer = await app.http.inject({ method: 'POST', url: '/v1/assessments', payload, headers });
    return answer.json().id;
  };
  const state = async (id: string): Promise<string> =>
    (await app.http.inject({ method: 'GET', url: `/v1/assessments/${id}` })).json().state;

  const names = ['cough-en', 'heartburn-en'];
  const ids = await Promise.all(names.map(send));
  // The answer that came apart is cleared up after the settling time of the shipped route.
  const patience = { timeout: 40_000, interval: 100 };
  await expect.poll(() => Promise.all(ids.map(state)), patience).toEqual(['delivered', 'delivered']);

  const bundles = names.map(
    (name): Bundle =>
      JSON.parse(readFileSync(`mappings/symptom-assessment/samples/${name}.bundle.json`, 'utf8')),
  );
  const sent = bundles.flatMap(({ entry = [] }) => entry.flatMap(({ resource }) => resource ?? []));
  for (const type of new Set(sent.map(({ resourceType }) => resourceType))) {
    const expected = sent.filter(({ resourceType }) => resourceType === type);
    expect(await server.all<Resource>(type)).toHaveLength(expected.length);
  }
  const notes = await server.all<DocumentReference>('DocumentReference');
  const textsOf = (all: readonly Resource[]) =>
    all.flatMap((each) =>
      each.resourceType === 'DocumentReference' ? each.content[0]?.attachment.data : [],
    );
  expect(new Set(textsOf(notes))).toEqual(new Set(textsOf(sent)));

  const ready = (await app.http.inject({ method: 'GET', url: '/health/ready' })).json();
  expect(ready.checks.filter(({ ok }: { ok: boolean }) => !ok)).toEqual([]);
});
