import { readFileSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import { BridgeError } from '../errors.ts';

/** Who news is posted to: the address, and what signs as the receiver expects it. */
export interface NewsReceiver {
  readonly url: string;
  /** The headers that prove who wrote a body and when; `at` in milliseconds since 1970. */
  sign(id: string, at: number, body: string): Readonly<Record<string, string>>;
}

/** The base64 of 24 to 64 bytes, as Standard Webhooks wants a secret. */
const SECRET = /^whsec_(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)$/;
const LEAST = 24;
const MOST = 64;

/**
 * Makes a receiver of an address and a file of secrets: one a line (`whsec_` and base64), all of which sign, so that a
 * receiver can change from one to the next at its leisure. Empty lines and lines that begin with # are passed over.
 * Signatures are those of Standard Webhooks 1.0 (HMAC-SHA256, `v1`).
 * @throws BridgeError `configuration-invalid` when the address or the file is no such thing; never with a secret
 */
export function newsReceiver({ url, secretFile }: { url: string; secretFile: string }): NewsReceiver {
  checkAddress(url);
  const signers = readSecrets(secretFile).map((secret) => new Webhook(secret));
  return {
    url,
    sign: (id, at, body) => ({
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at / 1000)),
      'webhook-signature': signers.map((signer) => signer.sign(id, new Date(at), body)).join(' '),
    }),
  };
}

function checkAddress(url: string): void {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw wrong('the address that news is posted to is not an http or https address');
  }
  // A password in an address ends up in places that show addresses; the signature is what proves who posts.
  if (parsed.username !== '' || parsed.password !== '') {
    throw wrong('the address that news is posted to holds a user name or password, which is not sent');
  }
}

function readSecrets(file: string): readonly string[] {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (cause) {
    throw wrong('the file of the secrets that sign news cannot be read', file, cause);
  }
  const secrets = content.split('\n').flatMap((line, i) => {
    const secret = line.trim();
    if (secret === '' || secret.startsWith('#')) return [];
    const bytes = Buffer.from(secret.replace('whsec_', ''), 'base64').length;
    if (!SECRET.test(secret) || bytes < LEAST || bytes > MOST) {
      const text = `this line is not whsec_ and the base64 of ${LEAST} to ${MOST} bytes`;
      throw wrong(text, `${file}:${i + 1}`);
    }
    return [secret];
  });
  if (secrets.length === 0) throw wrong('the file of the secrets that sign news holds none', file);
  return secrets;
}

function wrong(text: string, at?: string, cause?: unknown): BridgeError {
  return new BridgeError('configuration-invalid', [{ text, ...(at === undefined ? {} : { at }) }], { cause });
}
