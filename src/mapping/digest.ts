import { hash } from 'node:crypto';

/** How much of a SHA-256 is kept: 64 bits tell the versions of a folder apart. */
const LENGTH = 16;

/** A short, stable digest of JSON content. */
export function digestOf(content: unknown): string {
  return hash('sha256', JSON.stringify(content), 'hex').slice(0, LENGTH);
}
