import { hash } from 'node:crypto';

/** The namespace of the bridge's own names. */
const NAMESPACE = Buffer.from('6f1d6a0e2c0b4f6f9a2e5d0c7b4a3e91', 'hex').toString('latin1');

/** A UUID version 5 (RFC 9562, section 5.5) of a list of names in the bridge's namespace. */
export function uuidOf(...names: readonly (string | number)[]): string {
  const bytes = Buffer.from(NAMESPACE, 'latin1');
  const digest = hash('sha1', Buffer.concat([bytes, Buffer.from(JSON.stringify(names), 'utf8')]), 'hex');
  const variant = ((Number.parseInt(digest.charAt(16), 16) & 3) | 8).toString(16);
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}
