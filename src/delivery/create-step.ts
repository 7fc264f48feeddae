import type { NewResource, SearchParameters } from '../record/client.ts';
import { fingerprint } from '../record/fingerprint.ts';
import { isJson, type Json, objects, text } from '../record/json.ts';
import { outgoing } from './outgoing.ts';
import type { CreatedResource } from './route.ts';
import type { PlannedStep, Target } from './step.ts';

/** A resource that is created by itself; undefined where it holds nothing by which it could be found again. */
export function createStep(
  name: string,
  resource: NewResource,
  entries: readonly Json[],
  how: CreatedResource,
): PlannedStep | undefined {
  const { compare, parameters } = how['look-up'];
  const digest = fingerprint(resource, compare);
  if (digest === undefined) return undefined;
  return {
    name,
    digest,
    encounter: how.encounter,
    send: (record, target, correlation) =>
      record.create({ ...outgoing(resource, entries, how, target) }, correlation),
    find: (record, sent, correlation) => {
      const search = searchFor(resource, parameters, sent.target, sent.since);
      const wish = {
        type: resource.resourceType,
        parameters: search,
        compared: compare,
        digest: sent.digest,
      };
      return record.findWritten(wish, correlation);
    },
  };
}

/** The search that finds a write again; what is not known of it is left out. */
export function searchFor(
  resource: NewResource,
  parameters: Readonly<Record<string, string>>,
  target: Target,
  since: number,
): SearchParameters {
  const values: Record<string, string | undefined> = {
    'ge{since}': `ge${new Date(since).toISOString()}`,
    '{patient}': target.patient,
    '{encounter}': target.encounter,
    '{type}': tokenOf(resource['type']),
    '{code}': tokenOf(resource['code']),
  };
  const named = Object.entries(parameters).flatMap(([parameter, value]) => {
    const filled = value in values ? values[value] : value;
    return filled === undefined ? [] : [[parameter, filled] as const];
  });
  return Object.fromEntries(named);
}

/** A CodeableConcept's first coding as a search token. */
function tokenOf(concept: unknown): string | undefined {
  const coding = isJson(concept) ? objects(concept['coding'])[0] : undefined;
  const code = text(coding, 'code');
  return code === undefined ? undefined : `${text(coding, 'system') ?? ''}|${code}`;
}
