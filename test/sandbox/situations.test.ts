import { expect, test } from 'vitest';
import { type Answer, call, epicCodes, matches, newPatient, note, startTwin } from './helper.ts';

const byHetu = (hetu: string) => `/Patient?identifier=urn:oid:1.2.246.21%7C${hetu}`;
const modes = (answer: Answer) => answer.json?.entry?.map((entry) => entry.search.mode);

test('a restricted record shows nothing but that it is restricted, and takes nothing', async () => {
  const twin = await startTwin();
  const { hetu, patient, encounter } = await newPatient(twin, { situation: 'restricted' });
  for (const path of [byHetu(hetu), `/Encounter?patient=${patient}`]) {
    const answer = await call(twin, path);
    expect(answer.status).toBe(200);
    expect(modes(answer)).toEqual(['outcome']);
    expect(epicCodes(answer)).toEqual(['4130']);
  }
  const read = await call(twin, `/Patient/${patient}`);
  expect([read.status, ...epicCodes(read)]).toEqual([403, '4131']);
  const written = await call(twin, '/DocumentReference', { body: note(patient, encounter) });
  expect([written.status, ...epicCodes(written)]).toEqual([403, '4131']);
});

test('a merged record leads to the one that it was merged into', async () => {
  const twin = await startTwin();
  const { hetu, patient, encounter } = await newPatient(twin, { situation: 'merged' });
  const found = await call(twin, byHetu(hetu));
  expect(modes(found)).toEqual(['match', 'outcome']);
  expect(matches(found)[0]?.id).toBe(patient);
  expect(epicCodes(found)).toEqual(['4107']);
  const merged = [...twin.store.patientsByIdentifier(hetu)][0]?.resource.id ?? '';
  const read = await call(twin, `/Patient/${merged}`);
  expect(read.status).toBe(301);
  expect(read.headers.get('location')).toBe(`Patient/${patient}`);
  expect(epicCodes(await call(twin, `/Encounter?patient=${merged}`))).toEqual(['4107']);
  const onOld = await call(twin, '/DocumentReference', { body: note(merged, encounter) });
  expect([onOld.status, ...epicCodes(onOld)]).toEqual([400, '4107']);
  expect((await call(twin, '/DocumentReference', { body: note(patient, encounter) })).status).toBe(201);
});

test('a deleted record is gone', async () => {
  const twin = await startTwin();
  const { hetu, patient } = await newPatient(twin, { situation: 'deleted' });
  expect(epicCodes(await call(twin, byHetu(hetu)))).toEqual(['4101']);
  const read = await call(twin, `/Patient/${patient}`);
  expect([read.status, ...epicCodes(read)]).toEqual([410, '4103']);
});

test('two records may share one personal identity code', async () => {
  const twin = await startTwin();
  const { hetu } = await newPatient(twin, { situation: 'ambiguous' });
  expect(matches(await call(twin, byHetu(hetu)))).toHaveLength(2);
});

test('somebody without an encounter gets one when staff open it', async () => {
  const twin = await startTwin();
  const { patient, hetu } = await newPatient(twin, { situation: 'waiting' });
  expect(epicCodes(await call(twin, `/Encounter?patient=${patient}`))).toEqual(['4101']);
  const opened = await call(twin, '/twin/encounters', { body: { hetu } });
  const { encounter } = JSON.parse(opened.text);
  expect(matches(await call(twin, `/Encounter?patient=${patient}`)).map((each) => each.id)).toEqual([
    encounter,
  ]);
  expect((await call(twin, '/DocumentReference', { body: note(patient, encounter) })).status).toBe(201);
});

test('somebody under a non-disclosure order is marked so', async () => {
  const twin = await startTwin();
  const { patient } = await newPatient(twin, { nonDisclosure: true });
  expect((await call(twin, `/Patient/${patient}`)).text).toContain('TURVAKIELTO');
});
