import type { NewResource } from '../record/client.ts';
import { digest } from '../record/fingerprint.ts';
import { identifiersOf } from '../record/identifier.ts';
import { isJson, type Json, objects, text } from '../record/json.ts';
import type { PatientIdentifier } from '../record/patient.ts';
import { outgoing } from './outgoing.ts';
import type { ConditionalResource, Route } from './route.ts';
import type { PlannedStep } from './step.ts';
import { token } from './token.ts';

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
    type: 'Bundle',
    digest: digest(JSON.stringify(conditionals.map(({ resource }) => resource))),
    encounter: 'none',
    lookUp: { by: 'if-none-exist' },
    async send(record, target, { correlation, notAfter }) {
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
      const bundle = { resourceType: 'Bundle', type: 'transaction', entry };
      const result = await record.transact(bundle, correlation, { notAfter });
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
    const code = fullUrl.replace(/^urn:uuid:/, '');
    const system = route.transaction?.tag ?? '';
    return { search: `_tag=${token({ system, value: code })}`, tag: { system, code } };
  }
  if (resource.resourceType === 'Patient') {
    return patient && { search: `identifier=${token(patient)}` };
  }
  const [own] = identifiersOf(resource);
  return own && { search: `identifier=${token(own)}` };
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
  return referred && patient !== undefined ? `Patient?identifier=${token(patient)}` : undefined;
}

function isPatientEntry(entry: Json): boolean {
  return text(entry, 'resource', 'resourceType') === 'Patient';
}

function tagged(resource: NewResource, tag: Json): NewResource {
  const meta = isJson(resource['meta']) ? resource['meta'] : {};
  return { ...resource, meta: { ...meta, tag: [...objects(meta['tag']), tag] } };
}
