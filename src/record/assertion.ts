import { type KeyObject, randomUUID, sign } from 'node:crypto';

/** The key pair with which the bridge signs in; its public half is in our JWK Set under the same `keyId`. */
export interface ClientKey {
  readonly algorithm: 'ES384' | 'RS384';
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

/** Seconds that an assertion is good for: SMART allows at most 300 ahead, and clocks differ. */
const lifetime = 240;

/**
 * A signed JWT that proves who the bridge is (SMART App Launch 2, asymmetric client authentication;
 * RFC 7523). `now` in milliseconds. A new `jti` each time: the server refuses one that it has seen.
 */
export function clientAssertion(options: {
  readonly clientId: string;
  readonly tokenUrl: string;
  readonly key: ClientKey;
  readonly now: number;
}): string {
  const { clientId, tokenUrl, key, now } = options;
  const seconds = Math.floor(now / 1000);
  const header = { alg: key.algorithm, kid: key.keyId, typ: 'JWT' };
  const claims = {
    iss: clientId,
    sub: clientId,
    aud: tokenUrl,
    jti: randomUUID(),
    iat: seconds,
    exp: seconds + lifetime,
  };
  const content = `${encode(header)}.${encode(claims)}`;
  // JWS wants the two halves of an ECDSA signature side by side (RFC 7518 §3.4), not node's default DER.
  const signature = sign('sha384', Buffer.from(content), { key: key.privateKey, dsaEncoding: 'ieee-p1363' });
  return `${content}.${signature.toString('base64url')}`;
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
