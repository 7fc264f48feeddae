import { randomUUID } from 'node:crypto';
import { type Json, text } from './json.ts';
import { newId } from './resource.ts';
import type { Store } from './store.ts';

/** Identifier system of assignments of questionnaires. */
const ASSIGNMENT = 'urn:omaolo-apotti-bridge:twin:assignment';

/**
 * Assigns a questionnaire to a patient, as staff would: keeps the Questionnaire and a CarePlan "Questionnaires Due".
 * Gives the identifier that an answer must have as its subject. How Epic words such a CarePlan is not published; the
 * twin names the questionnaire in `activity.detail.instantiatesCanonical`.
 */
export function assign(store: Store, patientId: string, questionnaire: Json) {
  const id = text(questionnaire, 'id') ?? newId();
  const identifier = { system: ASSIGNMENT, value: randomUUID() };
  const carePlan = {
    resourceType: 'CarePlan',
    id: newId(),
    identifier: [identifier],
    status: 'active',
    intent: 'plan',
    category: [{ text: 'Questionnaires Due' }],
    subject: { reference: `Patient/${patientId}` },
    activity: [{ detail: { status: 'not-started', instantiatesCanonical: [`Questionnaire/${id}`] } }],
  };
  store.put({ ...questionnaire, resourceType: 'Questionnaire', id }, carePlan);
  return { questionnaire: `Questionnaire/${id}`, identifier, carePlan: carePlan.id };
}
