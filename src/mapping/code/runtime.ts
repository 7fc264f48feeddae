import type { Target, Translator } from '../data/concept-map.ts';
import { libraryEvaluator } from '../expression/library.ts';
import type { Place } from '../files/place.ts';
import { type Frame, failure, orFailure, spend, unmappedCode } from './frame.ts';

/** Whether a value is an object and no list. */
function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A JSON value as a value of FHIRPath. */
function settled(value: unknown): unknown {
  if (value === null) return undefined;
  if (!Array.isArray(value) || value.length > 1) return value;
  return value[0];
}

/** One step of a path: the member of an object, or of each object of a list, in one flat list. */
function step(owner: unknown, name: string): unknown {
  if (typeof owner !== 'object' || owner === null) return undefined;
  if (!Array.isArray(owner))
    return Object.hasOwn(owner, name) ? settled(Reflect.get(owner, name)) : undefined;
  const found: unknown[] = [];
  for (const each of owner) {
    const value = step(each, name);
    if (Array.isArray(value)) for (const inner of value) found.push(inner);
    else if (value !== undefined) found.push(value);
  }
  return settled(found);
}

/** `where`: the values for which a test gives true. */
function where(frame: Frame, value: unknown, place: Place, test: (each: unknown) => unknown): unknown {
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) return test(value) === true ? value : undefined;
  spend(frame, value.length, place);
  return settled(value.filter((each) => test(each) === true));
}

/** `join` by a text. */
function join(frame: Frame, value: unknown, between: string, place: Place): unknown {
  if (value === undefined || typeof value === 'string') return value;
  if (!Array.isArray(value) || !value.every(isString)) return general('join', value, between, place);
  spend(
    frame,
    value.reduce((sum, { length }) => sum + length, between.length * value.length),
    place,
  );
  return value.join(between);
}

/** `toString()` of what is no text. */
function toText(value: unknown, place: Place): unknown {
  return isWhole(value) || typeof value === 'boolean'
    ? String(value)
    : general('toString', value, value, place);
}

/** `=` of two values. */
function equal(a: unknown, b: unknown, place: Place): unknown {
  if (a === undefined || b === undefined) return undefined;
  return isAlike(a, b) ? a === b : general('=', a, b, place);
}

/** `!=` of two values. */
function unequal(a: unknown, b: unknown, place: Place): unknown {
  if (a === undefined || b === undefined) return undefined;
  return isAlike(a, b) ? a !== b : general('!=', a, b, place);
}

/** Whether equality of two values is that of JavaScript: two texts, two of true and false, two whole numbers. */
function isAlike(a: unknown, b: unknown): boolean {
  if (typeof a !== typeof b) return false;
  return isString(a) || typeof a === 'boolean' || (isWhole(a) && isWhole(b));
}

/** `and` of two values. */
function and(a: unknown, b: unknown, place: Place): unknown {
  if (!isTruth(a) || !isTruth(b)) return general('and', a, b, place);
  if (a === false || b === false) return false;
  return a === undefined || b === undefined ? undefined : true;
}

/** `or` of two values. */
function or(a: unknown, b: unknown, place: Place): unknown {
  if (!isTruth(a) || !isTruth(b)) return general('or', a, b, place);
  if (a === true || b === true) return true;
  return a === undefined || b === undefined ? undefined : false;
}

/** `&` of two values. */
function concatenated(frame: Frame, a: unknown, b: unknown, place: Place): unknown {
  if (!isText(a) || !isText(b)) return general('&', a, b, place);
  const text = (a ?? '') + (b ?? '');
  spend(frame, text.length, place);
  return text;
}

/** `+` of two values. */
function sum(frame: Frame, a: unknown, b: unknown, place: Place): unknown {
  if (a === undefined || b === undefined) return undefined;
  if (isWhole(a) && isWhole(b) && isWhole(a + b)) return a + b;
  return isString(a) && isString(b) ? concatenated(frame, a, b, place) : general('+', a, b, place);
}

/** `-` of two values. */
function difference(a: unknown, b: unknown, place: Place): unknown {
  if (a === undefined || b === undefined) return undefined;
  return isWhole(a) && isWhole(b) && isWhole(a - b) ? a - b : general('-', a, b, place);
}

/**
 * What is seldom met, by fhirpath.js.
 * @throws BridgeError `mapping-failed` naming the rule, where FHIRPath gives an error
 */
function general(name: keyof typeof LIBRARY, a: unknown, b: unknown, place: Place): unknown {
  return orFailure(place, () => LIBRARY[name]({}, { a, b }));
}

const LIBRARY = {
  '=': libraryEvaluator('%a = %b'),
  '!=': libraryEvaluator('%a != %b'),
  and: libraryEvaluator('%a and %b'),
  or: libraryEvaluator('%a or %b'),
  '<': libraryEvaluator('%a < %b'),
  '>': libraryEvaluator('%a > %b'),
  '<=': libraryEvaluator('%a <= %b'),
  '>=': libraryEvaluator('%a >= %b'),
  '&': libraryEvaluator('%a & %b'),
  '+': libraryEvaluator('%a + %b'),
  '-': libraryEvaluator('%a - %b'),
  not: libraryEvaluator('%a.not()'),
  length: libraryEvaluator('%a.length()'),
  toString: libraryEvaluator('%a.toString()'),
  join: libraryEvaluator('%a.join(%b)'),
};

function isTruth(value: unknown): value is boolean | undefined {
  return typeof value === 'boolean' || value === undefined;
}

function isText(value: unknown): value is string | undefined {
  return typeof value === 'string' || value === undefined;
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** What a `$for` goes through. */
function items(frame: Frame, value: unknown, place: Place): readonly unknown[] {
  if (value === undefined || value === null) return NONE;
  const list = Array.isArray(value) ? value : [value];
  spend(frame, list.length, place);
  return list;
}

const NONE: readonly unknown[] = [];

/** Adds a value to a list, or the values of a list. */
function append(list: unknown[], value: unknown): void {
  if (Array.isArray(value)) for (const each of value) list.push(each);
  else if (value !== undefined && value !== '') list.push(value);
}

/** A member of an object, whatever its name. */
function define(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

function tooMany(values: readonly unknown[], name: string, place: Place): never {
  throw failure(place, `"${name}" takes one value; the rule gives ${values.length} for this assessment.`);
}

/** A value as a part of a text. */
function words(value: unknown, place: Place): string {
  if (value === undefined) return '';
  if (typeof value !== 'object') return String(value);
  throw failure(
    place,
    'One text fits here; the expression gives several values or an object for this assessment.',
  );
}

/** Adds a value as a line, or the values of a list. */
function addLine(lines: string[], value: unknown, place: Place): void {
  if (Array.isArray(value)) {
    for (const each of value) addLine(lines, each, place);
    return;
  }
  if (typeof value === 'object')
    throw failure(place, 'A line is a text; the rule gives an object for this assessment.');
  if (value !== undefined && value !== '') lines.push(String(value));
}

function joined(frame: Frame, lines: readonly string[], place: Place): string | undefined {
  if (lines.length === 0) return undefined;
  const text = lines.join('\n');
  spend(frame, text.length, place);
  return text;
}

function base64(value: unknown): string | undefined {
  return value === undefined ? undefined : Buffer.from(String(value), 'utf8').toString('base64');
}

/** The case of a `$switch` that a value which is no text stands for. */
function caseOf(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}

/**
 * What a ConceptMap says of a code.
 * @throws BridgeError `code-unmapped` naming the rule when it does not list the code and says to hold
 */
function translated(
  frame: Frame,
  translator: Translator,
  code: unknown,
  system: unknown,
  place: Place,
): Target | undefined {
  if (code === undefined) return undefined;
  const from = typeof system === 'string' ? system : undefined;
  const { target, unmapped } = translator.translate(String(code), from);
  if (unmapped === 'hold') throw unmappedCode(translator.name, place);
  if (unmapped) frame.unmapped.push({ map: translator.name, behaviour: unmapped });
  return target;
}

/** A CodeableConcept of a translated code and its text. */
function concept(target: Target | undefined, text: unknown): unknown {
  const coding = target ? { coding: [{ ...target }] } : undefined;
  return text === undefined ? coding : { ...coding, text: String(text) };
}

/**
 * What the code made of templates calls, where lines of its own would be long or seldom run. Values are as in
 * FHIRPath: undefined is nothing, an array is two values or more.
 */
export const runtime = {
  ...{ isArray: Array.isArray, isMap, settled, step, spend, general },
  ...{ where, join, toText, equal, unequal, and, or, concatenated, sum, difference },
  ...{ items, append, define, tooMany, words, addLine, joined, base64, caseOf, translated, concept },
};
