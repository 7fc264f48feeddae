import { isJson, type Json, objects, text } from '../record/json.ts';
import type { AnswerType, MappedQuestion, QuestionMap } from './question-map.ts';

/** Items for the record system's questionnaire, or why there are none, in plain words without any answer. */
export type ConvertedAnswers =
  | { readonly ok: true; readonly items: readonly Json[] }
  | { readonly ok: false; readonly why: string };

/**
 * The answers of a canonical QuestionnaireResponse as a map of questions turns them, in the map's order. Questions that
 * the map does not name are left out; where one that it does name cannot be turned, none is sent, since half a form
 * would pass for the whole.
 */
export function convertedAnswers(response: Json, map: QuestionMap): ConvertedAnswers {
  const given = answersByQuestion(response);
  const items: Json[] = [];
  for (const [question, mapped] of Object.entries(map.answers)) {
    const answers = given.get(question) ?? [];
    const converted = answers.flatMap((answer) => convert(answer, mapped) ?? []);
    if (converted.length < answers.length) {
      return { ok: false, why: `${map.at(question)}: the answer cannot be sent as ${mapped.as}` };
    }
    if (converted.length > 0) items.push({ linkId: mapped.linkId, answer: converted });
  }
  return items.length > 0 ? { ok: true, items } : { ok: false, why: 'no question of the map was answered' };
}

function answersByQuestion(parent: Json): ReadonlyMap<string, readonly Json[]> {
  const found = new Map<string, readonly Json[]>();
  const walk = (each: Json): void => {
    for (const item of objects(each['item'])) {
      const id = text(item, 'linkId') ?? '';
      const answers = objects(item['answer']);
      found.set(id, [...(found.get(id) ?? []), ...answers]);
      walk(item);
      for (const answer of answers) walk(answer);
    }
  };
  walk(parent);
  return found;
}

/** Members that each type of answer may be made of; whole numbers are sent as decimals. */
const sources: Readonly<Record<AnswerType, readonly string[]>> = {
  decimal: ['valueDecimal', 'valueInteger'],
  quantity: ['valueQuantity'],
  date: ['valueDate'],
  time: ['valueTime'],
  boolean: ['valueBoolean'],
  string: ['valueString', 'valueDate', 'valueTime', 'valueDateTime'],
};

function convert(answer: Json, mapped: MappedQuestion): Json | undefined {
  const direct = sources[mapped.as].find((name) => answer[name] !== undefined);
  const value = direct === undefined ? textFor(answer, mapped) : answer[direct];
  return value === undefined ? undefined : { [memberOf[mapped.as]]: value };
}

const memberOf: Readonly<Record<AnswerType, string>> = {
  decimal: 'valueDecimal',
  quantity: 'valueQuantity',
  date: 'valueDate',
  time: 'valueTime',
  boolean: 'valueBoolean',
  string: 'valueString',
};

/** The text for what is none by itself. */
function textFor(answer: Json, { as, choice, values }: MappedQuestion): string | undefined {
  if (as !== 'string') return undefined;
  const coding = answer['valueCoding'];
  const plain = answer['valueBoolean'] ?? answer['valueInteger'] ?? answer['valueDecimal'];
  const code = isJson(coding) ? text(coding, 'code') : plain === undefined ? undefined : String(plain);
  if (code === undefined) return undefined;
  if (values !== undefined && Object.hasOwn(values, code)) return values[code];
  if (values !== undefined && choice === undefined) return undefined;
  if (isJson(coding)) return choice === 'code' ? code : text(coding, 'display');
  return displayOf(answer) ?? (typeof plain === 'number' ? code : undefined);
}

/** What the citizen saw or wrote, where that differs from the bare value. */
function displayOf(answer: Json): string | undefined {
  const display = objects(answer['extension']).find((each) => text(each, 'url')?.endsWith('/answer-display'));
  return text(display, 'valueString');
}
