import { text, values } from '../json.ts';
import { refusal } from '../outcome.ts';
import {
  coded,
  encounterOf,
  mustBeOpen,
  noteWithin,
  oneOf,
  required,
  subjectOf,
  type Write,
} from './checks.ts';

const LONGEST_NOTE = 254;

/**
 * Observation.Create (Vitals): final, of the category vital-signs, in an open encounter; a second reading of the same
 * code at the same time in the same encounter is refused with 59189.
 */
export const writeObservation: Write = (store, body, id, now) => {
  oneOf(body, 'status', ['final']);
  const code = coded(body, 'code');
  const vital = values(body, 'category.coding').some((each) => text(each, 'code') === 'vital-signs');
  if (!vital) throw refusal(400, 59102, 'category must be vital-signs.', 'category');
  const effective = required(body, 'effectiveDateTime');
  const readings = [...values(body, 'valueQuantity'), ...values(body, 'component.valueQuantity')];
  if (readings.length === 0) throw refusal(400, 59108, 'The reading is missing.', 'valueQuantity');
  noteWithin(body, LONGEST_NOTE);
  const patient = subjectOf(store, body);
  const encounter = encounterOf(store, body, 'encounter', patient);
  mustBeOpen(encounter, 'encounter');

  const codes = new Set(values(code, 'coding').map(token));
  for (const { resource } of store.ofPatient('Observation', patient.id)) {
    const same =
      resource.id !== id &&
      text(resource, 'encounter.reference') === `Encounter/${encounter.id}` &&
      text(resource, 'effectiveDateTime') === effective &&
      values(resource, 'code.coding').some((coding) => codes.has(token(coding)));
    if (same) throw refusal(400, 59189);
  }
  const resource = {
    ...body,
    resourceType: 'Observation',
    id,
    subject: { reference: `Patient/${patient.id}` },
    encounter: { reference: `Encounter/${encounter.id}` },
    issued: now.toISOString(),
  };
  return { resource };
};

function token(coding: unknown): string {
  return `${text(coding, 'system')}|${text(coding, 'code')}`;
}
