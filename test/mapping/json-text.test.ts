import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJsonText } from '../../src/mapping/files/json-text.ts';
import { plain } from '../../src/mapping/files/yaml.ts';

function read(text: string): { value: unknown; mistakes: string[] } {
  const mistakes: string[] = [];
  const yaml = readJsonText(text, 'f', ({ line, column }, what) =>
    mistakes.push(`${line}:${column} ${what}`),
  );
  return { value: yaml && plain(yaml), mistakes };
}

const withoutNull = (value: unknown): boolean => !JSON.stringify(value)?.includes('null');

describe('JSON files of a mappings folder', () => {
  it.each([
    ['a comma too many', '{\n  "a": 1,\n}', '3:1', 'a name in double quotes'],
    ['a comma too many in a list', '{ "a": [1,] }', '1:11', 'a value'],
    ['a comma too few', '{\n  "a": 1\n  "b": 2\n}', '3:3', '"," or "}"'],
    ['a word that is no value', '{ "a": tru }', '1:8', 'a value'],
    ['a name without quotes', '{ a: 1 }', '1:3', 'a name in double quotes'],
    ['single quotes', '{ "a": \'x\' }', '1:8', 'a value'],
    ['no colon', '{ "a" 1 }', '1:7', '":"'],
    ['an open brace', '{ "a": [1, 2]', '1:14', '"," or "}"'],
    ['a line break in a text', '{ "a": "x\ny" }', '1:8', 'a value'],
    ['a comment', '{} // done', '1:4', 'the end of the file'],
    ['nothing', '', '1:1', 'a value'],
    ['endless nesting', '['.repeat(100_000), '1:61', 'less nesting'],
  ])('tells %s at its place', (_, text, at, expected) => {
    expect(read(text).mistakes).toEqual([`${at} This is not valid JSON: ${expected} is expected here.`]);
  });

  it('tells a member that stands twice', () => {
    expect(read('{ "a": 1,\n  "a": 2 }').mistakes).toEqual(['2:3 "a" stands twice in this map.']);
  });

  it('reads what JSON.parse reads, indented by spaces or tabs', () => {
    fc.assert(
      fc.property(
        fc
          .dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ stringUnit: 'grapheme' }))
          .filter(withoutNull),
        fc.constantFrom('', '  ', '\t'),
        (value, indent) => {
          const text = JSON.stringify(value, undefined, indent);
          expect(read(text)).toEqual({ value: JSON.parse(text), mistakes: [] });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('finds fault with what JSON.parse refuses, and with nothing else', () => {
    fc.assert(
      fc.property(
        fc.jsonValue().filter(withoutNull),
        fc.nat(),
        fc.constantFrom('', ',', '}', '"', '\\', 'x', ' '),
        (value, at, put) => {
          const text = JSON.stringify(value);
          const position = at % (text.length + 1);
          const changed = text.slice(0, position) + put + text.slice(position + 1);
          const broken = read(changed).mistakes.some((mistake) => mistake.includes('not valid JSON'));
          expect(broken).toBe(!isJson(changed));
        },
      ),
      { numRuns: 500 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // What the platform's parser refuses is not JSON.
    return false;
  }
}
