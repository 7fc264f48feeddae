import type { NewResource } from '../record/client.ts';
import { fingerprint } from '../record/fingerprint.ts';
import type { Json } from '../record/json.ts';
import { searchFor } from './create-step.ts';
import type { QuestionMap } from './question-map.ts';
import type { AnswersResource } from './route.ts';
import type { PlannedStep } from './step.ts';

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
  return {
    name,
    digest,
    encounter: 'none',
    assignment: (patient) => ({
      parameters: searchFor(answered, how.assignment.parameters, { patient }, 0),
      at: how.assignment.questionnaire,
      questionnaire: map.questionnaire,
    }),
    send: (record, { assignment }, correlation) =>
      record.create({ ...answered, subject: { identifier: assignment } }, correlation),
    find: (record, sent, correlation) => {
      const parameters = searchFor(answered, how['look-up'].parameters, sent.target, sent.since);
      const wish = {
        type: 'QuestionnaireResponse',
        parameters,
        compared: 'answers',
        digest: sent.digest,
      } as const;
      return record.findWritten(wish, correlation);
    },
  };
}
