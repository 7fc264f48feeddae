import { isUtf8 } from 'node:buffer';
import { BridgeError } from '../errors.ts';

/**
 * Reading a body so that nothing of it is lost without a word. JSON.parse alone would silently keep one of two
 * members of the same name, replace broken UTF-8, and let through characters that no FHIR string may hold.
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN = new Set([0x7b, 0x5b]);
const CLOSE = new Set([0x7d, 0x5d]);
const LETTER_U = 0x75;

const reserved = new Set(['__proto__', 'constructor', 'prototype']);

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** The four hexadecimal digits of an escape at `at` as a number; NaN when they are none. */
function escaped(body: Buffer, at: number): number {
  return Number.parseInt(body.toString('latin1', at, at + 4), 16);
}

/** Whether a character written as an escape may stand in a FHIR string (http://hl7.org/fhir/R4/datatypes.html#string). */
function isAllowed(unit: number): boolean {
  return unit >= 0x20 ? unit < 0xfffe : unit === 0x09 || unit === 0x0a || unit === 0x0d;
}

/** Length of the escape at `at` (after the backslash) when it is sound. */
function checkEscape(body: Buffer, at: number): number {
  if (body[at] !== LETTER_U) {
    const short = body[at];
    // \b and \f are control characters too.
    if (short === 0x62 || short === 0x66) throw new BridgeError('body-bad-character');
    return 1;
  }
  const unit = escaped(body, at + 1);
  if (isLowSurrogate(unit)) throw new BridgeError('body-bad-character');
  if (isHighSurrogate(unit)) {
    const paired =
      body[at + 5] === BACKSLASH && body[at + 6] === LETTER_U && isLowSurrogate(escaped(body, at + 7));
    if (!paired) throw new BridgeError('body-bad-character');
    return 11;
  }
  if (!isAllowed(unit)) throw new BridgeError('body-bad-character');
  return 5;
}

/** Passes over the text once: how many members it names. Content that is not JSON is left to JSON.parse. */
function countNamed(body: Buffer, maxDepth: number): number {
  let depth = 0;
  let named = 0;
  for (let i = 0; i < body.length; i += 1) {
    const byte = body[i] ?? 0;
    if (byte === QUOTE) {
      for (i += 1; i < body.length && body[i] !== QUOTE; i += 1) {
        if (body[i] === BACKSLASH) i += checkEscape(body, i + 1);
      }
    } else if (byte === COLON) {
      named += 1;
    } else if (OPEN.has(byte)) {
      depth += 1;
      if (depth > maxDepth)
        throw new BridgeError('body-too-deep', [{ text: `the limit is ${maxDepth} levels` }]);
    } else if (CLOSE.has(byte)) {
      depth -= 1;
    }
  }
  return named;
}

/** How many members the parsed value has. */
function countKept(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countKept(item), 0);
  let kept = 0;
  for (const [name, member] of Object.entries(value)) {
    if (reserved.has(name)) throw new BridgeError('body-reserved-name');
    kept += 1 + countKept(member);
  }
  return kept;
}

/** U+FFFE and U+FFFF, as UTF-8. */
const nonCharacters = [Buffer.from([0xef, 0xbf, 0xbe]), Buffer.from([0xef, 0xbf, 0xbf])];

/** Where JSON.parse stopped. Its message is not passed on: it quotes the input. */
function position(error: unknown): string {
  const found = /position (\d+)/.exec(error instanceof Error ? error.message : '');
  return found?.[1] === undefined ? 'it ends too early' : `it stops being JSON at character ${found[1]}`;
}

/**
 * The value that a JSON text in UTF-8 stands for.
 * @throws BridgeError `body-missing`, `body-not-utf8`, `body-not-json`, `body-too-deep`, `body-duplicate-member`,
 * `body-bad-character`, `body-reserved-name`; none of them quotes the body.
 */
export function readJson(body: Buffer, limits: { readonly maxDepth: number }): unknown {
  if (body.length === 0) throw new BridgeError('body-missing');
  if (!isUtf8(body)) throw new BridgeError('body-not-utf8');
  const named = countNamed(body, limits.maxDepth);
  if (nonCharacters.some((character) => body.includes(character)))
    throw new BridgeError('body-bad-character');
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch (error) {
    throw new BridgeError('body-not-json', [{ text: position(error) }]);
  }
  if (countKept(value) !== named) throw new BridgeError('body-duplicate-member');
  return value;
}
