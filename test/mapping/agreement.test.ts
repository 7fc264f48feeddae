import fc from 'fast-check';
import fhirpath from 'fhirpath';
import { describe, expect, test } from 'vitest';
import { expressionCode, itemsCode } from '../../src/mapping/code/expression-code.ts';
import { natively } from './natively.ts';

const name = fc.constantFrom('a', 'b', 'c', 'd');
const scalar = fc.oneof(
  fc.constantFrom('x', 'y', 'true', ''),
  fc.boolean(),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(0.5, 1.25),
);

/** JSON as assessments hold it: no null, no list of lists. */
const data = fc.letrec<{ object: object; value: unknown }>((tie) => ({
  object: fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    tie('object'),
    fc.array(fc.oneof(scalar, tie('object')), { maxLength: 3 }),
  ),
})).object;

const literal = fc.constantFrom("'x'", "'true'", 'true', 'false', '1', '0', '0.5');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('.'));
const focus = fc.oneof(path, fc.constantFrom('%v', '%v.a', '%none', '%none.b', '{}', '{ }'));

/** Expressions that the bridge evaluates itself. */
const expression = fc.letrec<{ any: string; condition: string }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small' },
    focus.map((of) => `${of}.exists()`),
    focus.map((of) => `${of}.empty()`),
    fc
      .tuple(focus, fc.constantFrom('=', '!=', '<', '>', '<=', '>='), fc.oneof(literal, focus))
      .map((parts) => parts.join(' ')),
    fc
      .tuple(tie('condition'), fc.constantFrom('and', 'or'), tie('condition'))
      .map(([a, op, b]) => `(${a}) ${op} (${b})`),
    tie('condition').map((of) => `(${of}).not()`),
    focus.map((of) => `${of}.not()`),
    fc.tuple(focus, fc.constantFrom('and', 'or'), focus).map((parts) => parts.join(' ')),
  ),
  any: fc.oneof(
    { depthSize: 'small' },
    focus,
    literal,
    tie('condition'),
    fc
      .tuple(
        focus,
        fc.constantFrom('first()', 'last()', 'count()', 'length()', 'toString()', "join(', ')", 'join()'),
      )
      .map((parts) => parts.join('.')),
    fc.tuple(focus, fc.nat({ max: 2 })).map(([of, at]) => `${of}[${at}]`),
    fc.tuple(focus, tie('condition')).map(([of, criteria]) => `${of}.where(${criteria})`),
    fc
      .tuple(focus, tie('condition'), name)
      .map(([of, criteria, member]) => `${of}.where(${criteria}).${member}`),
    fc.tuple(focus, tie('condition')).map(([of, criteria]) => `${of}.exists(${criteria})`),
    fc.tuple(tie('condition'), tie('any'), tie('any')).map(([a, b, c]) => `iif(${a}, ${b}, ${c})`),
    fc.tuple(tie('condition'), tie('any')).map(([a, b]) => `iif(${a}, ${b})`),
    fc.tuple(focus, fc.constantFrom('&', '+', '-'), fc.oneof(literal, focus)).map((parts) => parts.join(' ')),
  ),
})).any;

describe('what the bridge evaluates itself', () => {
  test('gives what fhirpath.js gives, or fails where it fails', () => {
    fc.assert(
      fc.property(expression, data, data, (text, root, v) => {
        expect(byBridge(text, root, v)).toEqual(byLibrary(text, root, v));
      }),
      { numRuns: 3000 },
    );
  });

  test('gives the same items to go through', () => {
    fc.assert(
      fc.property(focus, data, data, (text, root, v) => {
        const items: typeof expressionCode = (rule, sight, block) => ({
          code: `items(run, ${itemsCode(rule, sight, block)}, undefined)`,
          kind: 'list',
        });
        expect(byBridge(text, root, v, items)).toEqual(byLibrary(text, root, v));
      }),
    );
  });
});

function byBridge(text: string, root: object, v: object, write = expressionCode): unknown {
  const run = natively(text, write);
  return outcome(() => {
    const made = run(root, v);
    return Array.isArray(made) ? made : made === undefined ? [] : [made];
  });
}

function byLibrary(text: string, root: object, v: object): unknown {
  return outcome(() => fhirpath.evaluate(root, text, { v, none: undefined }, undefined, { async: false }));
}

function outcome(run: () => unknown[]): unknown {
  try {
    return JSON.parse(JSON.stringify(run()));
  } catch {
    return 'an error';
  }
}
