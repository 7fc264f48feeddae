import { generateKeyPairSync, verify } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { createSignIn } from '../../src/record/sign-in.ts';
import { createTwin } from '../../src/sandbox/twin.ts';
import { answer, recordAt, scripted, transportOf } from './server.ts';

const pairs = {
  ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  RS384: generateKeyPairSync('rsa', { modulusLength: 2048 }),
};
const note = { resourceType: 'DocumentReference', status: 'current' };

function signInAt(tokenUrl: string, algorithm: 'ES384' | 'RS384' = 'ES384', now: () => number = Date.now) {
  const key = { algorithm, keyId: `k-${algorithm}`, privateKey: pairs[algorithm].privateKey };
  return createSignIn({ tokenUrl, clientId: 'bridge', key, transport: transportOf(), now });
}

const token = (value: string, lifetime = 300) =>
  answer(200, { access_token: value, token_type: 'bearer', expires_in: lifetime });

it.each(['ES384', 'RS384'] as const)(
  'signs in with a key of %s at a server that checks the signature',
  async (algorithm) => {
    const jwk = pairs[algorithm].publicKey.export({ format: 'jwk' });
    const publicKeys = [{ ...jwk, kid: `k-${algorithm}`, alg: algorithm }];
    const twin = await createTwin({ clientId: 'bridge', publicKeys, population: { seed: 1, count: 1 } });
    onTestFinished(() => twin.close());
    expect(await signInAt(twin.tokenUrl, algorithm).token()).toMatchObject({ ok: true });
  },
);

it('makes assertions that end within five minutes, for this server, each with an id of its own', async () => {
  const { url, received } = await scripted(token('t', 0));
  const signIn = signInAt(url);
  await signIn.token();
  await signIn.token();
  const assertions = received.map(({ body }) => new URLSearchParams(body).get('client_assertion') ?? '');
  const claims = assertions.map((each) =>
    JSON.parse(Buffer.from(each.split('.')[1] ?? '', 'base64url').toString('utf8')),
  );
  expect(claims[0]).toMatchObject({ iss: 'bridge', sub: 'bridge', aud: url });
  expect(claims[0].exp - Date.now() / 1000).toBeLessThanOrEqual(300);
  expect(claims[0].exp - Date.now() / 1000).toBeGreaterThan(0);
  expect(claims[0].jti).not.toBe(claims[1].jti);
  expect(claims[0].jti.length).toBeLessThanOrEqual(151);
  const [head, body, signature] = (assertions[0] ?? '').split('.');
  const key = { key: pairs.ES384.publicKey, dsaEncoding: 'ieee-p1363' } as const;
  expect(
    verify('sha384', Buffer.from(`${head}.${body}`), key, Buffer.from(signature ?? '', 'base64url')),
  ).toBe(true);
  expect(new URLSearchParams(received[0]?.body).has('scope')).toBe(false);
});

it('asks once for all calls that wait, and again only shortly before the token ends', async () => {
  let now = 1_000_000;
  const { url, received } = await scripted(token('a'), token('b'));
  const signIn = signInAt(url, 'ES384', () => now);
  const all = await Promise.all(Array.from({ length: 50 }, () => signIn.token()));
  expect(new Set(all.map((each) => each.ok && each.value))).toEqual(new Set(['a']));
  now += 270_000;
  expect(await signIn.token()).toEqual({ ok: true, value: 'a' });
  now += 15_000;
  expect(await signIn.token()).toEqual({ ok: true, value: 'b' });
  expect(received).toHaveLength(2);
});

it('takes a new token once when one is refused mid-flight, for reads and writes', async () => {
  const tokens = await scripted(token('old'), token('new'));
  const fhir = await scripted(answer(401), answer(201, '', { location: 'DocumentReference/a' }));
  const record = recordAt(fhir.url, signInAt(tokens.url));
  expect(await record.create(note, 'c')).toEqual({ ok: true, value: 'DocumentReference/a' });
  expect(fhir.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
});

it('keeps the new token when a late answer refuses the old one', async () => {
  const { url, received } = await scripted(token('old'), token('new'));
  const signIn = signInAt(url);
  await signIn.token();
  signIn.reject('old');
  expect(await signIn.token()).toEqual({ ok: true, value: 'new' });
  signIn.reject('old');
  expect(await signIn.token()).toEqual({ ok: true, value: 'new' });
  expect(received).toHaveLength(2);
});

it('passes on how long the token server asks to wait', async () => {
  const { url } = await scripted(answer(429, '', { 'retry-after': '3' }));
  expect(await signInAt(url).token()).toMatchObject({ finding: { kind: 'busy', retryAfter: 3000 } });
});

it('gives up after the second refusal', async () => {
  const tokens = await scripted(token('old'), token('new'));
  const fhir = await scripted(answer(401));
  const record = recordAt(fhir.url, signInAt(tokens.url));
  expect(await record.create(note, 'c')).toMatchObject({ finding: { kind: 'unauthorised' } });
  expect(fhir.received).toHaveLength(2);
});

it.each([
  [
    'refuses the client',
    answer(400, { error: 'invalid_client', error_description: 'KANARIA' }),
    'unauthorised',
  ],
  ['has no background user', answer(400, { error: 'unauthorized_client' }), 'unauthorised'],
  ['fails', answer(503), 'not-sent'],
  ['fails with a word for it', answer(503, { error: 'temporarily_unavailable' }), 'not-sent'],
  ['is a gateway with a page', answer(200, '<html>KANARIA</html>'), 'not-sent'],
  ['asks to wait', answer(429, '', { 'retry-after': '3' }), 'busy'],
])('sends nothing when the token server %s', async (_, reply, kind) => {
  const tokens = await scripted(reply);
  const fhir = await scripted(answer(500));
  const result = await recordAt(fhir.url, signInAt(tokens.url)).create(note, 'c');
  expect(result).toMatchObject({ finding: { kind } });
  expect(JSON.stringify(result)).not.toContain('KANARIA');
  expect(fhir.received).toEqual([]);
});
