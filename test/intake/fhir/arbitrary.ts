import fc, { type Arbitrary } from 'fast-check';

/** One thing that must come through: a text, or an answer as the contract has it. */
type Fact = { readonly text: string } | { readonly answer: object };

/** An item, an answer or a list of them with all that must come through, in order. */
interface Told<Value> {
  readonly value: Value;
  readonly facts: readonly Fact[];
}

const sign = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }),
  fc.constantFrom('ä', 'Å', ' ', '\t', '🦵🏽', '"', '\\', '{{', '}}', '%', '<b>', '&amp;', '- ', '__proto__'),
);
const line = fc
  .array(sign, { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(''))
  .filter((text) => text.trim() !== '' && !/[\r\n]/.test(text));
const words = fc.array(line, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n'));
const code = fc.stringMatching(/^[A-Za-z0-9.-]{1,12}$/);
const day = fc
  .date({ min: new Date('1900-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());
const number = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((value) => value / 100);

/** `value[x]` of an answer, and the answer of the contract that it must become. */
const values: Arbitrary<readonly [object, object]> = fc.oneof(
  fc.boolean().map((value) => [{ valueBoolean: value }, { value }] as const),
  number.map((value) => [{ valueDecimal: value }, { value }] as const),
  fc
    .integer({ min: -2_147_483_648, max: 2_147_483_647 })
    .map((value) => [{ valueInteger: value }, { value }] as const),
  fc
    .tuple(day, fc.constantFrom(4, 7, 10))
    .map(
      ([date, length]) => [{ valueDate: date.slice(0, length) }, { value: date.slice(0, length) }] as const,
    ),
  fc
    .tuple(day, fc.constantFrom(4, 10, 24))
    .map(
      ([date, length]) =>
        [{ valueDateTime: date.slice(0, length) }, { value: date.slice(0, length) }] as const,
    ),
  fc
    .tuple(day, fc.constantFrom(19, 23))
    .map(
      ([date, length]) => [{ valueTime: date.slice(11, length) }, { value: date.slice(11, length) }] as const,
    ),
  words.map((value) => [{ valueString: value }, { value }] as const),
  fc.webUrl().map((value) => [{ valueUri: value }, { value }] as const),
  fc
    .record({ code, display: line })
    .map(({ code, display }) => [{ valueCoding: { code, display } }, { code, label: display }] as const),
  line.map((display) => [{ valueCoding: { display } }, { value: display }] as const),
  fc
    .record({ value: number, unit: line })
    .map((quantity) => [{ valueQuantity: quantity }, quantity] as const),
  line.map(
    (title) =>
      [
        { valueAttachment: { contentType: 'image/png', title } },
        { contentType: 'image/png', title },
      ] as const,
  ),
  line.map((display) => [{ valueReference: { display } }, { value: display }] as const),
);

const linkId = fc.oneof(code, line);

const { items } = fc.letrec<{
  items: Told<object[]>;
  group: Told<object>;
  question: Told<object>;
  answer: Told<object>;
}>((tie) => ({
  items: fc
    .array(fc.oneof({ depthSize: 'small' }, tie('question'), tie('group')), { minLength: 1, maxLength: 3 })
    .map((all) => listed(all)),
  group: fc.record({ linkId, text: line, items: tie('items') }).map(({ linkId, text, items }) => ({
    value: { linkId, text, item: items.value },
    facts: [{ text }, ...items.facts],
  })),
  question: fc
    .record({
      linkId,
      text: words,
      answers: fc.array(tie('answer'), { maxLength: 3 }).map((all) => listed(all)),
    })
    .map(({ linkId, text, answers }) => ({
      value: { linkId, text, ...(answers.value.length > 0 ? { answer: answers.value } : {}) },
      facts: [{ text }, ...answers.facts],
    })),
  answer: fc
    .tuple(values, fc.option(tie('items'), { maxDepth: 3, depthSize: 'small', nil: undefined, freq: 4 }))
    .map(([[sent, answer], items]) => ({
      value: { ...sent, ...(items === undefined ? {} : { item: items.value }) },
      facts: [{ answer }, ...(items?.facts ?? [])],
    })),
}));

function listed(all: readonly Told<object>[]): Told<object[]> {
  return { value: all.map(({ value }) => value), facts: all.flatMap(({ facts }) => facts) };
}

/** Items of a QuestionnaireResponse, nested by groups and by answers, with everything that must come through. */
export { items };
