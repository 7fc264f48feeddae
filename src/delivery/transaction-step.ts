import type { NewResource } from '../record/client.ts';
import { digest } from '../record/fingerprint.ts';
import { isJson, type Json, objects, text } from '../record/json.ts';
import type { PatientIdentifier } from '../record/patient.ts';
import { outgoing } from './outgoing.ts';
import type { ConditionalResource, Route } from './route.ts';
import type { PlannedStep } from './step.ts';

/** A resource of the bundle that goes into the transaction, and how. */
export interface Conditional {
  readonly fullUrl: string;
  readonly resource: NewResource;
  readonly how: ConditionalResource;
}

/**
 * One transaction for all resources that are created under a condition. Each has its own, so sending the whole again
 * makes nothing twice: that is how a lost answer is cleared up.
 */
export function transactionStep(
  conditionals: readonly Conditional[],
  entries: readonly Json[],
  route: Route,
  patient: PatientIdentifier | undefined,
): PlannedStep {
  return {
    name: 'transaction',
    digest: digest(JSON.stringify(conditionals.map(({ resource }) => resource))),
    encounter: 'none',
    async send(record, target, correlation) {
      const references = new Map(conditionals.map(({ fullUrl }) => [fullUrl, fullUrl]));
      const person = referenceTo(route, target.patient, patient);
      const personUrl = text(entries.find(isPatientEntry), 'fullUrl');
      if (person !== undefined && personUrl !== undefined) references.set(personUrl, person);
      const entry = conditionals.map(({ fullUrl, resource, how }) => {
        const sent = outgoing(resource, entries, { ...how, set: how.set ?? {} }, target, references);
        const condition = conditionOf({ fullUrl, resource, how }, route, patient);
        const request = { method: 'POST', url: resource.resourceType, ifNoneExist: condition?.search };
        return {
          fullUrl,
          resource: condition?.tag === undefined ? sent : tagged(sent, condition.tag),
          request,
        };
      });
      const result = await record.transact(
        { resourceType: 'Bundle', type: 'transaction', entry },
        correlation,
      );
      return result.ok ? { ok: true, value: result.value.join(' ') } : result;
    },
  };
}

/** What is unfit for a transaction in which every resource has a condition of its own, one line each. */
export function unfitIn(
  conditionals: readonly Conditional[],
  route: Route,
  patient: PatientIdentifier | undefined,
): readonly string[] {
  const taken = new Set<string>();
  return conditionals.flatMap((each) => {
    const type = each.resource.resourceType;
    const condition = conditionOf(each, route, patient);
    if (condition === undefined) return [`${type} has no identifier by which it could be created only once`];
    const key = `${type}?${condition.search}`;
    if (taken.has(key)) return [`several ${type} have the same identifier`];
    taken.add(key);
    return [];
  });
}

interface Condition {
  /** The search that must find nothing for the resource to be created. */
  readonly search: string;
  readonly tag?: Json;
}

function conditionOf(
  { fullUrl, resource, how }: Conditional,
  route: Route,
  patient: PatientIdentifier | undefined,
): Condition | undefined {
  if (how.unless === 'tag') {
    const tag = { system: route.transaction?.tag, code: fullUrl.replace(/^urn:uuid:/, '') };
    return { search: `_tag=${token(tag.system, tag.code)}`, tag };
  }
  if (resource.resourceType === 'Patient') {
    return patient && { search: `identifier=${token(patient.system, patient.value)}` };
  }
  const own = resource['identifier'];
  const [identifier] = isJson(own) ? [own] : objects(own);
  const value = text(identifier, 'value');
  return value === undefined
    ? undefined
    : { search: `identifier=${token(text(identifier, 'system'), value)}` };
}

function token(system: string | undefined, code: string): string {
  return `${encodeURIComponent(system ?? '')}|${encodeURIComponent(code)}`;
}

/** What a reference to the patient becomes; undefined where she is created with the rest. */
function referenceTo(
  route: Route,
  found: string | undefined,
  patient: PatientIdentifier | undefined,
): string | undefined {
  const how = route.resources['Patient'];
  if (found !== undefined) return `Patient/${found}`;
  const referred = how !== undefined && 'write' in how && how.write === 'conditional-reference';
  return referred && patient !== undefined
    ? `Patient?identifier=${token(patient.system, patient.value)}`
    : undefined;
}

function isPatientEntry(entry: Json): boolean {
  return text(entry, 'resource', 'resourceType') === 'Patient';
}

function tagged(resource: NewResource, tag: Json): NewResource {
  const meta = isJson(resource['meta']) ? resource['meta'] : {};
  return { ...resource, meta: { ...meta, tag: [...objects(meta['tag']), tag] } };
}
