import { describe, expect, test } from 'vitest';
import type { JournalEntry } from '../../src/sandbox/journal.ts';
import { call, newPatient, note, startTwin } from './helper.ts';

describe('the control door', () => {
  test('counts what the twin keeps and the calls that it took', async () => {
    const twin = await startTwin({ population: { seed: 1, count: 0 } });
    await newPatient(twin);
    await call(twin, '/Patient?identifier=1');
    expect(JSON.parse((await call(twin, '/twin/state')).text)).toEqual({
      resources: { Patient: 1, Encounter: 1 },
      requests: 1,
    });
  });

  test('lists notes with their text, in order, from any place on', async () => {
    const twin = await startTwin();
    const { patient, encounter } = await newPatient(twin);
    for (const text of ['a', 'b', 'c']) {
      await call(twin, '/DocumentReference', { body: note(patient, encounter, text) });
    }
    const notes: { text: string; order: number }[] = JSON.parse((await call(twin, '/twin/notes')).text);
    expect(notes).toMatchObject([
      { text: 'a', patient, encounter, docStatus: 'preliminary', type: '11488-4' },
      { text: 'b' },
      { text: 'c' },
    ]);
    const later = await call(twin, `/twin/notes?after=${notes[0]?.order}&limit=1`);
    expect(JSON.parse(later.text)).toEqual([notes[1]]);
  });

  test('makes whole populations', async () => {
    const twin = await startTwin({ population: { seed: 1, count: 0 } });
    const made = await call(twin, '/twin/patients', { body: { seed: 5, count: 20 } });
    expect(JSON.parse(made.text)).toHaveLength(20);
    // One of twenty is unknown, one has two records, one was merged into another.
    expect(twin.store.counts()['Patient']).toBe(21);
  });

  test.each([
    ['/twin/patients', { hetu: '131052-9086' }, 400],
    ['/twin/patients', { hetu: '131052-9085', situation: 'lost' }, 400],
    ['/twin/patients', 'text', 400],
    ['/twin/encounters', { patient: 'nobody' }, 404],
    ['/twin/questionnaires/assign', {}, 400],
  ])('refuses %s with %j', async (path, body, status) => {
    const twin = await startTwin();
    expect((await call(twin, path, { body })).status).toBe(status);
  });

  test('shows a page on which text from outside is only text', async () => {
    const twin = await startTwin();
    const { patient, encounter } = await newPatient(twin, { family: '<script>alert(1)</script>' });
    await call(twin, '/DocumentReference', { body: note(patient, encounter, '"><img src=x onerror=a>') });
    const page = await call(twin, '/twin');
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.text).toContain('&lt;script&gt;');
    expect(page.text).toContain('&quot;&gt;&lt;img src=x onerror=a&gt;');
    expect(page.text).not.toMatch(/<script|<img/);
    expect(page.text).toContain('<html lang="en">');
  });
});

describe('the journal', () => {
  const journal = async (twin: Parameters<typeof call>[0]): Promise<JournalEntry[]> =>
    JSON.parse((await call(twin, '/twin/requests')).text);

  test('tells each call, with its ids and fault, and no personal data', async () => {
    const twin = await startTwin();
    const { hetu } = await newPatient(twin);
    const headers = { 'x-request-id': 'r1', 'x-correlation-id': 'c1' };
    await call(twin, `/Patient?identifier=urn:oid:1.2.246.21%7C${hetu}&_count=5`, { headers });
    await call(twin, '/Encounter/1', { headers: { 'x-twin-fault': '503' } });
    await call(twin, '/Encounter/1', { headers: { 'x-twin-fault': 'ghost-ack' } }).catch(() => undefined);
    await call(twin, `/Patient/${hetu}`);
    const entries = await journal(twin);
    const path = '/Interconnect-FHIR-EKO01/api/FHIR/R4';
    expect(entries).toMatchObject([
      {
        order: 1,
        method: 'GET',
        path: `${path}/Patient`,
        parameters: ['identifier', '_count'],
        identityInAddress: true,
        status: 200,
        requestId: 'r1',
        correlationId: 'c1',
      },
      { order: 2, status: 503, fault: '503', identityInAddress: false },
      { order: 3, status: 0, fault: 'ghost-ack' },
      { order: 4, path: `${path}/Patient/(hidden)`, status: 404 },
    ]);
    expect(JSON.stringify(entries)).not.toContain(hetu);
  });
});
