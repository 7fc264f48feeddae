import { text, values } from '../json.ts';
import { refusal } from '../outcome.ts';
import { coded, noteWithin, required, subjectOf, type Write } from './checks.ts';

const LONGEST_NOTE = 450;

/** Condition.Create (Problems): only provisional problems, else 422 with 59012. */
export const writeCondition: Write = (store, body, id, now) => {
  const patient = subjectOf(store, body);
  coded(body, 'code');
  required(body, 'verificationStatus.coding.code');
  const provisional = values(body, 'verificationStatus.coding').every(
    (each) => text(each, 'code') === 'provisional',
  );
  if (!provisional) throw refusal(422, 59012, undefined, 'verificationStatus');
  noteWithin(body, LONGEST_NOTE);
  const subject = { reference: `Patient/${patient.id}` };
  return { resource: { ...body, resourceType: 'Condition', id, subject, recordedDate: now.toISOString() } };
};
