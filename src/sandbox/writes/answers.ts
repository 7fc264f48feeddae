import { isRecord, text, values } from '../json.ts';
import { refusal } from '../outcome.ts';
import type { Stored } from '../resource.ts';
import type { Store } from '../store.ts';
import { oneOf, required, type Write } from './checks.ts';

/** Answers that Epic takes; whole numbers must be sent as decimals. */
const ALLOWED = new Set([
  'valueDecimal',
  'valueString',
  'valueQuantity',
  'valueDate',
  'valueTime',
  'valueBoolean',
]);

/**
 * QuestionnaireResponse.Create (Patient-Entered Questionnaires): only for a questionnaire that was assigned; `subject`
 * is the assignment's identifier, not the patient. An answer of another kind is refused with 422 and 59159.
 */
export const writeAnswers: Write = (store, body, id, now) => {
  oneOf(body, 'status', ['completed']);
  const questionnaireId = required(body, 'questionnaire').split('/').at(-1)?.split('|')[0] ?? '';
  const value = required(body, 'subject.identifier.value');
  const assignment = openAssignment(store, value, questionnaireId);
  if (assignment === undefined) {
    throw refusal(400, 59144, 'No such questionnaire is assigned under this identifier.', 'subject');
  }
  const questionnaire = store.get('Questionnaire', questionnaireId)?.resource;
  checkItems(body, questionTypes(questionnaire));
  const subject = { reference: text(assignment, 'subject.reference') };
  const resource = {
    ...body,
    resourceType: 'QuestionnaireResponse',
    id,
    subject,
    authored: now.toISOString(),
  };
  return { resource, also: [{ ...assignment, ...{ status: 'completed' } }] };
};

function openAssignment(store: Store, value: string, questionnaireId: string): Stored | undefined {
  for (const { resource } of store.all('CarePlan')) {
    const matches =
      text(resource, 'status') === 'active' &&
      values(resource, 'identifier.value').includes(value) &&
      values(resource, 'activity.detail.instantiatesCanonical').includes(`Questionnaire/${questionnaireId}`);
    if (matches) return resource;
  }
  return undefined;
}

/** The type of each question, by linkId. */
function questionTypes(item: unknown): Map<string, string | undefined> {
  const own = values(item, 'item');
  return new Map([
    ...own.map((each) => [text(each, 'linkId') ?? '', text(each, 'type')] as const),
    ...own.flatMap((each) => [...questionTypes(each)]),
  ]);
}

/** The kind of answer that a question of a type takes, where it says its type. */
const kindOf: Readonly<Record<string, string>> = {
  boolean: 'valueBoolean',
  decimal: 'valueDecimal',
  integer: 'valueDecimal',
  date: 'valueDate',
  time: 'valueTime',
  string: 'valueString',
  text: 'valueString',
  choice: 'valueString',
  quantity: 'valueQuantity',
};

function checkItems(parent: unknown, known: Map<string, string | undefined>): void {
  for (const item of values(parent, 'item')) {
    const linkId = text(item, 'linkId') ?? '';
    if (!known.has(linkId)) throw refusal(422, 59159, 'A linkId is not in the questionnaire.', 'item');
    const wanted = kindOf[known.get(linkId) ?? ''];
    for (const answer of values(item, 'answer')) {
      const kinds = isRecord(answer) ? Object.keys(answer).filter((key) => key.startsWith('value')) : [];
      const [kind = ''] = kinds;
      if (kinds.length !== 1 || !ALLOWED.has(kind) || (wanted !== undefined && kind !== wanted)) {
        throw refusal(422, 59159, 'An answer is of a kind that is not taken.', 'item.answer');
      }
      checkItems(answer, known);
    }
    checkItems(item, known);
  }
}
