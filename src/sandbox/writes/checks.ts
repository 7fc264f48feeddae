import { isRecord, type Json, text, values } from '../json.ts';
import { isRefusal, refusal } from '../outcome.ts';
import { usablePatient } from '../patients.ts';
import type { Stored } from '../resource.ts';
import type { Store } from '../store.ts';

/** What a write makes: the resource that the Location names, and what is kept with it. */
type Written = { resource: Stored; also?: Stored[]; status?: number };

/** What a record system takes, as far as organisations differ in it. */
export type Limits = {
  /** Most characters (UTF-16 units) of a note; Infinity where there is no limit. */
  longestNote: number;
};

/** Checks a body and says what to keep, or throws a refusal. `id` is the resource's, new or to be replaced. */
export type Write = (store: Store, body: Json, id: string, now: Date, limits: Limits) => Written;

/** A text that must be there. Throws 400 with 59108. */
export function required(body: Json, path: string): string {
  const found = text(body, path);
  if (found === undefined || found === '') throw refusal(400, 59108, `${path} is missing.`, path);
  return found;
}

/** A text that must be one of a few. Throws 400 with 59108 or 59102. */
export function oneOf(body: Json, path: string, allowed: readonly string[]): string {
  const found = required(body, path);
  if (!allowed.includes(found)) {
    throw refusal(400, 59102, `${path} must be ${allowed.join(' or ')}.`, path);
  }
  return found;
}

/** A CodeableConcept that must hold a coding with system and code. Throws 400 with 59108 or 59102. */
export function coded(body: Json, path: string): Json {
  const concept = values(body, path)[0];
  if (!isRecord(concept)) throw refusal(400, 59108, `${path} is missing.`, path);
  const complete = values(concept, 'coding').some(
    (coding) => text(coding, 'system') !== undefined && text(coding, 'code') !== undefined,
  );
  if (!complete) throw refusal(400, 59102, `${path} has no coding with system and code.`, path);
  return concept;
}

/**
 * The patient that `subject` names. Throws 400 with 59108 (none named), 59144 (unknown or deleted), 4107 (merged),
 * or 403 with 4131 (restricted).
 */
export function subjectOf(store: Store, body: Json): Stored {
  const reference = required(body, 'subject.reference');
  const id = reference.split('/').at(-1) ?? '';
  if (!/(^|\/)Patient\/[^/]+$/.test(reference)) {
    throw refusal(400, 59102, 'subject must name a Patient.', 'subject');
  }
  try {
    return usablePatient(store, id);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const { status } = error.refusal;
    if (status === 404 || status === 410) throw refusal(400, 59144, 'subject was not found.', 'subject');
    if (status === 301) throw refusal(400, 4107, 'subject was merged.', 'subject');
    throw error;
  }
}

/**
 * The encounter that an element names; it must be the patient's own.
 * Throws 400 with 59108 (none or several named), 59144 (unknown) or 59102 (another patient's).
 */
export function encounterOf(store: Store, body: Json, path: string, patient: Stored): Stored {
  const references = values(body, `${path}.reference`);
  const [reference] = references;
  if (typeof reference !== 'string' || references.length > 1) {
    throw refusal(400, 59108, `${path} must name one encounter.`, path);
  }
  const encounter = store.get('Encounter', reference.split('/').at(-1) ?? '')?.resource;
  if (encounter === undefined) throw refusal(400, 59144, `${path} was not found.`, path);
  if (text(encounter, 'subject.reference') !== `Patient/${patient.id}`) {
    throw refusal(400, 59102, `${path} belongs to another patient.`, path);
  }
  return encounter;
}

/** Throws 400 with 59102 unless the encounter still runs. */
export function mustBeOpen(encounter: Stored, path: string): void {
  const open = text(encounter, 'status') === 'in-progress' && text(encounter, 'period.end') === undefined;
  if (!open) throw refusal(400, 59102, `${path} is not open.`, path);
}

/** Throws 400 with 59102 where a note is longer than the record system takes. */
export function noteWithin(body: Json, most: number): void {
  const long = values(body, 'note.text').some((each) => String(each).length > most);
  if (long) throw refusal(400, 59102, `note must not exceed ${most} characters.`, 'note');
}
