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
  checkItems(body, linkIds(questionnaire));
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

function linkIds(item: unknown): string[] {
  return values(item, 'item').flatMap((each) => [text(each, 'linkId') ?? '', ...linkIds(each)]);
}

function checkItems(parent: unknown, known: string[]): void {
  for (const item of values(parent, 'item')) {
    const linkId = text(item, 'linkId') ?? '';
    if (!known.includes(linkId)) throw refusal(422, 59159, 'A linkId is not in the questionnaire.', 'item');
    for (const answer of values(item, 'answer')) {
      const kinds = isRecord(answer) ? Object.keys(answer).filter((key) => key.startsWith('value')) : [];
      if (kinds.length !== 1 || !kinds.every((kind) => ALLOWED.has(kind))) {
        throw refusal(422, 59159, 'An answer is of a kind that is not taken.', 'item.answer');
      }
      checkItems(answer, known);
    }
    checkItems(item, known);
  }
}
