import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { DocumentReference, Patient, Provenance, QuestionnaireResponse } from '@medplum/fhirtypes';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Mapper } from '../../src/delivery/context.ts';
import { type CrashPoint, crashPoints } from '../../src/delivery/crash-points.ts';
import { needsOf } from '../../src/delivery/needs.ts';
import type { Route } from '../../src/delivery/route.ts';
import { createRecordSystem } from '../../src/record/record.ts';
import { createTransport } from '../../src/record/transport.ts';
import { type Meddling, startFhirServer } from './fhir-server.ts';
import { openWay, route, sampleBundle } from './fhir-way.ts';
import { assessment, mortal, quickSettings } from './house.ts';

const byServer = (how: Route['resources'][string]): Route => {
  const { resources } = route();
  return route({ resources: { ...resources, Patient: how } });
};

it('files the whole canonical bundle with its references resolved', async () => {
  const way = await openWay();
  way.deliver();
  const message = await way.until(way.id, 'delivered');
  expect(message.steps).toMatchObject([{ name: 'transaction', state: 'done' }]);
  expect(await way.counts()).toEqual(way.expected());
  expect(way.expected()).toMatchObject({
    DocumentReference: 1,
    Observation: 3,
    Appointment: 1,
    Provenance: 1,
  });

  const subject = `Patient/${way.patient?.id}`;
  const [response] = await way.server.all<QuestionnaireResponse>('QuestionnaireResponse');
  const [note] = await way.server.all<DocumentReference>('DocumentReference');
  const [provenance] = await way.server.all<Provenance>('Provenance');
  expect(response?.subject?.reference).toBe(subject);
  expect(note?.subject?.reference).toBe(subject);
  expect(note?.context?.related).toEqual([{ reference: `QuestionnaireResponse/${response?.id}` }]);
  expect(provenance?.target.map(({ reference }) => reference)).toContain(`DocumentReference/${note?.id}`);
  expect(JSON.stringify([response, note, provenance])).not.toContain('urn:uuid:');
});

it.each(['ear-child-fi', 'oral-amended-sv', 'cough-en'])(
  'files the sample %s once, also when the very same is sent twice',
  async (name) => {
    const way = await openWay({ bundle: sampleBundle(name), meddling: ['lose'] });
    way.deliver();
    await way.until(way.id, 'delivered');
    const [first, second, ...more] = way.transactions();
    expect(more).toEqual([]);
    expect(first?.body).toBe(second?.body);
    expect(await way.counts()).toEqual(way.expected());
  },
);

it.each<Meddling>(['lose', 'cut', 'gateway', 'page', 'partial', 'one-refused', 'empty', 'outcome'])(
  'never takes an answer for success that is none (%s), and makes nothing twice by sending again',
  async (meddling) => {
    const way = await openWay({ meddling: [meddling, meddling] });
    way.deliver();
    const message = await way.until(way.id, 'delivered');
    expect(way.transactions()).toHaveLength(3);
    expect(message.history.filter(({ state }) => state === 'unknown')).not.toEqual([]);
    expect(await way.counts()).toEqual(way.expected());
  },
);

it.each(crashPoints)('a process that dies %s leaves nothing undone and nothing done twice', async (point) => {
  const way = await openWay({ meddling: ['lose'] });
  const { log, perish } = mortal(way.log);
  const died = Promise.withResolvers<void>();
  way.deliver({
    log,
    settings: { ...quickSettings, lease: 100, stopLimit: 10 },
    crashPoint: (at: CrashPoint) => {
      if (at !== point) return undefined;
      died.resolve();
      return perish();
    },
  });
  // The only write of a message ends it, so that nothing comes between its result and the end.
  await Promise.race([died.promise, way.until(way.id, 'delivered')]);
  way.deliver();
  await way.until(way.id, 'delivered');
  expect(await way.counts()).toEqual(way.expected());
});

it('stands before a person with the words of the OperationOutcome when the server refuses, and nothing is there', async () => {
  const text = JSON.stringify(sampleBundle('uti-fi')).replace('"intent":"order",', '');
  const way = await openWay({ bundle: JSON.parse(text) });
  way.deliver();
  const held = await way.until(way.id, 'held');
  expect(held).toMatchObject({ cause: 'record-refused' });
  expect(held.history.at(-1)?.note).toMatch(/^HTTP 400 \(\w+/);
  expect(await way.counts()).toMatchObject({ Task: 0, DocumentReference: 0 });
});

it('stands before a person when the server takes no transaction of this size', async () => {
  const text = readFileSync('mappings/blood-pressure/samples/blood-pressure-fi.bundle.json', 'utf8');
  const way = await openWay({ bundle: JSON.parse(text) });
  way.deliver();
  const held = await way.until(way.id, 'held');
  expect(held).toMatchObject({ cause: 'record-refused' });
  expect(held.history.at(-1)?.note).toMatch(/^HTTP 400 /);
  expect(await way.counts()).toMatchObject({ Observation: 0, DocumentReference: 0 });
});

it('files a later edition beside the earlier one, and the booking right of both once', async () => {
  const way = await openWay();
  const text = JSON.stringify(way.bundle);
  const [, id = ''] = /"value":"([^"/]+)\/1"/.exec(text) ?? [];
  const map: Mapper['map'] = ({ edition: n }) => {
    const uuids = text.replace(
      /urn:uuid:(........)/g,
      (_, start: string) => `urn:uuid:${start.slice(1)}${n}`,
    );
    return { mapping: 'm', digest: 'd', bundle: JSON.parse(uuids.replaceAll(`${id}/1`, `${id}/${n}`)) };
  };
  const source = assessment(undefined);
  const first = await way.accept(source);
  const second = await way.accept({ ...source, edition: 2 });
  way.deliver({ mappings: () => ({ map }) });
  await way.until(first, 'delivered');
  await way.until(second, 'delivered');
  const { DocumentReference: notes, Appointment: rights, Provenance: proofs } = await way.counts();
  // The message that the house accepted at its start is of edition 1 too, and so the same to the server.
  expect({ notes, rights, proofs }).toEqual({ notes: 2, rights: 1, proofs: 2 });
});

describe('the patient', () => {
  it('is never created as the route is shipped: a person decides', async () => {
    const way = await openWay({ patient: false });
    way.deliver();
    expect(await way.until(way.id, 'held')).toMatchObject({ cause: 'patient-unknown' });
    expect(way.transactions()).toEqual([]);
    expect(await way.server.all<Patient>('Patient')).toEqual([]);
  });

  it('is created once where the route says so, and found from then on', async () => {
    const way = await openWay({ bundle: sampleBundle('cough-en'), patient: false, meddling: ['lose'] });
    way.deliver({ route: byServer({ write: 'conditional-create', unless: 'identifier' }) });
    await way.until(way.id, 'delivered');
    expect(await way.counts()).toEqual(way.expected());
    const [patient] = await way.server.all<Patient>('Patient');
    const [note] = await way.server.all<DocumentReference>('DocumentReference');
    expect(note?.subject?.reference).toBe(`Patient/${patient?.id}`);
  });

  it('is found by the server itself where the route says so, by a reference with her identifier', async () => {
    const way = await openWay();
    way.deliver({ route: byServer({ write: 'conditional-reference' }) });
    await way.until(way.id, 'delivered');
    const [sent] = way.transactions();
    expect(sent?.body).toMatch(
      /"subject":\{"reference":"Patient\?identifier=urn%3Aoid%3A1\.2\.246\.21\|[^"]+"/,
    );
    expect(way.server.got.filter(({ url }) => url.includes('Patient'))).toEqual([]);
  });

  it('must have an identifier, whoever finds her', async () => {
    const bundle = sampleBundle('uti-fi');
    const entry = (bundle.entry ?? []).map((each) =>
      each.resource?.resourceType === 'Patient'
        ? { ...each, resource: { ...each.resource, identifier: [] } }
        : each,
    );
    const way = await openWay({ bundle: { ...bundle, entry } });
    way.deliver({ route: byServer({ write: 'conditional-reference' }) });
    expect(await way.until(way.id, 'held')).toMatchObject({ cause: 'patient-unidentified' });
  });

  it('stands in no address by her identity code', async () => {
    const way = await openWay();
    way.deliver();
    await way.until(way.id, 'delivered');
    const code = way.patient?.identifier?.[0]?.value ?? '';
    expect(code).not.toBe('');
    expect(way.server.got.filter(({ url }) => decodeURIComponent(url).includes(code))).toEqual([]);
  });
});

it('is not begun where a resource could not be told from another of its type', async () => {
  const bundle = sampleBundle('uti-fi');
  const tasks = (bundle.entry ?? []).filter(({ resource }) => resource?.resourceType === 'Task');
  const twin = tasks.map((each) => ({ ...each, fullUrl: `urn:uuid:${randomUUID()}` }));
  const way = await openWay({ bundle: { ...bundle, entry: [...(bundle.entry ?? []), ...twin] } });
  way.deliver();
  const held = await way.until(way.id, 'held');
  expect(held).toMatchObject({ cause: 'route-gap' });
  expect(held.history.at(-1)?.note).toBe('several Task have the same identifier');
});

it('needs transactions and conditional creates, and no encounters', async () => {
  const way = await openWay();
  expect(await way.record.gaps(needsOf(route()), 'c')).toEqual({ ok: true, value: [] });
  const bare = await startFhirServer({
    rest: [{ mode: 'server', resource: [{ type: 'Task', interaction: [{ code: 'create' }] }] }],
  });
  const transport = createTransport({ connections: 1, timeout: 2_000 });
  onTestFinished(() => transport.close());
  const record = createRecordSystem({ baseUrl: bare.url, transport, now: Date.now });
  const gaps = await record.gaps(needsOf(route()), 'c');
  expect(gaps.ok && gaps.value).toEqual(
    expect.arrayContaining([
      { text: 'no transaction' },
      { text: 'Task: no conditional create' },
      { text: 'Patient: not offered' },
    ]),
  );
  expect(JSON.stringify(gaps)).not.toContain('Encounter');
});
