import { createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import nock from 'nock';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Twin } from '../../src/sandbox/twin.ts';
import { startTwin } from './helper.ts';

/**
 * A client publishes its keys on the internet, under a name and over TLS: what no server on loopback can show.
 */

const HOST = 'https://bridge.example';
const jwksUrl = `${HOST}/.well-known/jwks.json`;

function newKey(kid: string) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const jwk = { ...createPublicKey(privateKey).export({ format: 'jwk' }), kid };
  return { kid, privateKey, jwk };
}

async function signIn(twin: Twin, { kid, privateKey }: ReturnType<typeof newKey>) {
  const seconds = Math.floor(Date.now() / 1000);
  const claims = { iss: 'bridge', sub: 'bridge', aud: twin.tokenUrl, exp: seconds + 240, jti: randomUUID() };
  const parts = [{ alg: 'ES384', kid, typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const signature = sign('sha384', Buffer.from(parts.join('.')), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  const response = await fetch(twin.tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: [...parts, signature.toString('base64url')].join('.'),
    }),
  });
  const { error }: { error?: string } = JSON.parse(await response.text());
  return { status: response.status, error };
}

beforeEach(() => {
  nock.disableNetConnect();
  nock.enableNetConnect('127.0.0.1');
});

afterEach(() => {
  nock.cleanAll();
  nock.restore();
  nock.activate();
});

it('takes a key that the client publishes, and the next one when it is rotated in place', async () => {
  const twin = await startTwin({ open: false, clientId: 'bridge', jwksUrl });
  const [first, second] = [newKey('one'), newKey('two')];
  const published = nock(HOST)
    .get('/.well-known/jwks.json')
    .reply(200, { keys: [first.jwk] })
    .get('/.well-known/jwks.json')
    .reply(200, { keys: [first.jwk, second.jwk] });
  expect(await signIn(twin, first)).toMatchObject({ status: 200 });
  expect(await signIn(twin, first)).toMatchObject({ status: 200 });
  expect(await signIn(twin, second)).toMatchObject({ status: 200 });
  expect(published.isDone()).toBe(true);
});

it.each([
  [
    'its name cannot be resolved',
    () => nock(HOST).get('/.well-known/jwks.json').replyWithError('getaddrinfo EAI_AGAIN'),
  ],
  ['it answers with a page', () => nock(HOST).get('/.well-known/jwks.json').reply(200, '<html></html>')],
  [
    'it redirects elsewhere',
    () =>
      nock(HOST)
        .get('/.well-known/jwks.json')
        .reply(302, '', { location: `${HOST}/x` }),
  ],
])(
  'refuses the client, and does not fall over, when the address of its keys is of no use: %s',
  async (_why, publish) => {
    const twin = await startTwin({ open: false, clientId: 'bridge', jwksUrl });
    publish();
    expect(await signIn(twin, newKey('one'))).toEqual({ status: 400, error: 'invalid_client' });
  },
);
