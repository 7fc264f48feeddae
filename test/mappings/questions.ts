import fc, { type Arbitrary } from 'fast-check';

/** Signs that people write and that programs stumble over, templates and markup above all. */
const sign = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }),
  fc.constantFrom(
    'ä',
    'Å',
    ' ',
    '\t',
    '🦵🏽',
    '"',
    "'",
    '\\',
    '{{',
    '}}',
    '%',
    '$',
    '<b>',
    '&amp;',
    '- ',
    ': ',
  ),
);
const hasContent = (text: string): boolean => /\S/.test(text) && !/[\r\n]/.test(text);
const line = fc
  .array(sign, { minLength: 1, maxLength: 12 })
  .map((parts) => parts.join(''))
  .filter(hasContent);
const text = fc
  .array(fc.oneof(line, fc.constant('')), { minLength: 1, maxLength: 4 })
  .map((lines) => lines.join('\n'))
  .filter((lines) => /\S/.test(lines));
const code = fc.stringMatching(/^[A-Za-z0-9.-]{1,12}$/);
const display = fc.option(line, { nil: undefined });
const day = fc
  .date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());

/** A question of a type with at most so many answers. */
function asked(type: string, answer: Arbitrary<object>, most = 1): Arbitrary<object> {
  const answers = fc.array(answer, { maxLength: most });
  return fc.record({ id: code.map((id) => `q${id}`), text, type: fc.constant(type), answers });
}

function valued<Value>(value: Arbitrary<Value>): Arbitrary<{ value: Value; display?: string }> {
  return fc
    .tuple(value, display)
    .map(([bare, words]) => (words === undefined ? { value: bare } : { value: bare, display: words }));
}

const coded = fc.record({ code, label: line });
const number = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((value) => value / 100);
const unit = fc.constantFrom({ unit: 'kg', code: 'kg' }, { unit: 'viikkoa' });

/** Questions of every type, answered and not, as the contract has them. */
export const questions = fc.array(
  fc.oneof(
    asked('boolean', valued(fc.boolean())),
    asked('integer', valued(fc.integer({ min: -2_147_483_648, max: 2_147_483_647 }))),
    asked('decimal', valued(number)),
    asked(
      'quantity',
      fc.tuple(valued(number), unit).map(([answer, measured]) => ({ ...answer, ...measured })),
    ),
    asked(
      'date',
      valued(fc.tuple(day, fc.constantFrom(4, 7, 10)).map(([date, length]) => date.slice(0, length))),
    ),
    asked('time', valued(day.map((date) => date.slice(11, 19)))),
    asked('dateTime', valued(day)),
    asked('string', fc.record({ value: line })),
    asked('text', fc.record({ value: text })),
    asked('choice', coded),
    asked('choices', coded, 5),
    asked('attachment', fc.record({ contentType: fc.constant('image/png'), title: line }), 3),
  ),
  { maxLength: 8 },
);
