import type { FhirClient } from './client.ts';
import { found, missed, type Result } from './finding.ts';
import { type Json, objects, text } from './json.ts';
import { doubtIn, readSearchset } from './searchset.ts';

export interface PatientIdentifier {
  readonly system: string;
  readonly value: string;
}

/**
 * Finds the one patient with an identifier; gives the resource's id. A merged record stands for its survivor.
 * The identifier is sent in a body; in an address only where `getAllowed`.
 */
export async function findPatient(
  client: FhirClient,
  identifier: PatientIdentifier,
  options: { readonly correlation: string; readonly getAllowed: boolean },
): Promise<Result<string>> {
  const parameters = { identifier: `${identifier.system}|${identifier.value}` };
  const answer = await client.search('Patient', parameters, options);
  if (!answer.ok) return answer;

  const searchset = readSearchset(answer.value, 'Patient');
  const doubt = doubtIn(searchset);
  if (doubt !== undefined) return { ok: false, finding: doubt };
  const ids = new Set(
    searchset.matches.flatMap((patient) => survivorOf(patient) ?? text(patient, 'id') ?? []),
  );
  const [id, ...others] = ids;
  if (others.length > 0) return missed('patient-several', `${ids.size} patients have this identifier`);
  if (id !== undefined) return found(id);
  const merged = searchset.issues.some(({ meaning }) => meaning === 'merged');
  if (merged) return missed('merged', 'the record was merged and its survivor is not shown');
  return missed('patient-unknown', 'no patient has this identifier');
}

/** Id of the record that took a merged one's place. */
export function survivorOf(patient: Json): string | undefined {
  const link = objects(patient['link']).find((each) => text(each, 'type') === 'replaced-by');
  return /(?:^|\/)Patient\/([A-Za-z0-9\-.]{1,256})$/.exec(text(link, 'other', 'reference') ?? '')?.[1];
}
