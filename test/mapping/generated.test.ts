import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ResourceCode } from '../../src/mapping/code/resource.ts';
import { loadMappings, type Mappings } from '../../src/mapping/mappings.ts';
import { assessment, context, definitions, sourceSchema, writeFolder } from './folder.ts';
import { foreignWords, natively } from './natively.ts';

/** What would run if a text of a template became code. */
const ATTACKS = [
  '"+globalThis.attacked()+"',
  "'+globalThis.attacked()+'",
  '`+globalThis.attacked()+`',
  ['$', '{globalThis.attacked()}'].join(''),
  '"];globalThis.attacked();["',
  '*/globalThis.attacked();/*',
  '\nglobalThis.attacked()\n',
  '\u2028globalThis.attacked()\u2029',
  '\r\n//\\',
  '</script><!--',
  '\\"+globalThis.attacked()//',
  '\\u0022+globalThis.attacked()//',
  'constructor',
  '__proto__',
  'prototype',
  'hasOwnProperty',
  'k0',
  'run',
];

const hostile = fc.oneof(
  fc.constantFrom(...ATTACKS),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
  fc.tuple(fc.constantFrom(...ATTACKS), fc.string({ maxLength: 5 })).map((parts) => parts.join('')),
);

/** As text of a template: braces would begin an expression. */
const hostileText = hostile.filter((text) => !text.includes('{{') && text.trim() !== '');

/** A name that begins with $ would be a directive. */
const memberName = hostileText.filter(
  (text) => !text.startsWith('$') && text !== '__proto__' && text !== 'constructor',
);

describe('no text of a template becomes code', () => {
  test('literals, lines, cases and parts of texts arrive as they are', () => {
    fc.assert(
      fc.property(fc.uniqueArray(hostileText, { minLength: 5, maxLength: 10 }), (texts) => {
        const names = texts.map((text) => {
          const yaml = JSON.stringify(text);
          return `  - text: ${yaml}
    family: ${JSON.stringify(`{{ id }}${text}`)}
    prefix:
      - $switch: summary
        $cases: { ${yaml}: ${yaml} }
        $default: { $text: [${yaml}, '{{ id }}'] }
`;
        });
        const files = { 'symptom/patient.yaml': `resourceType: Patient\nname:\n${names.join('')}` };
        const [summary = ''] = texts;
        const { bundle } = shown(files).map(assessment({ summary }), context);
        expect(bundle.entry?.[0]?.resource).toEqual({
          resourceType: 'Patient',
          name: texts.map((text) => ({
            text,
            family: `a-1${text}`,
            prefix: [text === summary ? text : `${text}\na-1`],
          })),
        });
      }),
      { numRuns: 20 },
    );
  });

  test('literals of expressions and names of members arrive as they are', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const quoted = (quote: string): string =>
          quote + text.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`) + quote;
        expect(natively(quoted("'"))({}, {})).toBe(text);
        const owner = JSON.parse(`{${JSON.stringify(text)}: "own"}`);
        const name = quoted('`');
        expect(natively(name)(owner, {})).toBe('own');
        expect(natively(`%v.a.where(${name} = 'own').${name}`)({}, { a: [owner, {}] })).toBe('own');
      }),
    );
  });

  test.each(['constructor', '__proto__', 'hasOwnProperty', 'toString', 'valueOf'])(
    'what every object has besides its JSON is not there: %s',
    (name) => {
      expect(natively(`\`${name}\``)({}, {})).toBeUndefined();
      expect(natively(`a.\`${name}\``)({ a: {} }, {})).toBeUndefined();
      expect(natively(`%v.a.\`${name}\``)({}, { a: [{}, 'text', 1] })).toBeUndefined();
    },
  );

  test('members of variables may have any name', () => {
    fc.assert(
      fc.property(fc.uniqueArray(memberName, { minLength: 5, maxLength: 10 }), (names) => {
        const members = [...names, '__proto__', 'constructor'].map(
          (name) => `    ${JSON.stringify(name)}: "{{ id }}"\n`,
        );
        const template = `resourceType: Patient\n$let:\n  v:\n${members.join('')}name: [{ text: 'v: {{ %v.exists() }}' }]\n`;
        expect(() => shown({ 'symptom/patient.yaml': template }).map(assessment(), context)).not.toThrow();
      }),
      { numRuns: 20 },
    );
  });
});

describe('the code of the shipped mappings', () => {
  const shipped: ResourceCode[] = [];
  const folder = join(import.meta.dirname, '..', '..', 'mappings');
  loadMappings({ folder, definitions, sourceSchema, show: (code) => shipped.push(code) });

  test('leaves nothing to fhirpath.js', () => {
    expect(shipped.flatMap(({ left }) => left.map(({ text }) => text))).toEqual([]);
  });

  test('has no word of a template but in JSON', () => {
    expect(shipped.flatMap(({ text }) => foreignWords(text))).toEqual([]);
  });
});

/** Loads the folder of the tests with some files changed, and looks at the code that is made. */
function shown(changed: Readonly<Record<string, string>>): Mappings {
  return loadMappings({
    folder: writeFolder(changed),
    definitions,
    sourceSchema,
    show: ({ text }) => expect(foreignWords(text)).toEqual([]),
  });
}
