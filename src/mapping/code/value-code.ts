import { type Place, showPlace } from '../files/place.ts';
import type { Block } from './code.ts';

/** The code of a value, and what is known of it. */
export interface Value {
  /** A name, a literal, or a path of `run`. */
  readonly code: string;
  /** `boolean` and `object` are never missing, `text` is never empty, `one` is neither a list nor an empty text. */
  readonly kind: 'boolean' | 'object' | 'text' | 'one' | 'list' | 'any';
  /** It is there for every assessment, and not the empty text. */
  readonly sure?: true;
}

/** The assessment. */
export const ROOT: Value = { code: 'run.root', kind: 'object', sure: true };
/** Nothing. */
export const NOTHING: Value = { code: 'undefined', kind: 'one' };

/** The code of a place. */
export function placeCode(place: Place, block: Block): string {
  return block.constant(place, showPlace(place));
}

/** A constant. */
export function constantValue(value: unknown, block: Block): Value {
  if (value === undefined) return NOTHING;
  const code = block.constant(value, typeof value === 'object' ? JSON.stringify(value) : undefined);
  if (value === '') return { code, kind: 'any' };
  const kind = Array.isArray(value) ? 'list' : 'one';
  return { code, kind: typeof value === 'string' ? 'text' : kind, sure: true };
}

/** What a piece of code gives. */
export function anyValue(code: string, block: Block): Value {
  return { code: block.hold(code), kind: 'any' };
}

/** What a piece of code gives that is always true or false. */
export function truth(code: string, block: Block): Value {
  return { code: block.hold(code), kind: 'boolean', sure: true };
}

const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype));

/** The code of an object's member as it is in JSON: nothing is null or undefined, or an empty list. */
export function rawMember(owner: Value, name: string, block: Block): string {
  const of = block.hold(owner.code);
  const key = block.constant(name);
  if (INHERITED.has(name)) return `step(${of}, ${key})`;
  if (owner.kind === 'object') return `${of}[${key}]`;
  return `isMap(${of}) ? ${of}[${key}] : step(${of}, ${key})`;
}

/** The member of an object, or of each object of a list. */
export function memberValue(owner: Value, name: string, block: Block): Value {
  const raw = rawMember(owner, name, block);
  const code = block.once(raw, (made) => {
    block.add(`let ${made} = ${raw};`);
    block.add(`if (typeof ${made} === "object") ${made} = settled(${made});`);
  });
  return { code, kind: 'any' };
}

/** The value at a position, from 0. */
export function itemValue(owner: Value, at: number, block: Block): Value {
  if (owner.kind !== 'any' && owner.kind !== 'list') return at === 0 ? owner : NOTHING;
  const of = block.hold(owner.code);
  return anyValue(`isArray(${of}) ? ${of}[${at}] : ${at === 0 ? of : 'undefined'}`, block);
}
