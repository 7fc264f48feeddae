import { text, values } from './json.ts';
import { epicOutcome, refusal } from './outcome.ts';
import type { Entry, Stored } from './resource.ts';
import type { Result } from './searchset.ts';
import type { Store } from './store.ts';

/** How the twin marks records that a client may not simply use. */
export const SITUATIONS = 'urn:omaolo-apotti-bridge:twin:situation';

/** The survivor's id of a merged record, or undefined. */
function mergedInto(patient: Stored): string | undefined {
  const link = values(patient, 'link').find((each) => text(each, 'type') === 'replaced-by');
  return text(link, 'other.reference')?.slice('Patient/'.length);
}

function marked(patient: Stored, situation: 'restricted' | 'deleted'): boolean {
  return values(patient, 'meta.tag').some(
    (tag) => text(tag, 'system') === SITUATIONS && text(tag, 'code') === situation,
  );
}

/**
 * The patient with an id, for a read or a write.
 * Refuses: unknown 404/4102, deleted 410/4103, merged 301/4107 with the survivor's Location, restricted 403/4131.
 */
export function usablePatient(store: Store, id: string): Stored {
  const patient = store.get('Patient', id)?.resource;
  if (patient === undefined) throw refusal(404, 4102);
  if (marked(patient, 'deleted')) throw refusal(410, 4103);
  const survivor = mergedInto(patient);
  if (survivor !== undefined) {
    throw refusal(301, 4107, undefined, undefined, { location: `Patient/${survivor}` });
  }
  if (marked(patient, 'restricted')) throw refusal(403, 4131);
  return patient;
}

/**
 * What a search for patients may show: the survivor in place of a merged record (with 4107), nothing of a
 * restricted one (with 4130), nothing of a deleted one.
 */
export function visiblePatients(store: Store, found: Entry[]): Result {
  const shown = new Map<string, Entry>();
  const remarks: Result['remarks'] = [];
  for (const entry of found) {
    const survivor = mergedInto(entry.resource);
    const visible = survivor === undefined ? entry : store.get('Patient', survivor);
    if (survivor !== undefined) remarks.push(epicOutcome(4107));
    if (visible === undefined || marked(visible.resource, 'deleted')) continue;
    if (marked(visible.resource, 'restricted')) remarks.push(epicOutcome(4130));
    else shown.set(visible.resource.id, visible);
  }
  return { found: [...shown.values()], remarks };
}

/**
 * What a search within one patient's record may show: all that was found, or nothing of a restricted (4130),
 * merged (4107) or deleted (4103) record.
 */
export function visibleOfPatient(store: Store, patientId: string, found: Entry[]): Result {
  const patient = store.get('Patient', patientId)?.resource;
  if (patient === undefined) return { found: [], remarks: [] };
  if (marked(patient, 'deleted')) return { found: [], remarks: [epicOutcome(4103)] };
  if (mergedInto(patient) !== undefined) return { found: [], remarks: [epicOutcome(4107)] };
  if (marked(patient, 'restricted')) return { found: [], remarks: [epicOutcome(4130)] };
  return { found, remarks: [] };
}
