import { values } from '../json.ts';
import { refusal } from '../outcome.ts';
import { encounterOf, required, subjectOf, type Write } from './checks.ts';

/** Communication.Create (Community Resource): needs an encounter of the patient and something said. */
export const writeCommunication: Write = (store, body, id, now) => {
  required(body, 'status');
  const patient = subjectOf(store, body);
  const encounter = encounterOf(store, body, 'encounter', patient);
  if (values(body, 'payload.contentString').length === 0) {
    throw refusal(400, 59108, 'payload.contentString is missing.', 'payload');
  }
  const subject = { reference: `Patient/${patient.id}` };
  const resource = { ...body, resourceType: 'Communication', id, subject, sent: now.toISOString() };
  return { resource: { ...resource, encounter: { reference: `Encounter/${encounter.id}` } } };
};
