import type { NewResource } from '../record/client.ts';
import { fingerprint } from '../record/fingerprint.ts';
import type { Json } from '../record/json.ts';
import { searchFor } from './create-step.ts';
import type { QuestionMap } from './question-map.ts';
import type { AnswersResource } from './route.ts';
import { digestBy, type LookUp, type PlannedStep, type Sent } from './step.ts';

/**
 * Answers to a questionnaire that the record system assigned to the patient: the questionnaire and its link ids are the
 * record system's, the subject is the assignment. Undefined where the items hold nothing to find them again by.
 */
export function answersStep(
  name: string,
  response: NewResource,
  items: readonly Json[],
  map: QuestionMap,
  how: AnswersResource,
): PlannedStep | undefined {
  const answered: NewResource = {
    resourceType: 'QuestionnaireResponse',
    status: 'completed',
    questionnaire: map.questionnaire,
    ...(response['authored'] === undefined ? {} : { authored: response['authored'] }),
    item: items,
  };
  const digest = fingerprint(answered, 'answers');
  if (digest === undefined) return undefined;
  const lookUp = foundBy(answered, how);
  return {
    name,
    type: answered.resourceType,
    digest: digestBy(lookUp.by, digest),
    encounter: 'none',
    lookUp,
    assignment: (patient) => ({
      parameters: searchFor(answered, how.assignment.parameters, { patient }, 0),
      at: how.assignment.questionnaire,
      questionnaire: map.questionnaire,
    }),
    send: (record, { assignment }, { correlation, notAfter }) =>
      record.create({ ...answered, subject: { identifier: assignment } }, correlation, { notAfter }),
  };
}

function foundBy(answered: NewResource, { 'look-up': how }: AnswersResource): LookUp {
  if (how.by === 'nothing') return { by: 'nothing' };
  const wish = (sent: Sent) => ({
    type: answered.resourceType,
    parameters: searchFor(answered, how.parameters, sent.target, sent.since),
    compared: 'answers' as const,
    digest: sent.digest,
  });
  return {
    by: 'search',
    find: (record, sent, correlation) => record.findWritten(wish(sent), correlation),
  };
}
