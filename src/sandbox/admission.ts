import type { Encounter, Patient } from '@medplum/fhirtypes';
import { HETU } from './hetu.ts';
import { SITUATIONS } from './patients.ts';
import type { Person } from './population.ts';
import { newId } from './resource.ts';
import type { Store } from './store.ts';

const SECURITY_LABELS = 'https://hl7.fi/fhir/finnish-base-profiles/CodeSystem/fi-base-security-label-cs';
const ENCOUNTER_CLASS = 'http://terminology.hl7.org/CodeSystem/v3-ActCode';

type Kept<R> = R & { id: string };

/**
 * Enters a person into the record system as their situation says: with an encounter or none, restricted, twice,
 * merged or deleted. Gives the ids of what was made; none for somebody unknown.
 */
export function admit(store: Store, person: Person, now: Date): { patient?: string; encounter?: string } {
  const patient = patientOf(person);
  const { situation } = person;
  if (situation === 'unknown') return {};
  if (situation === 'merged') {
    const survivor: Kept<Patient> = { ...patientOf(person), identifier: [recordNumber()] };
    const link: Patient['link'] = [{ type: 'replaced-by', other: { reference: `Patient/${survivor.id}` } }];
    const encounter = encounterOf(survivor.id, 'in-progress', now);
    const merged: Kept<Patient> = { ...patient, active: false, link };
    store.put(survivor, merged, encounter);
    return { patient: survivor.id, encounter: encounter.id };
  }
  if (situation === 'waiting' || situation === 'deleted') {
    store.put(patient);
    return { patient: patient.id };
  }
  const encounter = encounterOf(patient.id, situation === 'finished' ? 'finished' : 'in-progress', now);
  store.put(patient, encounter);
  if (situation === 'ambiguous') store.put({ ...patientOf(person), id: newId() });
  return { patient: patient.id, encounter: encounter.id };
}

/**
 * Opens an encounter for a patient, or makes a finished one that lasted the hour before. Gives its id.
 */
export function openEncounter(
  store: Store,
  patientId: string,
  status: 'in-progress' | 'finished',
  now: Date,
): string {
  const encounter = encounterOf(patientId, status, now);
  store.put(encounter);
  return encounter.id;
}

const HOUR = 3_600_000;

function encounterOf(patientId: string, status: 'in-progress' | 'finished', now: Date): Kept<Encounter> {
  const id = newId();
  const period =
    status === 'in-progress'
      ? { start: now.toISOString() }
      : { start: new Date(now.getTime() - HOUR).toISOString(), end: now.toISOString() };
  return {
    resourceType: 'Encounter',
    id,
    identifier: [{ system: 'urn:omaolo-apotti-bridge:twin:encounter', value: id }],
    status,
    class: { system: ENCOUNTER_CLASS, code: 'VR', display: 'virtual' },
    subject: { reference: `Patient/${patientId}` },
    period,
  };
}

function patientOf(person: Person): Kept<Patient> {
  const { situation } = person;
  const tag =
    situation === 'restricted' || situation === 'deleted' ? [{ system: SITUATIONS, code: situation }] : [];
  const security = person.nonDisclosure ? [{ system: SECURITY_LABELS, code: 'TURVAKIELTO' }] : [];
  return {
    resourceType: 'Patient',
    id: newId(),
    ...(tag.length + security.length === 0
      ? {}
      : { meta: { ...(tag.length && { tag }), ...(security.length && { security }) } }),
    identifier: [{ use: 'official', system: HETU, value: person.hetu }, recordNumber()],
    active: true,
    name: [
      {
        use: 'official',
        text: `${person.given} ${person.family}`,
        family: person.family,
        given: [person.given],
      },
    ],
    gender: person.gender,
    birthDate: person.birthDate,
    telecom: [{ system: 'phone', value: person.phone, use: 'mobile' }],
    communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: person.language }] } }],
  };
}

function recordNumber() {
  return { system: 'urn:omaolo-apotti-bridge:twin:record-number', value: newId() };
}
