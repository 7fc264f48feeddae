import { expect, it } from 'vitest';
import type { FindingKind } from '../../src/record/finding.ts';
import { textFingerprint } from '../../src/record/fingerprint.ts';
import { type Answer, answer, outcome, recordAt, scripted, searchset } from './server.ts';

const note = { resourceType: 'DocumentReference', status: 'current' };
const html = '<html><body>Service temporarily unavailable</body></html>';
const identifier = { system: 'urn:oid:1.2.246.21', value: '010190-999W' };
const how = { correlation: 'c-1', getAllowed: false };
const reset: Answer = (response) => void response.socket?.destroy();

const writes: readonly [string, Answer, FindingKind][] = [
  ['500', answer(500), 'write-unclear'],
  ['503 with a time to come back', answer(503, '', { 'retry-after': '1' }), 'write-unclear'],
  ['a connection that breaks', reset, 'write-unclear'],
  ['200 with a page of a gateway', answer(200, html), 'write-unclear'],
  ['403 with a page of a gateway', answer(403, html), 'write-unclear'],
  ['404 with a page of a gateway', answer(404, html), 'write-unclear'],
  ['a redirect', answer(302, '', { location: 'https://elsewhere.example/' }), 'write-unclear'],
  ['an OperationOutcome inside a 200', answer(200, outcome('59177')), 'write-unclear'],
  [
    'an error inside a 200 that names a note',
    answer(200, outcome('59177'), { location: 'DocumentReference/a' }),
    'write-unclear',
  ],
  ['201 that names nothing', answer(201), 'write-unclear'],
  ['201 that names something else', answer(201, '', { location: 'Binary/1' }), 'write-unclear'],
  ['408', answer(408), 'write-unclear'],
  ['429', answer(429, '', { 'retry-after': '7' }), 'busy'],
  ['403 with an empty body', answer(403), 'forbidden'],
  ['403 behind break-the-glass', answer(403, outcome('4131')), 'restricted'],
  ['400 for a merged patient', answer(400, outcome('4107')), 'merged'],
  ['409', answer(409, outcome('59141')), 'duplicate'],
  ['409 without a code', answer(409), 'duplicate'],
  ['400 for a reading that exists', answer(400, outcome('59189')), 'duplicate'],
  ['400', answer(400, outcome('59108')), 'refused'],
  ['404 for a reference', answer(404, outcome('59144')), 'refused'],
  ['422', answer(422, outcome('59159')), 'refused'],
  ['401', answer(401), 'unauthorised'],
  ['405', answer(405), 'unsupported'],
];

it.each(writes)('takes %s to a write for what it is', async (_, reply, kind) => {
  const { url, received } = await scripted(reply);
  const result = await recordAt(url).create(note, 'c-1');
  expect(result).toMatchObject({ ok: false, finding: { kind } });
  expect(received).toHaveLength(1);
  expect(JSON.stringify(result)).not.toContain('KANARIA');
});

const reads: readonly [string, Answer, FindingKind][] = [
  ['500', answer(500), 'read-failed'],
  ['a connection that breaks', reset, 'read-failed'],
  ['a paging session that ended', answer(400, outcome('4113')), 'read-failed'],
  ['a page of a gateway', answer(200, html), 'read-unreadable'],
  ['JSON cut short', answer(200, '{"resourceType":"Bundle","entry":[{"resou'), 'read-unreadable'],
  ['an empty 200', answer(200), 'read-unreadable'],
  ['a redirect', answer(307, '', { location: 'https://elsewhere.example/' }), 'read-unreadable'],
  ['an OperationOutcome inside a 200', answer(200, outcome('4100')), 'refused'],
  ['403 with an empty body', answer(403), 'forbidden'],
  [
    'a searchset that says it is not authorised for all',
    answer(200, searchset(outcome('4118', 'warning'))),
    'forbidden',
  ],
  [
    'a searchset that hides a restricted record',
    answer(200, searchset(outcome('4130', 'warning'))),
    'restricted',
  ],
  ['a searchset that may lack something', answer(200, searchset(outcome('4119', 'warning'))), 'incomplete'],
  ['a searchset with an error that nobody knows', answer(200, searchset(outcome('99999'))), 'refused'],
  ['an error that comes as a searchset', answer(400, searchset(outcome('4130'))), 'restricted'],
  ['nothing', answer(200, searchset(outcome('4101', 'warning'))), 'patient-unknown'],
  [
    'nothing, said with an id',
    answer(200, searchset({ ...outcome('4101', 'warning'), id: 'o' })),
    'patient-unknown',
  ],
  ['nothing, without a bundle', answer(200, outcome('4101', 'warning')), 'patient-unknown'],
  [
    'two patients',
    answer(200, searchset({ resourceType: 'Patient', id: 'a' }, { resourceType: 'Patient', id: 'b' })),
    'patient-several',
  ],
  [
    'a merged record whose survivor is not shown',
    answer(200, searchset(outcome('4107', 'warning'))),
    'merged',
  ],
];

it.each(reads)('takes %s to a search for a patient for what it is', async (_, reply, kind) => {
  const { url } = await scripted(reply);
  const result = await recordAt(url).findPatient(identifier, how);
  expect(result).toMatchObject({ ok: false, finding: { kind } });
  expect(JSON.stringify(result)).not.toMatch(/KANARIA|010190/);
});

it('takes the word "duplicate" in the answer to a search for a refusal, not for a write that is there', async () => {
  const { url } = await scripted(answer(400, outcome('59141')));
  expect(await recordAt(url).findPatient(identifier, how)).toMatchObject({ finding: { kind: 'refused' } });
});

it('takes the survivor of a merged record for the patient, once where both are shown', async () => {
  const merged = {
    resourceType: 'Patient',
    id: 'old',
    link: [
      { type: 'seealso', other: { reference: 'Patient/relative' } },
      { type: 'replaced-by', other: { reference: 'https://record.example/R4/Patient/new' } },
    ],
  };
  const survivor = { resourceType: 'Patient', id: 'new' };
  const { url } = await scripted(answer(200, searchset(merged)), answer(200, searchset(merged, survivor)));
  const record = recordAt(url);
  expect(await record.findPatient(identifier, how)).toEqual({ ok: true, value: 'new' });
  expect(await record.findPatient(identifier, how)).toEqual({ ok: true, value: 'new' });
});

it('does not trust a single match while there are further pages', async () => {
  const page = { ...searchset({ resourceType: 'Patient', id: 'a' }), link: [{ relation: 'next', url: 'x' }] };
  const { url } = await scripted(answer(200, page));
  expect(await recordAt(url).findPatient(identifier, how)).toMatchObject({ finding: { kind: 'incomplete' } });
});

it('sends the identity code in the body, with ids of the attempt and of the case', async () => {
  const { url, received } = await scripted(answer(200, searchset({ resourceType: 'Patient', id: 'a' })));
  const record = recordAt(url);
  expect(await record.findPatient(identifier, how)).toEqual({ ok: true, value: 'a' });
  await record.findPatient(identifier, how);
  expect(received[0]).toMatchObject({ method: 'POST', url: '/Patient/_search' });
  expect(new URLSearchParams(received[0]?.body).get('identifier')).toBe('urn:oid:1.2.246.21|010190-999W');
  expect(received[0]?.headers['x-correlation-id']).toBe('c-1');
  expect(new Set(received.map(({ headers }) => headers['x-request-id'])).size).toBe(2);
});

it.each([404, 405, 501])(
  'remembers that POST search is answered by %i and goes by GET where that is allowed',
  async (status) => {
    const { url, received } = await scripted(
      answer(status, outcome('4102')),
      answer(200, searchset({ resourceType: 'Patient', id: 'a' })),
    );
    const record = recordAt(url);
    const result = await record.findPatient(identifier, { ...how, getAllowed: true });
    await record.findPatient(identifier, { ...how, getAllowed: true });
    expect(result).toEqual({ ok: true, value: 'a' });
    expect(received.map(({ method }) => method)).toEqual(['POST', 'GET', 'GET']);
  },
);

it('never falls back to GET where that is not allowed', async () => {
  const { url, received } = await scripted(answer(404, outcome('4102')));
  expect(await recordAt(url).findPatient(identifier, how)).toMatchObject({
    finding: { kind: 'unsupported' },
  });
  expect(received).toHaveLength(1);
});

it.each([
  ['the Location of an empty 201', answer(201, '', { location: 'DocumentReference/abc' })],
  [
    'an absolute Location with a version',
    answer(201, '', { location: 'https://a.example/R4/DocumentReference/abc/_history/1' }),
  ],
  ['the Location beside JSON cut short', answer(201, '{"resour', { location: 'DocumentReference/abc' })],
  ['the resource in the answer', answer(200, { resourceType: 'DocumentReference', id: 'abc' })],
  [
    'the Location beside a remark',
    answer(201, outcome('59100', 'information'), { location: 'DocumentReference/abc' }),
  ],
])('learns what a write made from %s', async (_, reply) => {
  const { url } = await scripted(reply);
  expect(await recordAt(url).create(note, 'c')).toEqual({ ok: true, value: 'DocumentReference/abc' });
});

it('says that nothing was sent when nobody listens, or when no connection becomes free', async () => {
  const { url } = await scripted(() => undefined);
  const nobody = recordAt('http://127.0.0.1:1');
  expect(await nobody.create(note, 'c')).toMatchObject({ finding: { kind: 'not-sent' } });
  const crowded = recordAt(url, undefined, { connections: 1, timeout: 100 });
  const both = await Promise.all([crowded.create(note, 'c'), crowded.create(note, 'c')]);
  expect(both).toMatchObject([{ finding: { kind: 'write-unclear' } }, { finding: { kind: 'not-sent' } }]);
});

it('never sends what it gave up, even when a connection becomes free later', async () => {
  const slowly = (response: { end(): void }) => void setTimeout(() => response.end(), 150);
  const { url, received } = await scripted(slowly, slowly, slowly, slowly, slowly, slowly, answer(500));
  const record = recordAt(url, undefined, { connections: 1, timeout: 100 });
  const results = await Promise.all(Array.from({ length: 6 }, () => record.create(note, 'c')));
  const notSent = results.filter((result) => !result.ok && result.finding.kind === 'not-sent');
  expect(notSent.length).toBeGreaterThan(0);
  // A call on the free connection after the others were given up: none of them may leave before it.
  await record.gaps([], 'c');
  const posts = received.filter(({ method }) => method === 'POST');
  expect(posts).toHaveLength(results.length - notSent.length);
});

it('sends nothing after the time that the write was given, also when a connection becomes free only then', async () => {
  const { url, received } = await scripted(answer(201, '', { location: 'DocumentReference/a' }));
  let now = Date.parse('2026-03-01T12:00:00Z');
  const record = recordAt(url, undefined, { now: () => now });
  const notAfter = now + 30_000;
  expect(await record.create(note, 'c', { notAfter })).toMatchObject({ ok: true });
  now = notAfter + 1;
  expect(await record.create(note, 'c', { notAfter })).toMatchObject({
    finding: { kind: 'not-sent', note: 'too late to send' },
  });
  expect(await record.transact({ resourceType: 'Bundle', entry: [] }, 'c', { notAfter })).toMatchObject({
    finding: { kind: 'not-sent' },
  });
  expect(received).toHaveLength(1);
});

it('sends a condition in a header, takes what was there for what was made, and a conflict for unclear', async () => {
  const there = answer(200, { resourceType: 'DocumentReference', id: 'abc' });
  const { url, received } = await scripted(there, answer(409), answer(412, outcome('4100')));
  const record = recordAt(url);
  const create = () => record.create(note, 'c', { ifNoneExist: 'identifier=urn%3As|1' });
  expect(await create()).toEqual({ ok: true, value: 'DocumentReference/abc' });
  expect(await create()).toMatchObject({ finding: { kind: 'write-unclear' } });
  expect(await create()).toMatchObject({ finding: { kind: 'refused' } });
  expect(received[0]?.headers['if-none-exist']).toBe('identifier=urn%3As|1');
});

it('finds a write by its own identifier, and is not misled by what a server gives beside it', async () => {
  const named = (id: string, value: string) => ({
    resourceType: 'DocumentReference',
    id,
    identifier: [{ system: 'urn:s', value }],
  });
  const wish = { type: 'DocumentReference', identifier: { system: 'urn:s', value: 'a|1,2' } };
  const { url, received } = await scripted(
    answer(200, searchset(named('x', 'other'), named('y', 'a|1,2'))),
    answer(200, searchset(named('x', 'other'))),
    answer(200, searchset(outcome('4119', 'warning'))),
  );
  const record = recordAt(url);
  expect(await record.findByIdentifier(wish, 'c')).toEqual({ ok: true, value: 'DocumentReference/y' });
  expect(await record.findByIdentifier(wish, 'c')).toEqual({ ok: true, value: undefined });
  expect(await record.findByIdentifier(wish, 'c')).toMatchObject({ finding: { kind: 'incomplete' } });
  expect(new URLSearchParams(received[0]?.body).get('identifier')).toBe('urn:s|a\\|1\\,2');
});

const wish = {
  patient: 'p',
  from: Date.parse('2026-03-01'),
  to: Date.parse('2026-03-31'),
  statuses: ['in-progress', 'finished'],
  classes: [],
};
const encounter = (id: string, start: string, status = 'in-progress', code = 'VR') => ({
  resourceType: 'Encounter',
  id,
  status,
  class: { code },
  period: { start },
});

it('chooses the newest encounter that fits, or none where the route wants the only one', async () => {
  const { url, received } = await scripted(
    answer(
      200,
      searchset(
        encounter('old', '2026-03-02'),
        encounter('new', '2026-03-03'),
        encounter('off', '2026-03-04', 'cancelled'),
      ),
    ),
  );
  const record = recordAt(url);
  expect(await record.findEncounter({ ...wish, choose: 'newest' }, 'c')).toEqual({ ok: true, value: 'new' });
  expect(await record.findEncounter({ ...wish, choose: 'only' }, 'c')).toMatchObject({
    finding: { kind: 'encounter-several' },
  });
  expect(await record.findEncounter({ ...wish, classes: ['AMB'], choose: 'newest' }, 'c')).toMatchObject({
    finding: { kind: 'encounter-missing' },
  });
  expect(new URLSearchParams(received[0]?.body).getAll('date')).toEqual([
    'ge2026-03-01T00:00:00.000Z',
    'le2026-03-31T00:00:00.000Z',
  ]);
});

it('files under no encounter while the answer may lack a newer one', async () => {
  const { url } = await scripted(
    answer(200, searchset(encounter('a', '2026-03-02'), outcome('4119', 'warning'))),
  );
  expect(await recordAt(url).findEncounter({ ...wish, choose: 'newest' }, 'c')).toMatchObject({
    finding: { kind: 'incomplete' },
  });
});

const written = {
  type: 'DocumentReference',
  parameters: { patient: 'p' },
  compared: 'attachment',
  digest: textFingerprint('Ensimmäinen rivi\nToinen rivi'),
} as const;
const document = (id: string, attachment: object) => ({
  resourceType: 'DocumentReference',
  id,
  content: [{ attachment }],
});
const inline = (text: string) => ({ contentType: 'text/plain', data: Buffer.from(text).toString('base64') });
const linked = { contentType: 'text/plain', url: 'Binary/b1' };

it.each<[string, readonly Answer[], object]>([
  [
    'finds it among others by its text, whatever the line ends',
    [
      answer(
        200,
        searchset(
          document('a', inline('muu')),
          document('b', inline('Ensimmäinen rivi  \r\nToinen rivi\r\n')),
        ),
      ),
    ],
    { ok: true, value: 'DocumentReference/b' },
  ],
  [
    'reads a text that is kept apart as plain text',
    [
      answer(200, searchset(document('a', linked))),
      answer(200, 'Ensimmäinen rivi\nToinen rivi', { 'content-type': 'text/plain; charset=utf-8' }),
    ],
    { ok: true, value: 'DocumentReference/a' },
  ],
  [
    'reads a text that is kept apart as a Binary',
    [
      answer(200, searchset(document('a', linked))),
      answer(200, { resourceType: 'Binary', ...inline('Ensimmäinen rivi\nToinen rivi') }),
    ],
    { ok: true, value: 'DocumentReference/a' },
  ],
  [
    'knows that it is absent when all others differ',
    [
      answer(
        200,
        searchset(document('a', inline('muu')), document('b', { contentType: 'application/pdf', url: 'x' })),
      ),
    ],
    { ok: true, value: undefined },
  ],
  [
    'knows that it is absent when there is nothing',
    [answer(200, searchset(outcome('4101', 'warning')))],
    { ok: true, value: undefined },
  ],
  [
    'concludes nothing from a page of a gateway in place of a text',
    [answer(200, searchset(document('a', linked))), answer(200, html, { 'content-type': 'text/html' })],
    { ok: false },
  ],
  [
    'concludes nothing when a text cannot be read',
    [answer(200, searchset(document('a', linked))), answer(403)],
    { ok: false },
  ],
  [
    'concludes nothing when the patient was merged meanwhile',
    [answer(200, searchset(outcome('4107', 'warning')))],
    { ok: false },
  ],
  [
    'concludes nothing when more may exist',
    [answer(200, searchset(outcome('4119', 'warning')))],
    { ok: false },
  ],
])('looking for a lost write %s', async (_, answers, expected) => {
  const { url } = await scripted(...answers);
  expect(await recordAt(url).findWritten(written, 'c')).toMatchObject(expected);
});

it('looks for a lost write on all pages, and on no other host', async () => {
  const page = (next: string) => ({
    ...searchset(document('a', inline('muu'))),
    link: [{ relation: 'next', url: next }],
  });
  const last = searchset(document('z', inline('Ensimmäinen rivi\nToinen rivi')));
  const elsewhere = await scripted(answer(200, last));
  const { url, received } = await scripted(
    (response, request) =>
      answer(200, page(`http://${request.headers.host}/DocumentReference?sessionID=2`))(response, request),
    answer(200, last),
    answer(200, page(`${elsewhere.url}/DocumentReference?sessionID=2`)),
    (response, request) => {
      // Begins with the address of the record system, as the name of a user at another host.
      const disguised = elsewhere.url.replace('//', `//${request.headers.host}@`);
      answer(200, page(`${disguised}/DocumentReference?sessionID=2`))(response, request);
    },
  );
  const record = recordAt(url);
  expect(await record.findWritten(written, 'c')).toEqual({ ok: true, value: 'DocumentReference/z' });
  expect(received.map((each) => each.url)).toEqual([
    '/DocumentReference/_search',
    '/DocumentReference?sessionID=2',
  ]);
  for (let look = 0; look < 2; look += 1) {
    expect(await record.findWritten(written, 'c')).toMatchObject({ finding: { kind: 'refused' } });
  }
  expect(received).toHaveLength(4);
  expect(elsewhere.received).toEqual([]);
});

it('gives up an answer that is larger than it takes', async () => {
  const { url } = await scripted(answer(200, searchset({ resourceType: 'Patient', id: 'a' })));
  const record = recordAt(url, undefined, { answerLimit: 20 });
  expect(await record.findPatient(identifier, how)).toMatchObject({ finding: { kind: 'read-failed' } });
});

it('tells what the record system lacks for a route', async () => {
  const resource = [{ type: 'Patient', interaction: [{ code: 'read' }], searchParam: [{ name: 'name' }] }];
  const statement = {
    resourceType: 'CapabilityStatement',
    fhirVersion: '4.0.1',
    rest: [{ mode: 'server', resource }],
  };
  const { url } = await scripted(answer(200, statement));
  const gaps = await recordAt(url).gaps(
    [
      { type: 'Patient', interaction: 'search-type', parameters: ['identifier'] },
      { type: 'Task', interaction: 'create' },
      { type: 'Patient', interaction: 'search-type', parameters: ['name'], lookUpOf: 'Patient' },
    ],
    'c',
  );
  expect(gaps).toEqual({
    ok: true,
    value: [
      { text: 'Patient: no search-type' },
      { text: 'Patient: no search by identifier' },
      { text: 'Task: not offered' },
      { text: 'Patient: no search-type', lookUpOf: 'Patient' },
    ],
  });
});

it('takes neither another version of FHIR nor what the record system does as a client for an offer', async () => {
  const resource = [{ type: 'Task', interaction: [{ code: 'create' }] }];
  const rest = [{ mode: 'client', resource }, { mode: 'server' }];
  const { url } = await scripted(
    answer(200, { resourceType: 'CapabilityStatement', fhirVersion: '3.0.2', rest }),
  );
  expect(await recordAt(url).gaps([{ type: 'Task', interaction: 'create' }], 'c')).toEqual({
    ok: true,
    value: [{ text: 'FHIR version is 3.0.2, not 4.0' }, { text: 'Task: not offered' }],
  });
});
