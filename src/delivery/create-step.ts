import type { NewResource, SearchParameters } from '../record/client.ts';
import { digest, fingerprint } from '../record/fingerprint.ts';
import { identifiersOf } from '../record/identifier.ts';
import { isJson, type Json, objects, text } from '../record/json.ts';
import { outgoing } from './outgoing.ts';
import type { CreatedResource } from './route.ts';
import { digestBy, type LookUp, type PlannedStep, type Sent, type Target } from './step.ts';
import { token } from './token.ts';

/** A write, or why there can be none, in plain words. */
type StepOrGap = { readonly step: PlannedStep } | { readonly gap: string };

/** A resource that is created by itself. */
export function createStep(
  name: string,
  resource: NewResource,
  entries: readonly Json[],
  how: CreatedResource,
): StepOrGap {
  const type = resource.resourceType;
  const found = foundBy(resource, how['look-up']);
  if ('gap' in found) return { gap: `${type} ${found.gap}` };
  const { lookUp } = found;
  const condition = lookUp.by === 'if-none-exist' ? { ifNoneExist: `identifier=${found.key}` } : {};
  return {
    step: {
      name,
      type,
      digest: digestBy(lookUp.by, lookUp.by === 'search' ? found.key : digest(found.key)),
      encounter: how.encounter,
      lookUp,
      send: (record, target, { correlation, notAfter }) => {
        const sent = { ...outgoing(resource, entries, how, target) };
        return record.create(sent, correlation, { notAfter, ...condition });
      },
    },
  };
}

/** How the write is found again, and what it is known by there: a fingerprint, or a search token. */
function foundBy(
  resource: NewResource,
  how: CreatedResource['look-up'],
): { readonly key: string; readonly lookUp: LookUp } | { readonly gap: string } {
  const type = resource.resourceType;
  if (how.by === 'nothing') return { key: JSON.stringify(resource), lookUp: { by: 'nothing' } };
  if (how.by === 'search') {
    const { compare: compared, parameters } = how;
    const key = fingerprint(resource, compared);
    if (key === undefined) return { gap: 'has no text to write' };
    const wish = (sent: Sent) => ({
      type,
      parameters: searchFor(resource, parameters, sent.target, sent.since),
      compared,
      digest: sent.digest,
    });
    return {
      key,
      lookUp: {
        by: 'search',
        find: (record, sent, correlation) => record.findWritten(wish(sent), correlation),
      },
    };
  }
  const [identifier] = identifiersOf(resource);
  if (identifier === undefined) return { gap: 'has no identifier by which it could be found again' };
  const key = token(identifier);
  if (how.by === 'if-none-exist') return { key, lookUp: { by: 'if-none-exist' } };
  return {
    key,
    lookUp: {
      by: 'identifier',
      find: (record, _sent, correlation) => record.findByIdentifier({ type, identifier }, correlation),
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
