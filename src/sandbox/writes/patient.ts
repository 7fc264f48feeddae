import { HETU, isHetu } from '../hetu.ts';
import { text, values } from '../json.ts';
import { refusal } from '../outcome.ts';
import { visiblePatients } from '../patients.ts';
import { required, type Write } from './checks.ts';

/**
 * Patient.Create: match or create. It needs a personal identity code (else 59108), a name and a date of birth; one
 * match is answered as if it had been created, several are refused.
 */
export const writePatient: Write = (store, body, id) => {
  const hetu = values(body, 'identifier').find((each) => text(each, 'system') === HETU);
  const value = text(hetu, 'value');
  if (value === undefined) throw refusal(400, 59108, 'The personal identity code is missing.', 'identifier');
  if (!isHetu(value)) throw refusal(400, 59102, 'The personal identity code is not valid.', 'identifier');
  required(body, 'name.family');
  required(body, 'birthDate');
  const known = visiblePatients(store, [...store.patientsByIdentifier(value)]);
  const [match] = known.found;
  if (known.found.length > 1)
    throw refusal(400, 59141, 'Several records have this identifier.', 'identifier');
  if (match !== undefined) return { resource: match.resource, status: 200 };
  if (known.remarks.length > 0) throw refusal(403, 4131);
  return { resource: { ...body, resourceType: 'Patient', id } };
};
