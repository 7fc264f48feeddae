import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSealing, type DataKey } from '../../src/log/sealing.ts';

const key = (id: string, byte: number, length = 32): DataKey => ({ id, bytes: Buffer.alloc(length, byte) });
const plain = Buffer.from('Ääni kähisee');
const wrong = expect.objectContaining({ code: 'data-key-wrong' });
const notAllowed = expect.objectContaining({ code: 'configuration-invalid' });

describe('sealing', () => {
  it('gives back what was sealed, byte for byte', () => {
    const sealing = createSealing([key('k1', 1)]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), fc.string(), (bytes, id) => {
        const made = sealing.newKey(id);
        const sealed = sealing.seal(made.key, id, 'payload', bytes);
        const unwrapped = sealing.unwrap(id, made.keyId, made.wrapped);
        expect(Buffer.from(sealing.open(unwrapped, id, 'payload', sealed)).equals(bytes)).toBe(true);
      }),
    );
  });

  it('refuses a sealed value that was moved to another message or another place of the same one', () => {
    const sealing = createSealing([key('k1', 1)]);
    const made = sealing.newKey('m1');
    const sealed = sealing.seal(made.key, 'm1', 'payload', plain);
    expect(() => sealing.open(made.key, 'm2', 'payload', sealed)).toThrow(wrong);
    expect(() => sealing.open(made.key, 'm1', 'bundle', sealed)).toThrow(wrong);
    expect(() => sealing.unwrap('m2', made.keyId, made.wrapped)).toThrow(wrong);
  });

  it('refuses a value of which any one byte was changed', () => {
    const sealing = createSealing([key('k1', 1)]);
    const made = sealing.newKey('m1');
    const sealed = sealing.seal(made.key, 'm1', 'payload', plain);
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const changed = Uint8Array.from(sealed);
        changed[at] = (changed[at] ?? 0) ^ bits;
        expect(() => sealing.open(made.key, 'm1', 'payload', changed)).toThrow(wrong);
      }),
    );
  });

  it('never uses an initialisation vector or a key of a message twice', () => {
    const sealing = createSealing([key('k1', 1)]);
    const made = sealing.newKey('m1');
    const vector = (sealed: Uint8Array) => Buffer.from(sealed.subarray(0, 12)).toString('hex');
    // More than one pool of random bytes.
    const sealed = Array.from({ length: 6000 }, () => sealing.seal(made.key, 'm1', 'payload', plain));
    expect(new Set(sealed.map(vector)).size).toBe(sealed.length);
    const keys = Array.from({ length: 3000 }, () => sealing.newKey('m1'));
    expect(new Set(keys.map(({ wrapped }) => vector(wrapped))).size).toBe(keys.length);
    expect(new Set(keys.map((each) => each.key.export().toString('hex'))).size).toBe(keys.length);
  });

  it('wraps with the first key of the ring, and says which key is missing', () => {
    const made = createSealing([key('k2', 2), key('k1', 1)]).newKey('m1');
    expect(made.keyId).toBe('k2');
    const without = createSealing([key('k1', 1)]);
    expect(() => without.unwrap('m1', 'k2', made.wrapped)).toThrow(
      expect.objectContaining({
        code: 'data-key-wrong',
        details: [{ text: 'the ring has no data key with id k2' }],
      }),
    );
  });

  it('takes only keys of 256 bits, and at least one', () => {
    expect(() => createSealing([])).toThrow(notAllowed);
    for (const length of [16, 31, 33])
      expect(() => createSealing([key('k1', 1, length)])).toThrow(notAllowed);
  });
});
