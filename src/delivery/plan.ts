import type { NewResource, SearchParameters } from '../record/client.ts';
import { fingerprint } from '../record/fingerprint.ts';
import { isJson, type Json, objects, text } from '../record/json.ts';
import type { PatientIdentifier } from '../record/patient.ts';
import { outgoing, type Target } from './outgoing.ts';
import type { Route, WrittenResource } from './route.ts';

/** One write of a route. */
export interface PlannedStep {
  /** Unique within the message and the same at every try. */
  readonly name: string;
  readonly type: string;
  readonly encounter: WrittenResource['encounter'];
  readonly compare: WrittenResource['look-up']['compare'];
  /** Fingerprint of what the write says. */
  readonly digest: string;
  /** The resource to send. */
  body(target: Target): NewResource;
  /** The search that finds the write again, if it was made after `since` (milliseconds since 1970). */
  search(target: Target, since: number): SearchParameters;
}

export interface Plan {
  /** The patient's identifiers that the route seeks by, the best first. */
  readonly identifiers: readonly PatientIdentifier[];
  readonly steps: readonly PlannedStep[];
  /** What the route cannot do with the bundle, in plain words. */
  readonly gaps: readonly string[];
}

/** Turns a canonical bundle into the writes of a route, in the bundle's order. */
export function planOf(bundle: Json, route: Route): Plan {
  const entries = objects(bundle['entry']);
  const resources = entries.flatMap(({ resource }) => (isResource(resource) ? [resource] : []));
  const patient = resources.find(({ resourceType }) => resourceType === 'Patient');
  const gaps = new Set<string>();
  const seen = new Map<string, number>();

  const steps = resources.flatMap((resource): readonly PlannedStep[] => {
    const type = resource.resourceType;
    const how = route.resources[type];
    if (how === undefined) gaps.add(`the route does not know ${type}`);
    if (how === undefined || 'keep' in how) return [];
    const digest = fingerprint(resource, how['look-up'].compare);
    if (digest === undefined) {
      gaps.add(`${type} has no text to write`);
      return [];
    }
    const nth = (seen.get(type) ?? 0) + 1;
    seen.set(type, nth);
    return [stepOf(nth === 1 ? type : `${type}-${nth}`, digest, resource, entries, how)];
  });
  return {
    identifiers: patient === undefined ? [] : identifiersOf(patient, route.patient.identifiers),
    steps,
    gaps: steps.length === 0 && gaps.size === 0 ? ['the bundle holds nothing to write'] : [...gaps],
  };
}

function stepOf(
  name: string,
  digest: string,
  resource: NewResource,
  entries: readonly Json[],
  how: WrittenResource,
): PlannedStep {
  const { compare, parameters } = how['look-up'];
  return {
    name,
    type: resource.resourceType,
    encounter: how.encounter,
    compare,
    digest,
    body: (target) => outgoing(resource, entries, how, target),
    search: (target, since) => {
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
    },
  };
}

/** A CodeableConcept's first coding as a search token. */
function tokenOf(concept: unknown): string | undefined {
  const coding = isJson(concept) ? objects(concept['coding'])[0] : undefined;
  const code = text(coding, 'code');
  return code === undefined ? undefined : `${text(coding, 'system') ?? ''}|${code}`;
}

function identifiersOf(patient: NewResource, systems: readonly string[]): readonly PatientIdentifier[] {
  return systems.flatMap((system) =>
    objects(patient['identifier']).flatMap((identifier) => {
      const value = text(identifier, 'value');
      return text(identifier, 'system') === system && value !== undefined ? [{ system, value }] : [];
    }),
  );
}

function isResource(value: unknown): value is NewResource {
  return isJson(value) && text(value, 'resourceType') !== undefined;
}
