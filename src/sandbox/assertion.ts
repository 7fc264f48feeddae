import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';
import { isRecord, type Json, text, values } from './json.ts';

/** What the token endpoint holds an assertion against. */
export type AssertionRules = {
  /** The only client; absent = any. */
  clientId?: string | undefined;
  /** The audience: the token endpoint's own address. */
  tokenUrl: () => string;
  /** The client's key of a given id; `undefined` where there is none. Absent = signatures are not checked. */
  keyOf?: ((kid: string | undefined) => Promise<KeyObject | undefined>) | undefined;
  /** Ids of assertions already used, with the second when each may be forgotten. */
  used: Map<string, number>;
};

const FIVE_MINUTES = 300;
const LONGEST_JTI = 151;
const CLOCK_SKEW = 5;

/** Signature algorithms that are taken, with what node:crypto calls them. */
const ALGORITHMS: ReadonlyMap<string, { hash: string; keyType: string }> = new Map([
  ['RS384', { hash: 'sha384', keyType: 'rsa' }],
  ['ES384', { hash: 'sha384', keyType: 'ec' }],
]);

/**
 * Checks a signed client assertion (SMART App Launch, private_key_jwt; Epic's limits on `jti`). Gives undefined where
 * all is well, else what is wrong, in words. `now` is in seconds since 1970.
 */
export async function faultOf(
  assertion: string,
  rules: AssertionRules,
  now: number,
): Promise<string | undefined> {
  const [head = '', body = '', signature = '', ...more] = assertion.split('.');
  const header = decoded(head);
  const claims = decoded(body);
  if (more.length > 0 || header === undefined || claims === undefined) return 'the assertion is no JWT';
  const algorithm = ALGORITHMS.get(text(header, 'alg') ?? '');
  if (algorithm === undefined) return `alg must be ${[...ALGORITHMS.keys()].join(' or ')}`;
  if (text(header, 'typ') !== 'JWT') return 'typ must be JWT';
  const wrong = faultOfClaims(claims, rules, now);
  if (wrong !== undefined) return wrong;
  if (rules.keyOf !== undefined) {
    const key = await rules.keyOf(text(header, 'kid'));
    if (key === undefined) return 'no key has this kid';
    if (key.asymmetricKeyType !== algorithm.keyType) return 'alg does not fit the key';
    const signed = Buffer.from(`${head}.${body}`);
    const options = { key, dsaEncoding: 'ieee-p1363' as const };
    if (!verify(algorithm.hash, signed, options, Buffer.from(signature, 'base64url'))) {
      return 'the signature is wrong';
    }
  }
  return reuse(claims, rules.used, now);
}

function faultOfClaims(claims: Json, rules: AssertionRules, now: number): string | undefined {
  const issuer = text(claims, 'iss');
  const expires = claims['exp'];
  const notBefore = claims['nbf'] ?? now;
  const id = text(claims, 'jti') ?? '';
  if (issuer === undefined || issuer !== text(claims, 'sub')) return 'iss and sub must be the client id';
  if (rules.clientId !== undefined && issuer !== rules.clientId) return 'the client is unknown';
  if (!values(claims, 'aud').includes(rules.tokenUrl())) return 'aud must be the token endpoint';
  if (typeof expires !== 'number' || expires <= now - CLOCK_SKEW) return 'the assertion has expired';
  if (expires > now + FIVE_MINUTES + CLOCK_SKEW) return 'exp is more than five minutes ahead';
  if (typeof notBefore !== 'number' || notBefore > now + CLOCK_SKEW) return 'the assertion is not valid yet';
  if (id === '' || id.length > LONGEST_JTI) return `jti must have 1 to ${LONGEST_JTI} characters`;
  return undefined;
}

function reuse(claims: Json, used: Map<string, number>, now: number): string | undefined {
  for (const [id, ends] of used) {
    if (ends > now) break;
    used.delete(id);
  }
  const id = text(claims, 'jti') ?? '';
  if (used.has(id)) return 'jti was used before';
  used.set(id, now + FIVE_MINUTES + 2 * CLOCK_SKEW);
  return undefined;
}

function decoded(part: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return isRecord(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Keys given at creation: found by `kid`, or the only one when it has none. */
export function fixedKeys(
  keys: readonly JsonWebKey[],
): (kid: string | undefined) => Promise<KeyObject | undefined> {
  const known = keys.map((jwk) => ({ kid: jwk['kid'], key: createPublicKey({ key: jwk, format: 'jwk' }) }));
  return async (kid) => known.find((each) => each.kid === kid || (known.length === 1 && !each.kid))?.key;
}

/** Keys from the client's JWK Set, fetched anew whenever a `kid` is not known: keys are rotated in place. */
export function fetchedKeys(jwksUrl: string): (kid: string | undefined) => Promise<KeyObject | undefined> {
  let find = fixedKeys([]);
  return async (kid) => {
    const known = await find(kid);
    if (known !== undefined) return known;
    const published = await publishedKeys(jwksUrl);
    if (published === undefined) return undefined;
    find = fixedKeys(published);
    return find(kid);
  };
}

/** The keys at an address; undefined when it gives none, for whatever reason: the client is refused all the same. */
async function publishedKeys(jwksUrl: string): Promise<readonly JsonWebKey[] | undefined> {
  try {
    const answer = await fetch(jwksUrl, { signal: AbortSignal.timeout(5000), redirect: 'error' });
    const set: unknown = await answer.json();
    return values(set, 'keys').filter(isRecord);
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError || error instanceof DOMException)
      return undefined;
    throw error;
  }
}
