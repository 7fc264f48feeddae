import type { FhirClient, SearchParameters } from './client.ts';
import { found, missed, type Result } from './finding.ts';
import { type Json, objects, text, valuesAt } from './json.ts';
import { doubtIn, readSearchset } from './searchset.ts';

/** How an assignment of a questionnaire is recognised among a patient's CarePlans. */
export interface AssignmentWish {
  readonly parameters: SearchParameters;
  /** Where in a CarePlan its questionnaire is named: member names joined by dots. */
  readonly at: string;
  /** The questionnaire's id, or a reference or canonical that ends with it. */
  readonly questionnaire: string;
}

/** The identifier of an assignment: what the answers have as their subject. */
export interface Assignment {
  readonly system?: string;
  readonly value: string;
}

/** Finds the assignments of a questionnaire that the record system says are open; a partial answer is a finding. */
export async function findAssignments(
  client: FhirClient,
  wish: AssignmentWish,
  correlation: string,
): Promise<Result<readonly Assignment[]>> {
  const assignments: Assignment[] = [];
  let answer = await client.search('CarePlan', wish.parameters, { correlation, getAllowed: true });
  for (let page = 1; ; page += 1) {
    if (!answer.ok) return answer;
    const { next, ...searchset } = readSearchset(answer.value, 'CarePlan');
    const doubt = doubtIn(searchset);
    if (doubt !== undefined) return { ok: false, finding: doubt };
    assignments.push(...searchset.matches.flatMap((carePlan) => assignmentIn(carePlan, wish)));
    if (next === undefined) return found(assignments);
    if (page === mostPages) return missed('incomplete', `CarePlan has more than ${mostPages} pages`);
    answer = await client.page(next, correlation);
  }
}

const mostPages = 100;

function assignmentIn(carePlan: Json, { at, questionnaire }: AssignmentWish): readonly Assignment[] {
  const named = valuesAt(carePlan, at).some(
    (each) => typeof each === 'string' && questionnaireId(each) === questionnaireId(questionnaire),
  );
  const identifier = objects(carePlan['identifier']).find((each) => text(each, 'value') !== undefined);
  const value = text(identifier, 'value');
  if (!named || value === undefined) return [];
  const system = text(identifier, 'system');
  return [{ value, ...(system === undefined ? {} : { system }) }];
}

/** The id in what names a questionnaire: the last part of an address, without a version. */
export function questionnaireId(name: string): string {
  return name.split('|')[0]?.split('/').at(-1) ?? '';
}
