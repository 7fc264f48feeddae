import { isDeepStrictEqual } from 'node:util';

/** Whether two payloads say the same: byte for byte, or as JSON that differs in white space or order of members only. */
export function sameContent(stored: Uint8Array, payload: Uint8Array): boolean {
  const before = Buffer.from(stored);
  return (
    before.equals(payload) ||
    isDeepStrictEqual(JSON.parse(before.toString()), JSON.parse(Buffer.from(payload).toString()))
  );
}
