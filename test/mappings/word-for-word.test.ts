import type { QuestionnaireResponse, QuestionnaireResponseItemAnswer } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Assessment, Language, Question } from '../../src/assessment/assessment.ts';
import { contract, errorsOf, mapped, noteOf, resources, sample, samples } from './live.ts';
import { questions } from './questions.ts';

const WORDS: Readonly<Record<Language, readonly [yes: string, no: string]>> = {
  fi: ['Kyllä', 'Ei'],
  sv: ['Ja', 'Nej'],
  en: ['Yes', 'No'],
};

/** What a reader of the note must see of each answer. */
function shown(question: Question, language: Language): string[] {
  switch (question.type) {
    case 'boolean':
      return question.answers.map(({ value, display }) => display ?? WORDS[language][value ? 0 : 1]);
    case 'quantity':
      return question.answers.map(({ value, unit, display }) => display ?? `${value} ${unit}`);
    case 'choice':
    case 'choices':
      return question.answers.map(({ label }) => label);
    case 'attachment':
      return question.answers.map(({ title, contentType, url }) =>
        url === undefined ? `${title} (${contentType})` : `${title} (${contentType})\n${url}`,
      );
    case 'string':
    case 'text':
      return question.answers.map(({ value }) => value);
    default:
      return question.answers.map(({ value, display }) => display ?? String(value));
  }
}

/** The sections as the note must hold them, put together without the mapping. */
function history({ sections, language }: Assessment): string {
  return sections
    .map(({ title, questions: asked }) => {
      const lines = asked.flatMap((question) => {
        const answers = shown(question, language);
        return [
          question.text,
          ...(answers.length > 0 ? answers : ['Ei vastattu']).map((answer) => `- ${answer}`),
        ];
      });
      return ['', ...(title === undefined ? [] : [title]), ...lines].join('\n');
    })
    .join('\n');
}

/** An answer as the source tells it, from its FHIR form. */
function told(answer: QuestionnaireResponseItemAnswer): unknown {
  const display = answer.extension?.[0]?.valueString;
  const plain =
    answer.valueBoolean ??
    answer.valueInteger ??
    answer.valueDecimal ??
    answer.valueDate ??
    answer.valueTime ??
    answer.valueDateTime ??
    answer.valueString;
  const { valueQuantity: quantity, valueCoding: coding, valueAttachment: attachment } = answer;
  const value = plain ?? quantity?.value;
  return JSON.parse(
    JSON.stringify({
      ...(value === undefined ? {} : { value }),
      ...(quantity && { unit: quantity.unit, code: quantity.code }),
      ...(coding && { code: coding.code, system: coding.system, label: coding.display }),
      ...attachment,
      display,
    }),
  );
}

function sectionsOf(response: QuestionnaireResponse | undefined): unknown {
  return (response?.item ?? []).map(({ linkId, text, item = [] }) => ({
    id: linkId,
    ...(text === undefined ? {} : { title: text }),
    questions: item.map(({ linkId: id, text: asked, answer = [] }) => ({
      id,
      text: asked,
      answers: answer.map(told),
    })),
  }));
}

function asSent({ sections }: Assessment): unknown {
  return sections.map((section) => ({
    id: section.id,
    ...(section.title === undefined ? {} : { title: section.title }),
    questions: section.questions.map(({ id, text, answers }) => ({ id, text, answers })),
  }));
}

describe.each(samples)('of the sample $name', ({ assessment }) => {
  const bundle = mapped(assessment);

  test('every question and answer is in the note, word for word and in order', () => {
    expect(noteOf(bundle)).toContain(`ESITIEDOT\n${history(assessment)}\n`);
  });

  test('every question and answer is in the questionnaire response, with its type', () => {
    expect(sectionsOf(resources(bundle, 'QuestionnaireResponse')[0])).toEqual(asSent(assessment));
  });

  test('every other text that Omaolo sent is in the note', () => {
    const { result, summary, urgency, bookingRight, consent, measurements = [] } = assessment;
    const texts = [
      ...[result?.recommendation, result?.local, summary, urgency?.changed?.by, urgency?.changed?.reason],
      ...[bookingRight?.text, bookingRight?.service.label, consent.text],
      ...measurements.map(({ label, value, unit, display }) => `${label}: ${display ?? `${value} ${unit}`}`),
    ];
    const note = noteOf(bundle);
    for (const text of texts) if (text !== undefined) expect(note).toContain(text);
  });
});

test('whatever is asked and answered arrives unchanged, in valid resources', () => {
  fc.assert(
    fc.property(questions, fc.constantFrom<Language>('fi', 'sv', 'en'), (asked, language) => {
      const sections = [{ id: 's', title: 'Section', questions: asked }];
      const assessment = contract.assessment({ ...sample('uti-fi'), language, sections });
      const bundle = mapped(assessment);
      expect(noteOf(bundle)).toContain(`ESITIEDOT\n${history(assessment)}\n`);
      expect(sectionsOf(resources(bundle, 'QuestionnaireResponse')[0])).toEqual(asSent(assessment));
      expect(errorsOf(bundle)).toEqual([]);
    }),
  );
});
