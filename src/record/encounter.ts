import type { FhirClient } from './client.ts';
import { found, missed, type Result } from './finding.ts';
import { type Json, text } from './json.ts';
import { doubtIn, readSearchset } from './searchset.ts';

/** Which encounter a write may be filed under. */
export interface EncounterWish {
  readonly patient: string;
  /** The encounter's period must touch these instants, in milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly statuses: readonly string[];
  /** Codes of Encounter.class; none means any. */
  readonly classes: readonly string[];
  /** What to do when several fit. */
  readonly choose: 'newest' | 'only';
}

/** Finds the encounter of a patient to file under; gives the resource's id. */
export async function findEncounter(
  client: FhirClient,
  wish: EncounterWish,
  correlation: string,
): Promise<Result<string>> {
  const parameters = {
    patient: wish.patient,
    date: [`ge${new Date(wish.from).toISOString()}`, `le${new Date(wish.to).toISOString()}`],
  };
  const answer = await client.search('Encounter', parameters, { correlation, getAllowed: true });
  if (!answer.ok) return answer;

  const searchset = readSearchset(answer.value, 'Encounter');
  const fitting = searchset.matches.flatMap((encounter) => candidate(encounter, wish));
  const [first, ...others] = fitting.sort((a, b) => b.start - a.start);
  const doubt = doubtIn(searchset);
  if (doubt !== undefined) return { ok: false, finding: doubt };
  if (first === undefined) return missed('encounter-missing', 'no encounter fits');
  if (others.length > 0 && wish.choose === 'only') {
    return missed('encounter-several', `${fitting.length} encounters fit`);
  }
  return found(first.id);
}

function candidate(encounter: Json, wish: EncounterWish): readonly { id: string; start: number }[] {
  const id = text(encounter, 'id');
  const status = text(encounter, 'status') ?? '';
  const code = text(encounter, 'class', 'code') ?? '';
  const start = Date.parse(text(encounter, 'period', 'start') ?? '');
  const fits =
    wish.statuses.includes(status) &&
    (wish.classes.length === 0 || wish.classes.includes(code)) &&
    !Number.isNaN(start);
  return id !== undefined && fits ? [{ id, start }] : [];
}
