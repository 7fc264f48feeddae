import type { FhirClient } from './client.ts';
import { type FindingKind, findingOf, found, missed, type Result } from './finding.ts';
import { type Json, text } from './json.ts';
import { survivorOf } from './patient.ts';

/** An encounter that a person chose, the patient whose it must be, and the statuses that fit (absent: any). */
export interface ChosenEncounter {
  readonly id: string;
  readonly patient: string;
  readonly statuses?: readonly string[];
}

/** Whether a chosen patient is there and was not merged away; gives the id again. Restricted access stays a finding. */
export async function verifyPatient(
  client: FhirClient,
  id: string,
  correlation: string,
): Promise<Result<string>> {
  const read = await readChosen(client, { type: 'Patient', id, unfit: 'chosen-patient-unfit' }, correlation);
  if (!read.ok) return read;
  if (survivorOf(read.value) === undefined) return found(id);
  return missed('merged', 'the chosen patient was merged into another record');
}

/** Whether a chosen encounter is there, of that patient, and fits; gives the id again. */
export async function verifyEncounter(
  client: FhirClient,
  { id, patient, statuses }: ChosenEncounter,
  correlation: string,
): Promise<Result<string>> {
  const unfit = 'chosen-encounter-unfit';
  const read = await readChosen(client, { type: 'Encounter', id, unfit }, correlation);
  if (!read.ok) return read;
  const subject = text(read.value, 'subject', 'reference')?.split('/').slice(-2).join('/');
  if (subject !== `Patient/${patient}`) return missed(unfit, 'the chosen encounter is not of this patient');
  const status = text(read.value, 'status') ?? '';
  if (status === 'entered-in-error') return missed(unfit, 'the chosen encounter was entered in error');
  if (statuses?.includes(status) === false) return missed(unfit, 'the chosen encounter does not run');
  return found(id);
}

async function readChosen(
  client: FhirClient,
  { type, id, unfit }: { readonly type: string; readonly id: string; readonly unfit: FindingKind },
  correlation: string,
): Promise<Result<Json>> {
  if (!/^[A-Za-z0-9\-.]{1,256}$/.test(id)) return missed(unfit, `what was chosen is no id of a resource`);
  const read = await client.read(type, id, correlation);
  if (read.ok) {
    const { resource } = read.value;
    if (resource !== undefined && text(resource, 'resourceType') === type) return found(resource);
    return { ok: false, finding: findingOf({ ...read.value, body: 'unreadable' }, 'read') };
  }
  // Only this message asks for this resource, so that it cannot be read says nothing about others.
  const { kind, note } = read.finding;
  const own = kind === 'refused' || kind === 'forbidden' || kind === 'unsupported';
  return own ? missed(unfit, `the chosen ${type} cannot be read: ${note}`) : read;
}
