import type { Bundle, QuestionnaireResponse, QuestionnaireResponseItemAnswer } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Assessment, Language, Question } from '../../src/assessment/assessment.ts';
import { loadMappings, type Mappings } from '../../src/mapping/mappings.ts';
import { arrivals, at, leaves } from './arrival.ts';
import {
  contract,
  definitions,
  errorsOf,
  mapped,
  mappings,
  noteOf,
  resources,
  sample,
  samples,
  sourceSchema,
} from './live.ts';
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

/** The one recipient whose notes have Swedish headings, as layouts.yaml has it, and those who see the evaluation first. */
const SWEDISH = '1.2.246.10.99999999.30.0';
const EVALUATION_FIRST = ['1.2.246.10.99999999.10.21', '1.2.246.10.99999999.30.17'];

/** The sections as the note must hold them, put together without the mapping. */
function history({ sections, language, recipient }: Assessment): string {
  const swedish = recipient.organisation.oid === SWEDISH;
  const unanswered = swedish ? 'Inte besvarad' : 'Ei vastattu';
  const [first = '', ...more] = sections.map(({ title, questions: asked }) => {
    const lines = asked.flatMap((question) => {
      const answers = shown(question, language);
      return [question.text, ...(answers.length > 0 ? answers : [unanswered]).map((answer) => `- ${answer}`)];
    });
    return ['', ...(title === undefined ? [] : [title]), ...lines].join('\n');
  });
  if (sections.length === 0) return '';
  return [`${swedish ? 'FÖRHANDSUPPGIFTER' : 'ESITIEDOT'}\n${first}`, ...more, ''].join('\n');
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
    expect(noteOf(bundle)).toContain(history(assessment));
  });

  test('its sections are as long as is said beside the note', () => {
    const text = noteOf(bundle);
    const cut = sectionsOfNote(bundle);
    expect(cut.join('\n')).toBe(text);
    expect(cut.slice(1).every((section) => section.startsWith('\n'))).toBe(true);
    expect(cut.length).toBeGreaterThan(2);
  });

  test('every question and answer is in the questionnaire response, with its type', () => {
    expect(sectionsOf(resources(bundle, 'QuestionnaireResponse')[0])).toEqual(asSent(assessment));
  });

  test('every other text that Omaolo sent is in the note', () => {
    const { result, summary, urgency, bookingRight, consent, measurements = [] } = assessment;
    const { bloodPressure, coaching } = assessment;
    const pressures = [...(bloodPressure?.readings ?? []), ...(bloodPressure?.averages ?? [])];
    const texts = [
      ...[result?.recommendation, result?.local, summary, urgency?.changed?.by, urgency?.changed?.reason],
      ...[bookingRight?.text, bookingRight?.service.label, consent.text],
      ...[result?.minimumCriteria?.text, coaching?.title, coaching?.started, coaching?.ended],
      ...(coaching?.events ?? []).flatMap(({ time, type, text }) => [`${time}: ${type.label}`, text]),
      ...(bloodPressure?.readings ?? []).map(({ time, display }) => `${time}: ${display ?? ''}`),
      ...(bloodPressure?.averages ?? []).map(({ label }) => label),
      ...pressures
        .filter((each) => !('display' in each))
        .map(({ systolic, diastolic }) => `${systolic}/${diastolic} mmHg`),
      ...measurements.map(({ label, value, unit, display }) => `${label}: ${display ?? `${value} ${unit}`}`),
    ];
    const note = noteOf(bundle);
    for (const text of texts) if (text !== undefined) expect(note).toContain(text);
  });
});

/** The note, cut where it may be parted. */
function sectionsOfNote(bundle: Bundle): string[] {
  const [note] = resources(bundle, 'DocumentReference');
  let text = noteOf(bundle);
  return (note?.content[0]?.attachment.extension ?? []).map(({ valueInteger = 0 }) => {
    const section = text.slice(0, valueInteger);
    text = text.slice(valueInteger + 1);
    return section;
  });
}

describe('whose note has the evaluation first', () => {
  const evaluated = samples.filter(({ assessment }) => assessment.result && assessment.sections.length > 0);

  test.each(evaluated)('$name', ({ assessment }) => {
    const text = noteOf(mapped(assessment));
    const at = Math.max(text.indexOf('\nOMAOLON ARVIO\n'), text.indexOf('\nOMAOLOS BEDÖMNING\n'));
    const isFirst = EVALUATION_FIRST.includes(assessment.recipient.unit?.oid ?? '');
    expect(at).toBeGreaterThan(0);
    expect(at < text.indexOf(history(assessment))).toBe(isFirst);
  });
});

const places = fc.constantFrom(
  { organisation: { oid: SWEDISH } },
  ...EVALUATION_FIRST.map((oid) => ({ organisation: { oid: '1.2.246.10.1' }, unit: { oid } })),
);
const kinds = fc.constantFrom(...mappings.kinds.map(({ id }) => id), 'unknown');

test('whatever is asked and answered arrives unchanged, in valid resources, in every kind and layout', () => {
  fc.assert(
    fc.property(
      questions,
      fc.constantFrom<Language>('fi', 'sv', 'en'),
      kinds,
      places,
      (asked, language, id, recipient) => {
        const sections = [{ id: 's', title: 'Section', questions: asked }];
        const kind = { id, version: '1' };
        const assessment = contract.assessment({ ...sample('uti-fi'), kind, recipient, language, sections });
        const bundle = mapped(assessment);
        expect(noteOf(bundle)).toContain(history(assessment));
        expect(sectionsOfNote(bundle).join('\n')).toBe(noteOf(bundle));
        expect(sectionsOf(resources(bundle, 'QuestionnaireResponse')[0])).toEqual(asSent(assessment));
        expect(errorsOf(bundle)).toEqual([]);
      },
    ),
  );
});

/** Values that no element of the bundle holds as they are, and why. */
const notInElements: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/\/questions\/\d+\/type$/, 'says which type the answers have'],
  [/\/visited$/, 'no member of the contract: a sample shows that such are passed over'],
];

/** Values that the note does not hold as they are, and why. */
const notInNote: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/\/(?:id|type|code|system|unitCode)$/, 'for machines; bundle and label hold what they mean'],
  [/^\/client\/(?:hetu|names|birthDate|temporaryId)\b/, 'the note stands in the record of this client'],
  [/^\/filledBy\/person\/hetu$/, 'an identity code stands in no text'],
  [/^\/(?:language|filledBy\/role|consent\/given|trial|result\/minimumCriteria\/met)$/, 'told in words'],
  [/\/(?:data|size)$/, 'the content of an attachment is no text'],
  [/^\/bookingRight\/unit\/oid$/, 'the appointment has it; the note has the name of the unit'],
  [/\/visited$|^\/(?:client\/nickname|clientVersion|experiments)\b/, 'no member of the contract'],
];

/** Under non-disclosure the note tells nothing of where the client can be found. */
const secret =
  /^\/(?:(?:client|filledBy\/person)\/contact|client\/(?:municipality|nonDisclosure)|recipient\/(?:unit|queue)|bookingRight\/unit)\b/;

/** What stands in the note in place of a value: the words that were shown for it. */
function shownInstead(pointer: string, assessment: Assessment): string | undefined {
  const [, holder = '', member = ''] = /^(.*)\/(\w+)$/.exec(pointer) ?? [];
  if (!['value', 'unit', 'systolic', 'diastolic', 'pulse'].includes(member)) return undefined;
  return at(assessment, `${holder}/display`) === undefined ? undefined : `${holder}/display`;
}

/** What does not arrive in the note, neither as it is nor by what was shown for it. */
function missingFromNote(assessment: Assessment, using: Mappings): string[] {
  const { inNote, words } = arrivals(assessment, using);
  return leaves(assessment).flatMap(([pointer, value]) => {
    if (inNote.has(pointer) || notInNote.some(([pattern]) => pattern.test(pointer))) return [];
    if (assessment.client.nonDisclosure === true && secret.test(pointer)) return [];
    const shown = shownInstead(pointer, assessment);
    if (shown !== undefined) return inNote.has(shown) ? [] : [pointer];
    const said = WORDS[assessment.language][value === true ? 0 : 1];
    return typeof value === 'boolean' && words.get(pointer)?.includes(said) ? [] : [pointer];
  });
}

/** What of the sections no element of the bundle holds. */
function missingFromElements(assessment: Assessment, using: Mappings): string[] {
  const { inElements } = arrivals(assessment, using);
  return leaves(assessment)
    .map(([pointer]) => pointer)
    .filter((pointer) => pointer.startsWith('/sections/') && !inElements.has(pointer))
    .filter((pointer) => !notInElements.some(([pattern]) => pattern.test(pointer)));
}

describe.each(samples)('each value of the sample $name', ({ assessment }) => {
  test('that was asked or answered is an element of the bundle, unchanged', () => {
    expect(missingFromElements(assessment, mappings)).toEqual([]);
  });

  test('is in the note, unchanged, or what the citizen saw of it', () => {
    expect(missingFromNote(assessment, mappings)).toEqual([]);
  });
});

/** The shipped mappings with a mistake in one of their files. */
function withMistake(path: string, from: string, to: string): Mappings {
  const { name, files } = mappings.folder;
  const text = files.get(path) ?? '';
  expect(text).toContain(from);
  const folder = { name, files: new Map([...files, [path, text.replaceAll(from, to)]]) };
  return loadMappings({ folder, definitions, sourceSchema });
}

describe('the proof notices', () => {
  const uti = sample('uti-fi');

  test('a template that drops the answers of a type', () => {
    const using = withMistake(
      'shared/answer.yaml',
      'text: { valueString: "{{ %answer.value }}" }',
      'text: { id: lost }',
    );
    expect(missingFromElements(uti, using)).toContain('/sections/1/questions/2/answers/0/value');
  });

  test('a note that leaves out one question', () => {
    const using = withMistake(
      'shared/note/history.yaml',
      '"{{ %q.text }}"',
      '"{{ iif(%qIndex != 1, %q.text) }}"',
    );
    expect(missingFromNote(uti, using)).toEqual([
      '/sections/0/questions/1/text',
      '/sections/1/questions/1/text',
    ]);
  });

  test('a note that cuts answers', () => {
    const using = withMistake('shared/note/answer.yaml', '%answer.label', '%answer.label.substring(0, 16)');
    expect(missingFromNote(uti, using)).toContain('/sections/0/questions/1/answers/0/label');
  });

  test('a note that says no for yes', () => {
    const using = withMistake('shared/note/answer.yaml', '"%answer.value = true"', '"%answer.value = false"');
    expect(missingFromNote(uti, using)).toEqual(['/sections/0/questions/3/answers/0/value']);
  });

  test('a text that is right but of another answer', () => {
    const using = withMistake(
      'shared/answer.yaml',
      'valueString: "{{ %answer.value }}"',
      'valueString: "{{ summary }}"',
    );
    expect(missingFromElements(uti, using)).toContain('/sections/0/questions/2/answers/0/value');
  });
});
