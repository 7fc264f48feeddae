import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { openDoors } from './doors.ts';

const sample = readFileSync('mappings/symptom-assessment/samples/uti-fi.json');
const assessment: Record<string, unknown> = JSON.parse(sample.toString());
const json = { 'content-type': 'application/json' };

function post(payload: Buffer | string | object, headers: Record<string, string> = {}) {
  const body = Buffer.isBuffer(payload) || typeof payload === 'string' ? payload : JSON.stringify(payload);
  return { method: 'POST' as const, url: '/v1/assessments', headers: { ...json, ...headers }, payload: body };
}

function codes(body: string): readonly string[] {
  const outcome: { issue: { details: { coding: { code: string }[] } }[] } = JSON.parse(body);
  return outcome.issue.flatMap(({ details }) => details.coding.map(({ code }) => code));
}

describe('sending an assessment', () => {
  it('is answered 202 with its id, its state and where to look', async () => {
    const { call } = await openDoors();
    const response = await call(post(sample));
    expect(response.statusCode).toBe(202);
    const { id, state } = response.json();
    expect(state).toBe('received');
    expect(response.headers.location).toBe(`/v1/assessments/${id}`);
    const message = await call({ url: `/v1/assessments/${id}` });
    expect(message.json()).toMatchObject({ id, assessment: assessment['id'], edition: 1, state: 'received' });
  });

  it('is answered 200 with the same id when the same comes again', async () => {
    const { call } = await openDoors();
    const first = await call(post(sample));
    const again = await call(post(sample));
    const reformatted = await call(post(JSON.stringify(assessment, null, 2)));
    expect([again.statusCode, reformatted.statusCode]).toEqual([200, 200]);
    expect([again.json().id, reformatted.json().id]).toEqual([first.json().id, first.json().id]);
  });

  it('is answered 409 when other content comes under the same edition, and 202 as the next edition', async () => {
    const { call } = await openDoors();
    await call(post(sample));
    const conflict = await call(post({ ...assessment, summary: 'Jotain muuta' }));
    expect(conflict.statusCode).toBe(409);
    expect(codes(conflict.body)).toEqual(['edition-conflict']);
    const amended = await call(post({ ...assessment, summary: 'Jotain muuta', edition: 2 }));
    expect(amended.statusCode).toBe(202);
    expect(amended.json().state).toBe('waiting');
  });

  it('keeps members that the contract does not know', async () => {
    const { call, log } = await openDoors();
    const extended = { ...assessment, somethingNew: { nested: ['säilyy'] } };
    expect((await call(post(extended))).statusCode).toBe(202);
    const [claim] = await log.claim({ now: Date.now(), lease: 1000, limit: 1 });
    expect(JSON.parse(Buffer.from(claim?.payload ?? []).toString())).toEqual(extended);
  });

  it('keeps a trial out of the way', async () => {
    const { call } = await openDoors();
    expect((await call(post({ ...assessment, trial: true }))).json().state).toBe('trial');
  });

  it('tells every place that is wrong by its JSON pointer, without the value', async () => {
    const { call } = await openDoors();
    const { language: _, ...rest } = assessment;
    const response = await call(post({ ...rest, edition: 'salaisuus', kind: { id: 'uti' } }));
    expect(response.statusCode).toBe(422);
    const places = response.json().issue.flatMap(({ expression }: { expression: string[] }) => expression);
    expect(places.sort()).toEqual(['/edition', '/kind/version', '/language']);
    expect(response.body).not.toContain('salaisuus');
  });

  it.each([
    ['020516C903L', 'hetu-invalid', 'check character'],
    ['310216A9018', 'hetu-invalid', 'calendar'],
    ['salasana', 'hetu-invalid', 'form'],
  ])('refuses the identity code %s with the reason and without the code', async (hetu, code, reason) => {
    const { call, lines } = await openDoors();
    const response = await call(post({ ...assessment, client: { hetu } }));
    expect(response.statusCode).toBe(422);
    expect(codes(response.body)).toEqual([code]);
    expect(response.body).toContain(reason);
    expect(response.body + lines.join('')).not.toContain(hetu);
  });

  it('takes no code of a real person in a test installation', async () => {
    const { call } = await openDoors();
    // A well-formed code below 900 that the specification itself uses as an example: 131052-308T.
    const response = await call(post({ ...assessment, client: { hetu: ['131052', '308T'].join('-') } }));
    expect(codes(response.body)).toEqual(['hetu-real']);
  });

  it('echoes the ids of the attempt and the case, and makes them where they are missing or odd', async () => {
    const { call } = await openDoors();
    const named = await call(post(sample, { 'x-request-id': 'attempt-1', 'x-correlation-id': 'case-1' }));
    expect(named.headers).toMatchObject({ 'x-request-id': 'attempt-1', 'x-correlation-id': 'case-1' });
    const odd = await call(post(sample, { 'x-request-id': 'a b', 'x-correlation-id': 'x'.repeat(500) }));
    expect(odd.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(odd.headers['x-correlation-id']).toBe('case-1');
  });

  it.each([
    ['no body', { payload: '' }, 400, 'body-missing'],
    ['another content type', { headers: { 'content-type': 'text/plain' } }, 415, 'media-type-unsupported'],
    [
      'a compressed body',
      { headers: { ...json, 'content-encoding': 'gzip' } },
      415,
      'media-type-unsupported',
    ],
    ['a body over the limit', { payload: `"${'x'.repeat(1 << 20)}"` }, 413, 'body-too-large'],
    ['an unknown address', { url: '/v1/assesments' }, 404, 'not-found'],
    ['a wrong method', { method: 'DELETE' }, 405, 'method-not-allowed'],
    [
      'an id that is none',
      { method: 'GET', url: '/v1/assessments/020516C903K', payload: undefined },
      404,
      'not-found',
    ],
    [
      'a broken address',
      { method: 'GET', url: '/v1/%E0%A4%A', payload: undefined },
      400,
      'request-malformed',
    ],
  ] as const)('answers %s with an OperationOutcome', async (_what, changes, status, code) => {
    const { call } = await openDoors();
    const { payload, ...request } = { ...post(sample), ...changes };
    const response = await call({ ...request, ...(payload === undefined ? {} : { payload }) });
    expect(response.statusCode).toBe(status);
    expect(codes(response.body)).toEqual([code]);
  });

  it('tells a caller to come again when too many wait for the disk', async () => {
    const { app } = await openDoors({ maxPending: 2 });
    const responses = await Promise.all(
      Array.from({ length: 20 }, (_, i) => app.inject(post({ ...assessment, id: `many-${i}` }))),
    );
    const refused = responses.filter(({ statusCode }) => statusCode === 503);
    expect(refused.length).toBeGreaterThan(0);
    for (const { headers, body } of refused) {
      expect(headers['retry-after']).toBe('1');
      expect(codes(body)).toEqual(['overloaded']);
    }
  });

  it('names the case of a message whoever asks for it', async () => {
    const { call } = await openDoors();
    const { id } = (await call(post(sample, { 'x-correlation-id': 'case-1' }))).json();
    const headers = { 'x-correlation-id': 'someone-else' };
    const asked = await call({ url: `/v1/assessments/${id}`, headers });
    const withdrawn = await call({ method: 'POST', url: `/v1/assessments/${id}/withdrawal`, headers });
    expect([asked, withdrawn].map((answer) => answer.headers['x-correlation-id'])).toEqual([
      'case-1',
      'case-1',
    ]);
  });

  it('lets no answer be kept by a cache or taken for another type', async () => {
    const { call } = await openDoors();
    for (const answer of [await call(post(sample)), await call({ url: '/v1/nothing' })]) {
      expect(answer.headers).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
    }
  });

  it('says which methods an address has, whatever stands behind its question mark', async () => {
    const { call } = await openDoors();
    const refused = await call({ method: 'DELETE', url: '/v1/assessments?why=1' });
    expect(refused.statusCode).toBe(405);
    expect(refused.headers.allow).toBe('GET, POST');
  });

  it('takes a body that says that it is not compressed', async () => {
    const { call } = await openDoors();
    expect((await call(post(sample, { 'content-encoding': 'identity' }))).statusCode).toBe(202);
  });

  it('begins each explanation with whose fault it was', async () => {
    const { call } = await openDoors();
    const { issue } = (await call(post('{'))).json();
    expect(issue[0].diagnostics).toMatch(/^SENDER: it stops being JSON at character 1\. \S/);
  });

  it('takes nothing more once it is stopping, and says when to come again', async () => {
    const { app } = await openDoors();
    const late = Promise.withResolvers<Response>();
    app.addHook('preClose', async () => {
      const { method, url, headers, payload } = post(sample);
      const close = { ...headers, connection: 'close' };
      late.resolve(await fetch(`${address}${url}`, { method, headers: close, body: payload.toString() }));
    });
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    await app.close();
    const response = await late.promise;
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(codes(await response.text())).toEqual(['stopping']);
  });

  it('withdraws an assessment until it is being written', async () => {
    const { call, log } = await openDoors();
    const { id } = (await call(post(sample))).json();
    const withdraw = () => call({ method: 'POST', url: `/v1/assessments/${id}/withdrawal` });
    expect((await withdraw()).json().state).toBe('withdrawn');
    expect((await withdraw()).statusCode).toBe(200);
    const other = (await call(post({ ...assessment, id: 'other' }))).json();
    await log.claim({ now: Date.now(), lease: 1000, limit: 1 });
    const late = await call({ method: 'POST', url: `/v1/assessments/${other.id}/withdrawal` });
    expect(late.statusCode).toBe(409);
    expect(codes(late.body)).toEqual(['withdrawal-too-late']);
  });

  it('logs a line per answer with the pattern of the address and nothing that a person wrote', async () => {
    const { call, lines } = await openDoors();
    await call(post(sample));
    await call({ url: '/v1/assessments/020516C903K?hetu=020516C903K' });
    await call({ url: '/v1/nothing/020516C903K' });
    const log = lines.join('\n');
    expect(log).toContain('"route":"/v1/assessments/:id"');
    expect(log).toContain('"route":"none"');
    // What a sender can mend is no failure of the bridge.
    expect(log).not.toContain('"msg":"failed"');
    expect(log).not.toContain('020516C903K');
  });

  it('tells a caller who does not finish a request in half a minute', async () => {
    const { app } = await openDoors();
    await app.ready();
    expect(app.server.requestTimeout).toBe(30_000);
    const socket = new PassThrough();
    const slow = Object.assign(new Error('slow'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    app.server.emit('clientError', slow, socket);
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 408 /);
    expect(codes(body)).toEqual(['request-timeout']);
  });

  it.each([
    ['no HTTP', 'NONSENSE\r\n\r\n', 400, 'request-malformed'],
    ['too long a head', `GET / HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'header-too-large'],
  ])('answers bytes that are %s with an OperationOutcome too', async (_, sent, status, code) => {
    const { app } = await openDoors();
    const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(sent));
      text(socket).then(resolve, reject);
      socket.on('error', reject);
    });
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(head).toContain('\r\nConnection: close');
    expect(codes(body)).toEqual([code]);
  });
});
