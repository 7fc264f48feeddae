import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import { readJson } from '../../src/intake/json.ts';

const limits = { maxDepth: 32 };

function refusal(body: Buffer | string): string {
  try {
    readJson(Buffer.from(body), limits);
    return 'accepted';
  } catch (error) {
    if (error instanceof BridgeError) return error.code;
    throw error;
  }
}

describe('reading a body', () => {
  it('gives every JSON value back unchanged', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'medium', maxDepth: 12 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(
          text.isWellFormed() &&
            !/\\u00|\\[bf]|[\uFFFE\uFFFF]|\\ud|__proto__|constructor|prototype/.test(text),
        );
        expect(readJson(Buffer.from(text), limits)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('takes members of the same name in different objects, and colons, braces and quotes in texts', () => {
    const body = '{"a":{"x":"{\\"x\\":1, \\"x\\":2}"},"b":[{"x":":"},{"x":"\\\\"}]}';
    expect(readJson(Buffer.from(body), limits)).toEqual(JSON.parse(body));
  });

  it('takes pairs of surrogates, as characters and as escapes', () => {
    expect(readJson(Buffer.from('["😀","\\ud83d\\ude00","\\u00e4\\n"]'), limits)).toEqual([
      '😀',
      '😀',
      'ä\n',
    ]);
  });

  it.each([
    ['nothing', '', 'body-missing'],
    ['white space', '  ', 'body-not-json'],
    ['half an object', '{"a":', 'body-not-json'],
    ['an open text', '{"a":"b', 'body-not-json'],
    ['a text that ends in a backslash', '"\\', 'body-not-json'],
    ['two values', '{}{}', 'body-not-json'],
    ['a byte order mark', '\uFEFF{}', 'body-not-json'],
    ['not JSON at all', '<xml/>', 'body-not-json'],
    ['a name twice', '{"a":1,"a":2}', 'body-duplicate-member'],
    ['a name twice, once as an escape', '{"a":1,"\\u0061":1}', 'body-duplicate-member'],
    ['a name twice, deep inside', '[{"x":{"b":[{"a":1,"c":2,"a":3}]}}]', 'body-duplicate-member'],
    ['a prototype', '{"__proto__":{"admin":true}}', 'body-reserved-name'],
    ['a constructor', '{"a":{"constructor":1}}', 'body-reserved-name'],
    ['a name `prototype`', '{"prototype":{}}', 'body-reserved-name'],
    ['NUL as an escape', '["a\\u0000"]', 'body-bad-character'],
    ['a form feed', '["\\f"]', 'body-bad-character'],
    ['a backspace', '["\\b"]', 'body-bad-character'],
    ['a lone high surrogate', '["\\ud83d"]', 'body-bad-character'],
    ['a lone low surrogate', '["\\ude00"]', 'body-bad-character'],
    ['two high surrogates', '["\\ud83d\\ud83d"]', 'body-bad-character'],
    ['a non-character', '["\uFFFE"]', 'body-bad-character'],
    ['the other non-character', '["\uFFFF"]', 'body-bad-character'],
    ['a non-character as an escape', '["\\uffff"]', 'body-bad-character'],
    ['the other non-character as an escape', '["\\ufffe"]', 'body-bad-character'],
  ])('refuses %s', (_what, body, code) => {
    expect(refusal(body)).toBe(code);
  });

  it('refuses UTF-16, Latin-1 and broken UTF-8', () => {
    expect(refusal(Buffer.from('{"a":"ä"}', 'utf16le'))).not.toBe('accepted');
    expect(refusal(Buffer.from('{"a":"ä"}', 'latin1'))).toBe('body-not-utf8');
    expect(refusal(Buffer.from([0x22, 0xc3, 0x22]))).toBe('body-not-utf8');
    expect(refusal(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]))).toBe('body-not-utf8');
  });

  it('refuses nesting beyond the limit, however deep, and takes nesting up to it', () => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(refusal(nested(32))).toBe('accepted');
    expect(refusal(nested(33))).toBe('body-too-deep');
    expect(refusal(nested(1_000_000))).toBe('body-too-deep');
    expect(refusal('{"a":'.repeat(100_000))).toBe('body-too-deep');
    const wide = JSON.stringify(Array.from({ length: 100 }, () => [{}]));
    expect(refusal(wide)).toBe('accepted');
  });

  it('finds each name that stands twice, wherever it was planted', () => {
    const tree = fc.letrec<{ node: Record<string, unknown> }>((tie) => ({
      node: fc.dictionary(
        fc.constantFrom('a', 'b', 'c', 'd'),
        fc.oneof({ maxDepth: 4 }, fc.integer(), tie('node')),
        {
          minKeys: 1,
        },
      ),
    })).node;
    fc.assert(
      fc.property(tree, fc.nat(), (value, seed) => {
        const text = JSON.stringify(value);
        const names = [...text.matchAll(/"([a-d])":/g)];
        const found = names[seed % names.length];
        if (found === undefined) throw new Error('there is always a name');
        const twice = `${text.slice(0, found.index)}"${found[1]}":0,${text.slice(found.index)}`;
        expect(refusal(twice)).toBe('body-duplicate-member');
      }),
    );
  });

  it('never fails otherwise', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          try {
            readJson(Buffer.from(bytes), limits);
          } catch (error) {
            expect(error).toBeInstanceOf(BridgeError);
          }
        },
      ),
    );
  });

  it('never quotes the body, as the parser of JavaScript would', () => {
    for (const body of ['{"hetu":"020516C903K"', '{"hetu":x020516C903K}']) {
      let thrown: unknown;
      try {
        readJson(Buffer.from(body), limits);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toMatchObject({ code: 'body-not-json', details: [{ text: expect.any(String) }] });
      expect(JSON.stringify(thrown) + String(thrown)).not.toContain('020516');
    }
  });
});
