import { formats } from '../assessment/formats.ts';
import { BridgeError } from '../errors.ts';

/** Parameters of requests, parsed at the border. A repeated parameter is refused rather than guessed at. */
export interface Query {
  text(name: string, allowed: RegExp): string | undefined;
  oneOf<Value extends string>(name: string, values: readonly Value[]): Value | undefined;
  time(name: string): number | undefined;
  integer(name: string, range: { min: number; max: number }): number | undefined;
}

function refuse(name: string, text: string): never {
  throw new BridgeError('parameter-invalid', [{ text, at: name }]);
}

/** @throws BridgeError `parameter-invalid` when a parameter stands twice; so do the readers for a wrong value. */
export function readQuery(query: unknown): Query {
  const values: Record<string, unknown> = { ...(query as object) };
  const read = (name: string): string | undefined => {
    const value = values[name];
    if (value === undefined || typeof value === 'string') return value;
    return refuse(name, 'it may stand once only');
  };
  return {
    text(name, allowed) {
      const value = read(name);
      return value === undefined || allowed.test(value)
        ? value
        : refuse(name, 'it has characters that it may not have');
    },
    oneOf(name, known) {
      const value = read(name);
      if (value === undefined) return undefined;
      return known.find((one) => one === value) ?? refuse(name, `it must be one of ${known.join(', ')}`);
    },
    time(name) {
      const value = read(name);
      if (value === undefined) return undefined;
      return formats['date-time'](value)
        ? Date.parse(value)
        : refuse(name, 'it must be a time with its offset');
    },
    integer(name, { min, max }) {
      const value = read(name);
      if (value === undefined) return undefined;
      const number = Number(value);
      if (/^\d{1,15}$/.test(value) && number >= min && number <= max) return number;
      return refuse(name, `it must be a whole number from ${min} to ${max}`);
    },
  };
}

/** The id in an address. @throws BridgeError `not-found` when it cannot be the id of a message. */
export function messageId(params: unknown): string {
  const { id } = params as { id?: unknown };
  if (typeof id === 'string' && formats.uuid(id)) return id;
  throw new BridgeError('not-found');
}
