import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { convertedAnswers } from '../../src/delivery/answers.ts';
import { loadQuestionMaps, type MappedQuestion, questionMapOf } from '../../src/delivery/question-map.ts';
import { loadRoute } from '../../src/delivery/route.ts';
import { BridgeError } from '../../src/errors.ts';
import { values } from '../../src/sandbox/json.ts';
import { temporaryFolder } from '../temporary.ts';
import { assessment, openHouse } from './house.ts';
import { assignCough, rich, richRoute } from './rich.ts';

const answerDisplay = 'https://bridge.example/StructureDefinition/answer-display';

/** One answer of a question, turned as a map says. */
function turned(answer: object, mapped: Omit<MappedQuestion, 'linkId'>) {
  const response = { item: [{ linkId: 's', item: [{ linkId: 'q', answer: [answer] }] }] };
  const answers = { q: { linkId: '7', ...mapped } };
  const map = { kind: 'k', questionnaire: 'Questionnaire/x', answers, at: () => 'map.yaml:4:6' };
  const result = convertedAnswers(response, map);
  return result.ok ? result.items : result.why;
}

describe('an answer for the record system’s own questionnaire', () => {
  it.each<[string, object, Omit<MappedQuestion, 'linkId'>, object]>([
    ['a whole number is a decimal', { valueInteger: 4 }, { as: 'decimal' }, { valueDecimal: 4 }],
    ['a decimal', { valueDecimal: 37.5 }, { as: 'decimal' }, { valueDecimal: 37.5 }],
    ['yes or no', { valueBoolean: false }, { as: 'boolean' }, { valueBoolean: false }],
    ['a date', { valueDate: '2026-03-01' }, { as: 'date' }, { valueDate: '2026-03-01' }],
    ['a time', { valueTime: '08:00:00' }, { as: 'time' }, { valueTime: '08:00:00' }],
    ['a quantity', { valueQuantity: { value: 1 } }, { as: 'quantity' }, { valueQuantity: { value: 1 } }],
    ['a text', { valueString: 'Yskä' }, { as: 'string' }, { valueString: 'Yskä' }],
    ['a date as text', { valueDate: '2026-03' }, { as: 'string' }, { valueString: '2026-03' }],
    ['a number as text', { valueInteger: 4 }, { as: 'string' }, { valueString: '4' }],
    [
      'a number as the citizen wrote it',
      { valueDecimal: 37.5, extension: [{ url: answerDisplay, valueString: '37,50' }] },
      { as: 'string' },
      { valueString: '37,50' },
    ],
    [
      'a choice by what was read',
      { valueCoding: { code: 'no', display: 'En' } },
      { as: 'string' },
      { valueString: 'En' },
    ],
    [
      'a choice by its code',
      { valueCoding: { code: 'no', display: 'En' } },
      { as: 'string', choice: 'code' },
      { valueString: 'no' },
    ],
    [
      'a choice by the map’s own text',
      { valueCoding: { code: 'no', display: 'En' } },
      { as: 'string', values: { no: 'Ei' } },
      { valueString: 'Ei' },
    ],
    [
      'yes or no by the map’s own text',
      { valueBoolean: true },
      { as: 'string', values: { true: 'Kyllä' } },
      { valueString: 'Kyllä' },
    ],
  ])('%s', (_, answer, mapped, expected) => {
    expect(turned(answer, mapped)).toEqual([{ linkId: '7', answer: [expected] }]);
  });

  it.each<[string, object, Omit<MappedQuestion, 'linkId'>]>([
    ['a text as a decimal', { valueString: '4' }, { as: 'decimal' }],
    [
      'a quantity as a decimal, which would lose its unit',
      { valueQuantity: { value: 1 } },
      { as: 'decimal' },
    ],
    ['yes or no as a text of its own', { valueBoolean: true }, { as: 'string' }],
    [
      'a choice for which the map has no text',
      { valueCoding: { code: 'x', display: 'X' } },
      { as: 'string', values: { no: 'Ei' } },
    ],
    ['an attachment', { valueAttachment: { title: 'kuva' } }, { as: 'string' }],
  ])('%s is not made: then nothing is sent, and the place of the map is told', (_, answer, mapped) => {
    expect(turned(answer, mapped)).toBe(`map.yaml:4:6: the answer cannot be sent as ${mapped.as}`);
  });

  it('is of the type that the map says, whatever came', () => {
    const answer = fc.oneof(
      fc.record({ valueInteger: fc.integer() }),
      fc.record({ valueBoolean: fc.boolean() }),
      fc.record({ valueString: fc.string({ minLength: 1 }) }),
      fc.record({ valueCoding: fc.record({ code: fc.string(), display: fc.string() }) }),
    );
    const as = fc.constantFrom('decimal', 'string', 'quantity', 'date', 'time', 'boolean');
    fc.assert(
      fc.property(answer, as, (given, type) => {
        const items = turned(given, { as: type });
        if (typeof items === 'string') return;
        const [sent] = items.flatMap((item) => values(item, 'answer'));
        const member = `value${type.slice(0, 1).toUpperCase()}${type.slice(1)}`;
        expect(Object.keys(sent ?? {})).toEqual([member]);
      }),
    );
  });
});

describe('a map of questions', () => {
  function load(files: Record<string, string>) {
    const folder = temporaryFolder();
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    try {
      return loadQuestionMaps(folder);
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      return error.details.map(({ text, at }) => `${at?.slice(folder.length + 1)} ${text}`);
    }
  }

  it('is refused with the places of all mistakes of all files', () => {
    const a = `kind: cough
questionnaire: Questionnaire/x
answers:
  q1: { linkId: "1", as: decimal, choice: code }
  q2: { linkId: "1", as: string }
`;
    const b = `kind: uti
questionaire: x
questionnaire: Questionnaire/
answers:
  q1: { linkId: "1", as: integer }
`;
    const c = `kind: cough
versions: ["1"]
questionnaire: Questionnaire/y
answers: { q1: { linkId: "1", as: date } }
`;
    expect(load({ 'a.yaml': a, 'b.yaml': b, 'c.yaml': c, 'README.md': 'no map' })).toEqual([
      'a.yaml:4:7 answers.q1: choice and values make texts, so the answer must be sent as string',
      'a.yaml:5:7 answers.q2: q1 has the same linkId',
      'b.yaml:2:1 the file must NOT have additional properties: questionaire',
      'b.yaml:3:16 questionnaire must match pattern "(^|/)[^/|]+(\\|[^/|]+)?$"',
      'b.yaml:5:26 answers.q1.as must be equal to one of the allowed values: decimal, string, quantity, date, time, boolean',
      'c.yaml:1:7 kind cough has a map of these versions already',
    ]);
  });

  it('is for some versions of a kind, or for all', () => {
    const of = (versions: string, id: string) =>
      `kind: cough\n${versions}questionnaire: Questionnaire/${id}\nanswers: { q: { linkId: "1", as: date } }\n`;
    const maps = load({
      '1.yaml': of('versions: ["1"]\n', 'one'),
      '2.yaml': of('versions: ["2", "3"]\n', 'two'),
    });
    const found = (id: string, version: string) =>
      questionMapOf(
        maps.flatMap((each) => (typeof each === 'string' ? [] : [each])),
        { id, version },
      )?.questionnaire;
    expect(found('cough', '1')).toBe('Questionnaire/one');
    expect(found('cough', '3')).toBe('Questionnaire/two');
    expect(found('cough', '4')).toBeUndefined();
    expect(found('uti', '1')).toBeUndefined();
  });

  it('is read and checked with the route that names its folder', () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'maps'), { recursive: true });
    const route = `name: x
patient: { identifiers: [a], search: post-only }
unknown: { settle: PT1S, limit: P1D }
resources:
  QuestionnaireResponse:
    write: answers
    questionnaires: maps
    assignment: { parameters: { patient: "{patient}" }, questionnaire: activity.detail.instantiatesCanonical }
    look-up: { by: search, parameters: { patient: "{patient}" } }
`;
    writeFileSync(join(folder, 'r.yaml'), route);
    const file = join(folder, 'r.yaml');
    const mistakes = () => {
      try {
        return loadRoute(file).questionMaps.length;
      } catch (error) {
        if (!(error instanceof BridgeError)) throw error;
        return error.details.map(({ text, at }) => `${at?.slice(folder.length + 1)} ${text}`);
      }
    };
    expect(mistakes()).toBe(0);
    writeFileSync(
      join(folder, 'maps', 'm.yaml'),
      'kind: cough\nquestionnaire: Questionnaire/x\nanswers: {}\n',
    );
    expect(mistakes()).toEqual(['maps/m.yaml:3:10 answers must NOT have fewer than 1 properties']);
    writeFileSync(file, route.replace('questionnaires: maps', 'questionnaires: nowhere'));
    expect(mistakes()).toEqual(['r.yaml:7:21 the folder of questionnaires is not there']);
  });
});

describe('answers and the note', () => {
  async function delivered(options: { assigned: number; kind?: string }) {
    const house = await openHouse();
    const source = assessment(house.person('encounter'));
    for (let n = 0; n < options.assigned; n += 1) assignCough(house.twin, source.client.hetu ?? '');
    const id = await house.accept(source, { kind: options.kind ?? 'cough' });
    house.deliver({ mappings: () => rich, route: richRoute() });
    const message = await house.until(id, 'delivered');
    const responses = [...house.twin.store.all('QuestionnaireResponse')].map(({ resource }) => resource);
    expect(house.notes()).toHaveLength(3);
    return { house, message, responses, note: message.history.at(-1)?.note };
  }

  it('go both into the record where the questionnaire is assigned, the answers by the assignment and its own ids', async () => {
    const { responses, note, house } = await delivered({ assigned: 1 });
    expect(note).toBeUndefined();
    expect(responses).toMatchObject([
      {
        status: 'completed',
        questionnaire: 'Questionnaire/example-cough',
        item: [
          { linkId: '1', answer: [{ valueDecimal: 4 }] },
          { linkId: '2', answer: [{ valueQuantity: { value: 38.5, unit: '°C', code: 'Cel' } }] },
          { linkId: '3', answer: [{ valueString: 'En tupakoi' }] },
        ],
      },
    ]);
    const plans = [...house.twin.store.all('CarePlan')].map(({ resource }) => values(resource, 'status'));
    expect(plans).toEqual([['completed']]);
  });

  it.each([
    [
      'nobody assigned the questionnaire',
      { assigned: 0 },
      'the answers stay in the note: no questionnaire is assigned',
    ],
    [
      'it is assigned twice',
      { assigned: 2 },
      'the answers stay in the note: the questionnaire is assigned 2 times',
    ],
    [
      'the kind has no map',
      { assigned: 1, kind: 'uti' },
      'the answers stay in the note: no map of questions for uti 1',
    ],
  ])('the note alone is written where %s, and the history says so', async (_, options, said) => {
    const { responses, note } = await delivered(options);
    expect(responses).toEqual([]);
    expect(note).toBe(said);
  });
});
