import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Assessment } from '../../../src/assessment/assessment.ts';
import { items } from './arbitrary.ts';
import { BASE, readQuestionnaireResponse, readText } from './reading.ts';
import { responseOf } from './response.ts';

/** The sections as a reader sees them: a line for each title, question and answer. */
function outline({ sections }: Pick<Assessment, 'sections'>): readonly string[] {
  return sections.flatMap(({ title, questions }) => [
    `# ${title ?? ''}`,
    ...questions.flatMap(({ text, type, answers }) => [
      `${text} [${type}]`,
      ...answers.map((answer) => `- ${JSON.stringify(answer)}`),
    ]),
  ]);
}

function sectionsOf(item: readonly object[], asked?: readonly object[]): readonly string[] {
  const contained = asked === undefined ? [] : [{ resourceType: 'Questionnaire', id: 'q', item: asked }];
  return outline(readQuestionnaireResponse(responseOf({ item, contained })).assessment);
}

const answered = (linkId: string, ...values: object[]) => ({
  linkId,
  text: linkId.toUpperCase(),
  answer: values,
});
const group = (linkId: string, ...item: object[]) => ({ linkId, text: linkId.toUpperCase(), item });

describe('the sections of a QuestionnaireResponse', () => {
  it('hold every text and every answer unchanged and in order, however they are nested', () => {
    fc.assert(
      fc.property(items, ({ value, facts }) => {
        const { assessment } = readQuestionnaireResponse(responseOf({ item: value }));
        const told = assessment.sections.flatMap(({ title, questions }) => [
          ...(title === undefined ? [] : [{ text: title }]),
          ...questions.flatMap(({ text, answers }) => [{ text }, ...answers.map((answer) => ({ answer }))]),
        ]);
        // A title or a question may stand again where a nested part ended, so what was sent is a part of what is told.
        const rest = [...told];
        for (const fact of facts) {
          const at = rest.findIndex((one) => JSON.stringify(one) === JSON.stringify(fact));
          expect(at, JSON.stringify(fact)).toBeGreaterThanOrEqual(0);
          rest.splice(0, at + 1);
        }
        const answers = (all: readonly object[]) => all.filter((one) => 'answer' in one).length;
        expect(answers(told)).toBe(answers(facts));
      }),
      { numRuns: 500 },
    );
  });

  it('go on with the outer group where a group within it ends', () => {
    const yes = { valueBoolean: true };
    expect(
      sectionsOf([
        answered('a', yes),
        group('g', answered('b', yes), group('h', answered('c', yes)), answered('d', yes)),
        answered('e', yes),
      ]),
    ).toEqual([
      '# ',
      'A [boolean]',
      '- {"value":true}',
      '# G',
      'B [boolean]',
      '- {"value":true}',
      '# H',
      'C [boolean]',
      '- {"value":true}',
      '# G',
      'D [boolean]',
      '- {"value":true}',
      '# ',
      'E [boolean]',
      '- {"value":true}',
    ]);
  });

  it('put what was asked because of an answer behind that answer', () => {
    const swelling = {
      valueCoding: { code: 's', display: 'Turvotus' },
      item: [answered('where', { valueString: 'Nilkka' })],
    };
    const pain = { valueCoding: { code: 'p', display: 'Kipu' } };
    expect(sectionsOf([answered('what', swelling, pain)])).toEqual([
      '# ',
      'WHAT [choice]',
      '- {"code":"s","label":"Turvotus"}',
      'WHERE [text]',
      '- {"value":"Nilkka"}',
      'WHAT [choice]',
      '- {"code":"p","label":"Kipu"}',
    ]);
  });

  it('begin a question again where the type of its answers changes, or the contract takes one only', () => {
    const coded = (code: string) => ({ valueCoding: { code, display: code.toUpperCase() } });
    expect(
      sectionsOf([
        answered('q', coded('x'), coded('y'), { valueString: 'jotain muuta' }, { valueString: 'ja lisää' }),
      ]),
    ).toEqual([
      '# ',
      'Q [choices]',
      '- {"code":"x","label":"X"}',
      '- {"code":"y","label":"Y"}',
      'Q [text]',
      '- {"value":"jotain muuta"}',
      'Q [text]',
      '- {"value":"ja lisää"}',
    ]);
  });

  it('take texts, labels and types from the Questionnaire, and keep its unanswered questions in their places', () => {
    const asked = [
      {
        linkId: 'g',
        text: 'Oireet',
        type: 'group',
        item: [
          { linkId: '1', text: 'Ensimmäinen', type: 'integer' },
          {
            linkId: '2',
            text: 'Toinen',
            type: 'choice',
            repeats: true,
            answerOption: [{ valueCoding: { code: 'x', display: 'Äx' } }],
          },
          { linkId: '3', text: 'Kolmas', type: 'string' },
        ],
      },
      { linkId: 'note', text: 'Vain tekstiä', type: 'display' },
      {
        linkId: 'h',
        text: 'Tausta',
        type: 'group',
        item: [{ linkId: '4', text: 'Neljäs', type: 'boolean' }],
      },
    ];
    const item = [
      {
        linkId: 'g',
        item: [
          { linkId: '2', answer: [{ valueCoding: { code: 'x' } }] },
          { linkId: 'own', text: 'Ei lomakkeella', answer: [{ valueBoolean: false }] },
          { linkId: '3', text: 'Kolmas, toisin sanoin', answer: [{ valueString: 'v' }] },
        ],
      },
    ];
    expect(sectionsOf(item, asked)).toEqual([
      '# Oireet',
      'Ensimmäinen [integer]',
      'Toinen [choices]',
      '- {"code":"x","label":"Äx"}',
      'Ei lomakkeella [boolean]',
      '- {"value":false}',
      'Kolmas, toisin sanoin [string]',
      '- {"value":"v"}',
      '# Tausta',
      'Neljäs [boolean]',
    ]);
  });

  it('take the texts of a Questionnaire in the language of filling', () => {
    const translated = (content: string) => ({
      extension: [
        {
          url: 'http://hl7.org/fhir/StructureDefinition/translation',
          extension: [
            { url: 'lang', valueCode: 'sv' },
            { url: 'content', valueString: content },
          ],
        },
      ],
    });
    const asked = { linkId: '1', text: 'Kipu?', _text: translated('Smärta?'), type: 'boolean' };
    const contained = [
      { resourceType: 'Questionnaire', id: 'q', title: 'Kysely', _title: translated('Enkät'), item: [asked] },
    ];
    const { assessment } = readQuestionnaireResponse(responseOf({ language: 'sv-FI', contained }));
    expect(outline(assessment)).toEqual(['# ', 'Smärta? [boolean]']);
    expect(assessment.kind.title).toBe('Enkät');
  });

  it('split a title of several lines, so that none is lost', () => {
    expect(
      sectionsOf([{ ...group('g', answered('q', { valueInteger: 1 })), text: 'Yksi\n\nKaksi' }]),
    ).toEqual(['# Yksi', '# Kaksi', 'Q [integer]', '- {"value":1}']);
  });
});

describe('an answer', () => {
  it.each([
    ['valueDecimal', '37.0', [{ value: 37, display: '37.0' }]],
    [
      'valueDecimal',
      '0.1234567890123456789',
      [{ value: 0.12345678901234568, display: '0.1234567890123456789' }],
    ],
    ['valueDecimal', '37.5', [{ value: 37.5 }]],
    ['valueQuantity', '{"value":1.50,"unit":"kg"}', [{ value: 1.5, unit: 'kg', display: '1.50 kg' }]],
    ['valueDecimal', '12345678901234567890', [{ value: '12345678901234567890' }]],
  ])('keeps a number as it was written: %s %s', (name, written, answers) => {
    const text = JSON.stringify(responseOf({ item: [answered('q', { [name]: '?' })] })).replace(
      '"?"',
      written,
    );
    const { assessment } = readText(text);
    expect(assessment.sections[0]?.questions[0]?.answers).toEqual(answers);
  });

  it.each<[string, object, object, string]>([
    [
      'shows what the citizen saw',
      {
        valueBoolean: true,
        extension: [{ url: `${BASE}/StructureDefinition/answer-display`, valueString: 'Kyllä, eilen' }],
      },
      { value: true, display: 'Kyllä, eilen' },
      'boolean',
    ],
    [
      'with a comparator shows it',
      {
        valueQuantity: {
          value: 5,
          comparator: '<',
          unit: 'mg',
          system: 'http://unitsofmeasure.org',
          code: 'mg',
        },
      },
      { value: 5, unit: 'mg', code: 'mg', display: '< 5 mg' },
      'quantity',
    ],
    [
      'in a unit of another system leaves its code out',
      { valueQuantity: { value: 5, unit: 'tablettia', system: 'https://x.example', code: 'tbl' } },
      { value: 5, unit: 'tablettia' },
      'quantity',
    ],
    ['without a unit is a number', { valueQuantity: { value: 5 } }, { value: 5 }, 'decimal'],
    ['of a month is a date', { valueDateTime: '2026-03' }, { value: '2026-03' }, 'date'],
    [
      'of a time with fractions is carried as written',
      { valueTime: '05:30:00.5' },
      { value: '05:30:00.5' },
      'text',
    ],
    [
      'too large for the contract is carried as text',
      { valueDecimal: 2e15 },
      { value: '2000000000000000' },
      'text',
    ],
    [
      'without a label shows its code',
      { valueCoding: { system: 'urn:oid:1.2', code: 'x' } },
      { code: 'x', system: 'urn:oid:1.2', label: 'x' },
      'choice',
    ],
    [
      'that refers shows what is read and what is meant',
      { valueReference: { reference: 'Patient/1', display: 'Äiti' } },
      { value: 'Äiti (Patient/1)' },
      'text',
    ],
    [
      'that is a file keeps type, title and content',
      {
        valueAttachment: {
          contentType: 'text/plain; charset=utf-8',
          data: 'dGV4dA==',
          url: 'https://x.example/1',
          size: 4,
        },
      },
      {
        contentType: 'text/plain',
        title: 'https://x.example/1',
        data: 'dGV4dA==',
        url: 'https://x.example/1',
        size: 4,
      },
      'attachment',
    ],
  ])('%s', (_, sent, answer, type) => {
    const { assessment } = readQuestionnaireResponse(responseOf({ item: [answered('q', sent)] }));
    expect(assessment.sections[0]?.questions).toEqual([{ id: 'q', text: 'Q', type, answers: [answer] }]);
  });

  it.each<[string, object]>([
    ['without a value', {}],
    ['with two values', { valueString: 'a', valueInteger: 1 }],
    ['of a type that answers do not have', { valueMoney: { value: 1 } }],
    ['under the name of a function', { valueOf: 1 }],
    ['of the wrong JSON type', { valueBoolean: 'yes' }],
    ['under a misspelt name', { value: 'yes' }],
    ['that is a coding without anything', { valueCoding: {} }],
  ])('%s is refused at its place', (_, sent) => {
    expect(() => sectionsOf([group('g', answered('q', sent))])).toThrow(
      expect.objectContaining({
        code: 'resource-invalid',
        details: [
          expect.objectContaining({
            at: expect.stringMatching(/^QuestionnaireResponse\.item\[0\]\.item\[0\]\.answer\[0\]/),
          }),
        ],
      }),
    );
  });
});
