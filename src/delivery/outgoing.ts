import type { NewResource } from '../record/client.ts';
import { isJson, type Json, objects, text } from '../record/json.ts';
import type { CreatedResource } from './route.ts';
import type { Target } from './step.ts';

/**
 * A canonical resource as it is sent: members dropped and set as the route says. A reference into the bundle becomes what
 * `references` says, else an identifier, or it is dropped, since the record system knows none of its `urn:uuid:`s.
 */
export function outgoing(
  resource: NewResource,
  entries: readonly Json[],
  how: Pick<CreatedResource, 'drop' | 'set'>,
  target: Target,
  references: ReadonlyMap<string, string> = new Map(),
): NewResource {
  const dropped = new Set(how.drop);
  const kept = Object.fromEntries(Object.entries(resource).filter(([name]) => !dropped.has(name)));
  const detached = withoutLocalReferences(kept, entries, references);
  const merged = overlay(isJson(detached) ? detached : {}, filled(how.set, target));
  return { ...(isJson(merged) ? merged : {}), resourceType: resource.resourceType };
}

/** Replaces `{patient}` and `{encounter}` in all texts. */
function filled(value: unknown, target: Target): unknown {
  if (typeof value === 'string') {
    return value
      .replaceAll('{patient}', target.patient ?? '')
      .replaceAll('{encounter}', target.encounter ?? '');
  }
  if (Array.isArray(value)) return value.map((each) => filled(each, target));
  if (!isJson(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filled(each, target)]));
}

function overlay(below: unknown, above: unknown): unknown {
  if (!isJson(below) || !isJson(above)) return above;
  const merged = Object.entries(above).map(([name, value]) => [name, overlay(below[name], value)] as const);
  return { ...below, ...Object.fromEntries(merged) };
}

/** Gives undefined for what would be empty, which FHIR forbids. */
function withoutLocalReferences(
  value: unknown,
  entries: readonly Json[],
  references: ReadonlyMap<string, string>,
): unknown {
  if (Array.isArray(value)) {
    const left = value
      .map((each) => withoutLocalReferences(each, entries, references))
      .filter((each) => each !== undefined);
    return left.length === 0 ? undefined : left;
  }
  if (!isJson(value)) return value;
  const reference = text(value, 'reference');
  const known = reference === undefined ? undefined : references.get(reference);
  if (known !== undefined) return { ...value, reference: known };
  if (reference?.startsWith('urn:uuid:') === true) return identified(value, reference, entries);
  const members = Object.entries(value).flatMap(([name, each]) => {
    const left = withoutLocalReferences(each, entries, references);
    return left === undefined ? [] : [[name, left] as const];
  });
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

function identified(value: Json, reference: string, entries: readonly Json[]): unknown {
  const resource = entries.find((entry) => text(entry, 'fullUrl') === reference)?.['resource'];
  const identifier = isJson(resource) ? objects(resource['identifier'])[0] : undefined;
  const type = text(resource, 'resourceType');
  const display = text(value, 'display');
  // A person's identifier is an identity code, which has no place in a resource that is filed under the patient.
  const useful = type === 'Patient' || type === 'RelatedPerson' ? undefined : identifier;
  if (useful === undefined && display === undefined) return undefined;
  return {
    ...(type === undefined || useful === undefined ? {} : { type, identifier: useful }),
    ...(display === undefined ? {} : { display }),
  };
}
