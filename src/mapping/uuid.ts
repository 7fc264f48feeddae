import { hash } from 'node:crypto';

/** The namespace of the bridge's own names. */
const NAMESPACE = Buffer.from('6f1d6a0e2c0b4f6f9a2e5d0c7b4a3e91', 'hex').toString('latin1');

/** A UUID version 5 (RFC 9562, section 5.5) of a list of names in the bridge's namespace. */
export function uuidOf(...names: readonly (string | number)[]): string {
  const name = JSON.stringify(names);
  const bytes = Buffer.allocUnsafe(NAMESPACE.length + Buffer.byteLength(name));
  bytes.write(NAMESPACE, 0, 'latin1');
  bytes.write(name, NAMESPACE.length, 'utf8');
  const digest = hash('sha1', bytes, 'buffer');
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = digest.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
