import { createHash } from 'node:crypto';
import type { Leaf } from './made.ts';

const IDENTIFIER = /^[A-Za-z0-9][A-Za-z0-9._:-]*$/;
const LONGEST = 128;

/**
 * A text of any characters (a linkId, the last part of an address) as an id of the contract: unchanged where it is one,
 * else with each other character as its code point between colons, and a long one cut, with a digest of the whole.
 */
export function asIdentifier({ at, value }: Leaf<string>): Leaf<string> {
  if (IDENTIFIER.test(value) && value.length <= LONGEST) return { at, value };
  const spelled = [...value]
    .map((sign) => (/[A-Za-z0-9._-]/.test(sign) ? sign : `:${sign.codePointAt(0)?.toString(16)}:`))
    .join('');
  const whole = IDENTIFIER.test(spelled) ? spelled : `x${spelled}`;
  if (whole.length <= LONGEST) return { at, value: whole };
  const digest = createHash('sha256').update(value).digest('hex').slice(0, 24);
  return { at, value: `${whole.slice(0, LONGEST - 25)}:${digest}` };
}
