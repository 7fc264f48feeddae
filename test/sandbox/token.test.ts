import { generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Twin } from '../../src/sandbox/twin.ts';
import { call, startTwin } from './helper.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
const publicKeys = [
  { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'r' },
  { ...ec.publicKey.export({ format: 'jwk' }), kid: 'e' },
];
const clientId = 'bridge-of-tests';

type Making = { header?: object; claims?: object; key?: KeyObject; hash?: string };

function assertion(
  twin: Twin,
  { header, claims, key = rsa.privateKey, hash = 'sha384' }: Making = {},
): string {
  const now = Math.floor(Date.now() / 1000);
  const parts = [
    { alg: 'RS384', kid: 'r', typ: 'JWT', ...header },
    { iss: clientId, sub: clientId, aud: twin.tokenUrl, exp: now + 240, jti: randomUUID(), ...claims },
  ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  const signature = sign(hash, Buffer.from(parts.join('.')), { key, dsaEncoding: 'ieee-p1363' });
  return [...parts, signature.toString('base64url')].join('.');
}

async function ask(twin: Twin, client_assertion: string, more: Record<string, string> = {}) {
  const answer = await fetch(twin.tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion,
      ...more,
    }),
  });
  const body: { access_token?: string; error?: string; expires_in?: number } = JSON.parse(
    await answer.text(),
  );
  return { status: answer.status, ...body };
}

const guarded = (more = {}) => startTwin({ open: false, clientId, publicKeys, ...more });

describe('access tokens', () => {
  test.each([
    ['RS384', 'r', rsa.privateKey],
    ['ES384', 'e', ec.privateKey],
  ])('are given for an assertion signed with %s, and open the API', async (alg, kid, key) => {
    const twin = await guarded();
    const token = await ask(twin, assertion(twin, { header: { alg, kid }, key }));
    expect(token).toMatchObject({ status: 200, expires_in: 300 });
    const authorization = `Bearer ${token.access_token}`;
    const answer = await call(twin, '/Patient?identifier=a|b', { headers: { authorization } });
    expect(answer.status).toBe(200);
  });

  test.each(['/Patient?identifier=a|b', '/Encounter/1', '/Slot', '/metadata-and-more'])(
    'are asked for by %s',
    async (path) => {
      const twin = await guarded();
      for (const headers of [{}, { authorization: 'Bearer made-up' }, { authorization: 'Basic YTpi' }]) {
        const answer = await call(twin, path, { headers: { ...headers } });
        expect(answer.status).toBe(401);
        expect(answer.headers.get('www-authenticate')).toContain('Bearer');
      }
    },
  );

  test('end after their time', async () => {
    let time = Date.now();
    const twin = await guarded({ tokenSeconds: 60, now: () => new Date(time) });
    const { access_token } = await ask(twin, assertion(twin));
    const headers = { authorization: `Bearer ${access_token}` };
    expect((await call(twin, '/Encounter/1', { headers })).status).toBe(404);
    time += 61_000;
    expect((await call(twin, '/Encounter/1', { headers })).status).toBe(401);
  });

  test('are refused to a client without a background user', async () => {
    const twin = await guarded({ backgroundUser: false });
    expect(await ask(twin, assertion(twin))).toMatchObject({ status: 400, error: 'unauthorized_client' });
  });

  test('are given for client_credentials only', async () => {
    const twin = await guarded();
    const answer = await ask(twin, assertion(twin), { grant_type: 'password' });
    expect(answer).toMatchObject({ status: 400, error: 'unsupported_grant_type' });
  });
});

describe('an assertion is refused', () => {
  const seconds = () => Math.floor(Date.now() / 1000);
  test.each<[string, () => Making]>([
    ['when another client made it', () => ({ claims: { iss: 'other', sub: 'other' } })],
    ['when iss and sub differ', () => ({ claims: { sub: 'other' } })],
    ['for another audience', () => ({ claims: { aud: 'https://elsewhere.example/token' } })],
    ['when it has expired', () => ({ claims: { exp: seconds() - 60 } })],
    ['when it lives longer than five minutes', () => ({ claims: { exp: seconds() + 400 } })],
    ['when exp is a text', () => ({ claims: { exp: String(seconds() + 60) } })],
    ['when it is not valid yet', () => ({ claims: { nbf: seconds() + 120 } })],
    ['without jti', () => ({ claims: { jti: undefined } })],
    ['with a jti of 152 characters', () => ({ claims: { jti: 'x'.repeat(152) } })],
    ['with alg none', () => ({ header: { alg: 'none' } })],
    ['with alg HS384', () => ({ header: { alg: 'HS384' } })],
    ['with alg RS256', () => ({ header: { alg: 'RS256' }, hash: 'sha256' })],
    ['when alg does not fit the key', () => ({ header: { kid: 'e' } })],
    [
      'when it says RS384 and was signed with an EC key',
      () => ({ header: { kid: 'e' }, key: ec.privateKey }),
    ],
    ['with an unknown kid', () => ({ header: { kid: 'nobody' } })],
    ['without typ', () => ({ header: { typ: undefined } })],
    ['signed with another key', () => ({ header: { alg: 'ES384', kid: 'r' }, key: ec.privateKey })],
  ])('%s', async (_why, making) => {
    const twin = await guarded();
    expect(await ask(twin, assertion(twin, making()))).toMatchObject({
      status: 400,
      error: 'invalid_client',
    });
  });

  test('when it was used before', async () => {
    const twin = await guarded();
    const once = assertion(twin);
    expect((await ask(twin, once)).status).toBe(200);
    expect(await ask(twin, once)).toMatchObject({ status: 400, error: 'invalid_client' });
  });

  test('whatever single character of it was changed', async () => {
    const twin = await guarded();
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.constantFrom('A', 'b', '7', '_'), async (at, character) => {
        const whole = assertion(twin);
        // The last character of each part may carry unused bits; the one before it never does.
        const place = at % (whole.length - 2);
        fc.pre(whole[place] !== '.' && whole[place + 1] !== '.' && whole[place] !== character);
        const changed = whole.slice(0, place) + character + whole.slice(place + 1);
        expect((await ask(twin, changed)).error).toBe('invalid_client');
      }),
      { numRuns: 60 },
    );
  });

  test('whatever nonsense is sent', async () => {
    const twin = await guarded();
    await fc.assert(
      fc.asyncProperty(fc.string(), async (text) => {
        expect((await ask(twin, text)).status).toBe(400);
      }),
      { numRuns: 40 },
    );
  });
});

test('keys are fetched from the address that the client publishes, and again when it has rotated them', async () => {
  let keys = [publicKeys[0]];
  const server = createServer((_request, response) => response.end(JSON.stringify({ keys }))).listen(
    0,
    '127.0.0.1',
  );
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const twin = await startTwin({ open: false, clientId, jwksUrl: `http://127.0.0.1:${port}/jwks` });
  expect((await ask(twin, assertion(twin))).status).toBe(200);
  const rotated = () => assertion(twin, { header: { alg: 'ES384', kid: 'e' }, key: ec.privateKey });
  expect((await ask(twin, rotated())).error).toBe('invalid_client');
  keys = [publicKeys[1]];
  expect((await ask(twin, rotated())).status).toBe(200);
});
