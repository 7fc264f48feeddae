import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomFillSync,
} from 'node:crypto';
import { constants as zlib, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { BridgeError } from '../errors.ts';

/**
 * Sealing: AES-256-GCM (NIST SP 800-38D) over zstd. Each message has a data key of its own, wrapped by the
 * operator's data key, so that destroying the wrapped key erases the message and nothing else.
 * A sealed value is IV (12 bytes), tag (16 bytes), ciphertext; the message's id is authenticated with it,
 * so that sealed values cannot change places.
 */

/** One key of the operator: its id is stored beside what it wraps, so that keys can be rotated. */
export interface DataKey {
  readonly id: string;
  /** 32 bytes. */
  readonly bytes: Uint8Array;
}

/** A message's own key, ready for use, and its wrapped form for storing. */
interface MessageKey {
  readonly key: KeyObject;
  readonly wrapped: Uint8Array;
  readonly keyId: string;
}

export interface Sealing {
  newKey(messageId: string): MessageKey;
  /** @throws BridgeError `data-key-wrong` when no key of the ring opens it. */
  unwrap(messageId: string, keyId: string, wrapped: Uint8Array): KeyObject;
  seal(key: KeyObject, messageId: string, what: string, plain: Uint8Array): Uint8Array;
  /** @throws BridgeError `data-key-wrong` when the value was changed or sealed by another key. */
  open(key: KeyObject, messageId: string, what: string, sealed: Uint8Array): Uint8Array;
}

const IV = 12;
const TAG = 16;
const ALGORITHM = 'aes-256-gcm';
const COMPRESSION = { params: { [zlib.ZSTD_c_compressionLevel]: 1 } };

/** Random bytes from a pool: one system call serves some hundred IVs and keys. */
function randomPool(size: number): (length: number) => Uint8Array {
  let pool = new Uint8Array(0);
  let used = 0;
  return (length) => {
    if (used + length > pool.length) {
      pool = randomFillSync(new Uint8Array(size));
      used = 0;
    }
    used += length;
    return pool.subarray(used - length, used);
  };
}

function encrypt(key: KeyObject, iv: Uint8Array, aad: Uint8Array, plain: Uint8Array): Uint8Array {
  const cipher = createCipheriv(ALGORITHM, key, iv);
  cipher.setAAD(aad);
  const body = cipher.update(plain);
  cipher.final();
  return Buffer.concat([iv, cipher.getAuthTag(), body]);
}

function decrypt(key: KeyObject, aad: Uint8Array, sealed: Uint8Array): Uint8Array {
  try {
    const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, IV));
    decipher.setAAD(aad);
    decipher.setAuthTag(sealed.subarray(IV, IV + TAG));
    const body = decipher.update(sealed.subarray(IV + TAG));
    decipher.final();
    return body;
  } catch (cause) {
    throw new BridgeError('data-key-wrong', [], { cause });
  }
}

/**
 * Sealing with a ring of the operator's keys: the first wraps new messages, the others open older ones.
 * @throws BridgeError `configuration-invalid` when the ring is empty or a key is not 32 bytes.
 */
export function createSealing(ring: readonly DataKey[]): Sealing {
  const random = randomPool(1 << 16);
  for (const { id, bytes } of ring) {
    if (bytes.length !== 32) {
      throw new BridgeError('configuration-invalid', [{ text: `data key ${id} is not 32 bytes long` }]);
    }
  }
  const current = ring[0];
  if (current === undefined)
    throw new BridgeError('configuration-invalid', [{ text: 'there is no data key' }]);
  const keys = new Map(ring.map(({ id, bytes }) => [id, createSecretKey(bytes)]));
  const wrapping = createSecretKey(current.bytes);

  return {
    newKey(messageId) {
      const bytes = random(32);
      const wrapped = encrypt(wrapping, random(IV), Buffer.from(messageId), bytes);
      return { key: createSecretKey(bytes), wrapped, keyId: current.id };
    },
    unwrap(messageId, keyId, wrapped) {
      const key = keys.get(keyId);
      if (key === undefined) {
        throw new BridgeError('data-key-wrong', [{ text: `the ring has no data key with id ${keyId}` }]);
      }
      return createSecretKey(decrypt(key, Buffer.from(messageId), wrapped));
    },
    seal(key, messageId, what, plain) {
      return encrypt(
        key,
        random(IV),
        Buffer.from(`${messageId}/${what}`),
        zstdCompressSync(plain, { ...COMPRESSION, pledgedSrcSize: plain.length }),
      );
    },
    open(key, messageId, what, sealed) {
      return zstdDecompressSync(decrypt(key, Buffer.from(`${messageId}/${what}`), sealed));
    },
  };
}
