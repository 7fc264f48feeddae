import { describe, expect, test } from 'vitest';
import { call, epicCodes, newPatient, note, startTwin } from './helper.ts';

const write = async (change: (body: Record<string, unknown>) => void) => {
  const twin = await startTwin();
  const { patient, encounter } = await newPatient(twin);
  const body: Record<string, unknown> = note(patient, encounter);
  change(body);
  return { twin, answer: await call(twin, '/DocumentReference', { body }) };
};

describe('filing a note', () => {
  test('is answered with 201, an empty body and a relative Location', async () => {
    const { answer } = await write(() => undefined);
    expect(answer.status).toBe(201);
    expect(answer.text).toBe('');
    expect(answer.headers.get('location')).toMatch(/^DocumentReference\/[A-Za-z0-9.-]+$/);
    expect(answer.headers.get('etag')).toBeNull();
  });

  test('keeps the text to the letter; it is read from a Binary of its own', async () => {
    const twin = await startTwin();
    const { patient, encounter } = await newPatient(twin);
    const text = 'Yskä ja kuume 38,5 °C\r\n\tÅngest? «Нет» 🙂\n';
    const made = await call(twin, '/DocumentReference', { body: note(patient, encounter, text) });
    const read = await call(twin, `/${made.headers.get('location')}`);
    const attachment = read.json?.content?.[0]?.attachment;
    expect(attachment).toEqual({
      contentType: 'text/plain',
      url: expect.stringMatching(/^Binary\/[A-Za-z0-9.-]+$/),
    });
    const raw = await call(twin, `/${attachment?.url}`);
    expect(raw.text).toBe(text);
    expect(raw.headers.get('content-type')).toContain('text/plain');
    const binary = await call(twin, `/${attachment?.url}`, { headers: { accept: 'application/fhir+json' } });
    expect(Buffer.from(binary.json?.data ?? '', 'base64').toString()).toBe(text);
  });

  test('gives the note back where the client prefers it', async () => {
    const twin = await startTwin();
    const { patient, encounter } = await newPatient(twin);
    const headers = { prefer: 'return=representation' };
    const answer = await call(twin, '/DocumentReference', { body: note(patient, encounter), headers });
    expect(answer.json).toMatchObject({ resourceType: 'DocumentReference', docStatus: 'preliminary' });
  });

  test('twice makes two notes: nothing in the record system prevents it', async () => {
    const twin = await startTwin();
    const { patient, encounter } = await newPatient(twin);
    const body = note(patient, encounter, 'the same');
    await call(twin, '/DocumentReference', { body });
    await call(twin, '/DocumentReference', { body });
    const notes: { text: string }[] = JSON.parse((await call(twin, '/twin/notes')).text);
    expect(notes.map((each) => each.text)).toEqual(['the same', 'the same']);
  });

  test('works in a finished encounter too', async () => {
    const twin = await startTwin();
    const { patient, encounter } = await newPatient(twin, { situation: 'finished' });
    const answer = await call(twin, '/DocumentReference', { body: note(patient, encounter) });
    expect(answer.status).toBe(201);
  });

  test('keeps only the first attachment, and nothing that the record system does not know', async () => {
    const { twin, answer } = await write((body) => {
      const content = body['content'];
      const data = Buffer.from('second').toString('base64');
      body['content'] = [content, { attachment: { contentType: 'text/plain', data } }].flat();
      body['identifier'] = [{ system: 'urn:ours', value: '1' }];
      body['description'] = 'ours';
    });
    const read = await call(twin, `/${answer.headers.get('location')}`);
    expect(read.json?.content).toHaveLength(1);
    expect(read.text).not.toContain('ours');
    expect((await call(twin, '/twin/notes')).text).not.toContain('second');
  });

  test.each<[string, string, unknown, string]>([
    ['without status', 'status', undefined, '59108'],
    ['that is superseded', 'status', 'superseded', '59102'],
    ['without docStatus', 'docStatus', undefined, '59108'],
    ['that is amended', 'docStatus', 'amended', '59102'],
    ['without type', 'type', undefined, '59108'],
    ['with a type in words only', 'type', { text: 'note' }, '59102'],
    ['with a type of unknown origin', 'type', { coding: [{ system: 'http://a', code: '1' }] }, '59102'],
    ['without subject', 'subject', undefined, '59108'],
    ['about somebody unknown', 'subject', { reference: 'Patient/nobody' }, '59144'],
    ['about a group', 'subject', { reference: 'Group/1' }, '59102'],
    ['without encounter', 'context', undefined, '59108'],
    ['of an unknown encounter', 'context', { encounter: [{ reference: 'Encounter/none' }] }, '59144'],
    ['without content', 'content', undefined, '59108'],
    ['in HTML', 'content', [{ attachment: { contentType: 'text/html', data: 'PGI+' } }], '59102'],
    [
      'that is not base64',
      'content',
      [{ attachment: { contentType: 'text/plain', data: 'no base64!' } }],
      '59102',
    ],
    ['by address', 'content', [{ attachment: { contentType: 'text/plain', url: 'http://a' } }], '59108'],
    ['of another type', 'resourceType', 'Basic', '59105'],
  ])('%s is refused, and nothing is kept', async (_what, member, value, code) => {
    const { twin, answer } = await write((body) => {
      if (value === undefined) delete body[member];
      else body[member] = value;
    });
    expect(answer.status).toBe(400);
    expect(epicCodes(answer)).toEqual([code]);
    expect(twin.store.counts()['DocumentReference'] ?? 0).toBe(0);
    expect(twin.store.counts()['Binary'] ?? 0).toBe(0);
  });

  test("in another patient's encounter is refused", async () => {
    const twin = await startTwin();
    const one = await newPatient(twin);
    const other = await newPatient(twin, { hetu: '010101-923F' });
    const answer = await call(twin, '/DocumentReference', { body: note(one.patient, other.encounter) });
    expect(answer.status).toBe(400);
    expect(epicCodes(answer)).toEqual(['59102']);
  });

  test('conditionally is refused, so that nobody trusts in it', async () => {
    const twin = await startTwin();
    const { patient, encounter } = await newPatient(twin);
    const headers = { 'if-none-exist': 'identifier=1' };
    const answer = await call(twin, '/DocumentReference', { body: note(patient, encounter), headers });
    expect(answer.status).toBe(412);
    expect(twin.store.counts()['DocumentReference'] ?? 0).toBe(0);
  });

  test.each(['{"resourceType":', '[]', '"text"', ''])('with the body %j is refused', async (body) => {
    const twin = await startTwin();
    const answer = await call(twin, '/DocumentReference', { body });
    expect(answer.status).toBe(400);
    expect(answer.json?.resourceType).toBe('OperationOutcome');
  });
});

describe('changing a note', () => {
  test('replaces it, in the same place of the order', async () => {
    const twin = await startTwin();
    const { patient, encounter } = await newPatient(twin);
    const made = await call(twin, '/DocumentReference', { body: note(patient, encounter, 'first') });
    const location = made.headers.get('location') ?? '';
    const id = location.split('/')[1];
    const body = { ...note(patient, encounter, 'second'), id };
    expect((await call(twin, `/${location}`, { method: 'PUT', body })).status).toBe(200);
    const notes: { id: string; text: string }[] = JSON.parse((await call(twin, '/twin/notes')).text);
    expect(notes).toMatchObject([{ id, text: 'second' }]);
  });

  test('that does not exist creates nothing', async () => {
    const twin = await startTwin();
    const { patient, encounter } = await newPatient(twin);
    const body = { ...note(patient, encounter), id: 'mine' };
    const answer = await call(twin, '/DocumentReference/mine', { method: 'PUT', body });
    expect(answer.status).toBe(404);
    expect(epicCodes(answer)).toEqual(['4102']);
  });

  test('under the id of another is refused', async () => {
    const twin = await startTwin();
    const { patient, encounter } = await newPatient(twin);
    const made = await call(twin, '/DocumentReference', { body: note(patient, encounter) });
    const body = { ...note(patient, encounter), id: 'other' };
    const answer = await call(twin, `/${made.headers.get('location')}`, { method: 'PUT', body });
    expect(answer.status).toBe(400);
  });
});

test('a note may be no longer than the record system takes', async () => {
  const twin = await startTwin({ longestNote: 10 });
  const { patient, encounter } = await newPatient(twin);
  const of = (text: string) => call(twin, '/DocumentReference', { body: note(patient, encounter, text) });
  expect((await of('ä'.repeat(10))).status).toBe(201);
  expect(epicCodes(await of('ä'.repeat(11)))).toEqual(['59102']);
});
