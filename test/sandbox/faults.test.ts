import { describe, expect, test } from 'vitest';
import type { faults as kinds } from '../../src/sandbox/faults.ts';
import type { Twin } from '../../src/sandbox/twin.ts';
import { type Answer, call, epicCodes, matches, newPatient, note, startTwin } from './helper.ts';

type Outcome = Answer | { broken: string };

async function file(twin: Twin, headers: Record<string, string> = {}): Promise<Outcome> {
  const { patient, encounter } = await newPatient(twin);
  try {
    return await call(twin, '/DocumentReference', { body: note(patient, encounter), headers });
  } catch (error) {
    return { broken: error instanceof Error ? error.message : String(error) };
  }
}

const kept = (twin: Twin) => twin.store.counts()['DocumentReference'] ?? 0;
const broken = { broken: expect.any(String) };

/** What a client sees of each fault, and whether its note is in the record nevertheless. */
const seen: Record<(typeof kinds)[number]['name'], { client: object; kept: number }> = {
  refuse: { client: broken, kept: 0 },
  'reset-before-body': { client: broken, kept: 0 },
  'reset-half-body': { client: broken, kept: 0 },
  'reset-half-answer': { client: broken, kept: 1 },
  'ghost-ack': { client: broken, kept: 1 },
  slow: { client: { status: 201, text: '' }, kept: 1 },
  drip: { client: { status: 201, text: '' }, kept: 1 },
  401: { client: { status: 401 }, kept: 0 },
  403: { client: { status: 403, text: '' }, kept: 0 },
  409: { client: { status: 409, json: { resourceType: 'OperationOutcome' } }, kept: 0 },
  422: { client: { status: 422, json: { resourceType: 'OperationOutcome' } }, kept: 0 },
  429: { client: { status: 429 }, kept: 0 },
  500: { client: { status: 500, json: { resourceType: 'OperationOutcome' } }, kept: 0 },
  503: { client: { status: 503, text: '' }, kept: 0 },
  504: { client: { status: 504, text: '' }, kept: 1 },
  truncated: { client: { status: 201, text: '{"resourceType":"Operat' }, kept: 1 },
  'html-502': { client: { status: 502, text: expect.stringContaining('<html>') }, kept: 0 },
  'html-200': { client: { status: 200, text: expect.stringContaining('<html>') }, kept: 0 },
  incomplete: { client: { status: 201, text: '' }, kept: 1 },
  'outcome-200': { client: { status: 200, json: { resourceType: 'OperationOutcome' } }, kept: 0 },
};

describe('a fault', () => {
  test.each(Object.entries(seen))('%s strikes as the table says', async (name, expected) => {
    const twin = await startTwin();
    const said = await call(twin, '/twin/faults', {
      body: { fault: name, resource: 'DocumentReference', ms: 40 },
    });
    expect(said.status).toBe(201);
    expect(await file(twin)).toMatchObject(expected.client);
    expect(kept(twin)).toBe(expected.kept);
  });

  test.each(['500', '503', '409', 'html-502', 'html-200', 'outcome-200'])(
    '%s may also come after the work was done',
    async (name) => {
      const twin = await startTwin();
      const answer = await file(twin, { 'x-twin-fault': `${name}; done` });
      expect(answer).toMatchObject({ status: name.includes('-') ? Number(name.slice(-3)) : Number(name) });
      expect('headers' in answer && answer.headers.get('location')).toBeNull();
      expect(kept(twin)).toBe(1);
    },
  );

  test('says when to come again', async () => {
    const twin = await startTwin();
    const answer = await file(twin, { 'x-twin-fault': '429; seconds=7' });
    expect('headers' in answer && answer.headers.get('retry-after')).toBe('7');
  });

  test('of an unknown name is refused', async () => {
    const twin = await startTwin();
    expect(await file(twin, { 'x-twin-fault': 'earthquake' })).toMatchObject({ status: 400 });
    expect((await call(twin, '/twin/faults', { body: { fault: 'earthquake' } })).status).toBe(400);
    expect(kept(twin)).toBe(0);
  });

  test('strikes searches too: half an answer, and JSON that stops in the middle', async () => {
    const twin = await startTwin();
    const ask = (fault: string) =>
      call(twin, '/Patient?identifier=1', { headers: { 'x-twin-fault': fault } });
    await expect(ask('reset-half-answer')).rejects.toThrow();
    const { text } = await fetchText(twin, 'truncated');
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect(JSON.parse((await fetchText(twin, 'drip; ms=40')).text)).toMatchObject({ resourceType: 'Bundle' });
  });
});

test('an incomplete search shows nothing of what is there, and says that it is incomplete', async () => {
  const twin = await startTwin();
  const { patient } = await newPatient(twin);
  const answer = await call(twin, `/Encounter?patient=${patient}`, {
    headers: { 'x-twin-fault': 'incomplete' },
  });
  expect(matches(answer)).toEqual([]);
  expect(epicCodes(answer)).toEqual(['4119']);
});

async function fetchText(twin: Twin, fault: string) {
  const answer = await fetch(`${twin.fhirUrl}/Patient?identifier=1`, { headers: { 'x-twin-fault': fault } });
  return { status: answer.status, text: await answer.text() };
}

describe('rules', () => {
  const statuses = async (twin: Twin, count: number) => {
    const seen: number[] = [];
    for (let each = 0; each < count; each += 1) seen.push((await call(twin, '/Encounter?patient=1')).status);
    return seen;
  };
  const rule = (twin: Twin, body: object) => call(twin, '/twin/faults', { body });

  test('strike so many times', async () => {
    const twin = await startTwin();
    await rule(twin, { fault: '503', times: 2 });
    expect(await statuses(twin, 4)).toEqual([503, 503, 200, 200]);
  });

  test('strike the nth call only', async () => {
    const twin = await startTwin();
    await rule(twin, { fault: '500', nth: 3 });
    expect(await statuses(twin, 4)).toEqual([200, 200, 500, 200]);
  });

  test('strike the calls about one message only', async () => {
    const twin = await startTwin();
    await rule(twin, { fault: '500', correlation: 'one' });
    const statuses = [];
    for (const id of ['one', 'other', undefined]) {
      const headers: Record<string, string> = id === undefined ? {} : { 'x-correlation-id': id };
      statuses.push((await call(twin, '/Encounter?patient=1', { headers })).status);
    }
    expect(statuses).toEqual([500, 200, 200]);
  });

  test('strike by chance, the same way for the same seed', async () => {
    const runs = [];
    for (const seed of [7, 7, 8]) {
      const twin = await startTwin();
      await rule(twin, { fault: '500', probability: 0.5, seed });
      runs.push((await statuses(twin, 40)).join());
    }
    expect(runs[0]).toBe(runs[1]);
    expect(runs[0]).not.toBe(runs[2]);
    expect(runs[0]).toContain('500');
    expect(runs[0]).toContain('200');
  });

  test('strike only what they name', async () => {
    const twin = await startTwin();
    await rule(twin, { fault: '500', resource: 'Patient' });
    await rule(twin, { fault: '503', method: 'post', path: '/Encounter' });
    await rule(twin, { fault: '504', resource: 'token' });
    expect(await statuses(twin, 1)).toEqual([200]);
    expect((await call(twin, '/Patient?identifier=1')).status).toBe(500);
    expect((await call(twin, '/Encounter', { body: {} })).status).toBe(503);
    expect((await fetch(twin.tokenUrl, { method: 'POST' })).status).toBe(504);
  });

  test('are listed with what they did, and cleared', async () => {
    const twin = await startTwin();
    await rule(twin, [{ fault: '500', times: 1 }]);
    await statuses(twin, 2);
    expect(JSON.parse((await call(twin, '/twin/faults')).text)).toMatchObject({
      kinds: expect.arrayContaining([expect.objectContaining({ name: 'ghost-ack' })]),
      rules: [{ fault: '500', fitted: 2, struck: 1 }],
    });
    expect((await call(twin, '/twin/faults', { method: 'DELETE' })).status).toBe(204);
    expect(JSON.parse((await call(twin, '/twin/faults')).text).rules).toEqual([]);
  });

  test('never strike the control door', async () => {
    const twin = await startTwin();
    await rule(twin, { fault: 'refuse' });
    expect((await call(twin, '/twin/state')).status).toBe(200);
  });
});

test('a token struck by 401 stays revoked', async () => {
  const twin = await startTwin({ open: false });
  const claims = { iss: 'a', sub: 'a', aud: twin.tokenUrl, exp: Date.now() / 1000 + 100, jti: '1' };
  const parts = [{ alg: 'RS384', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const answer = await fetch(twin.tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: `${parts.join('.')}.unchecked`,
    }),
  });
  const { access_token } = JSON.parse(await answer.text());
  const ask = async (fault: Record<string, string> = {}) =>
    (
      await call(twin, '/Encounter?patient=1', {
        headers: { authorization: `Bearer ${access_token}`, ...fault },
      })
    ).status;
  expect([await ask(), await ask({ 'x-twin-fault': '401' }), await ask()]).toEqual([200, 401, 401]);
});
