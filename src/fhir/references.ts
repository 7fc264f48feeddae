import type { Definitions } from './definitions.ts';
import type { TypeRef } from './model.ts';
import { isObject, type Json, type Run, report, reportAt } from './run.ts';
import { withoutVersion } from './slim.ts';

const LITERAL =
  /^(?:(?<server>https?:\/\/\S+?)\/)?(?<type>[A-Z][A-Za-z]{1,63})\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;
/** A search that a server resolves when it takes a transaction (R4 §3.1.0.11.3.2). */
const CONDITIONAL = /^(?<type>[A-Z][A-Za-z]{1,63})\?\S+$/;
const R4 = 'http://hl7.org/fhir/StructureDefinition/';

/** The resource a reference points at, as far as it is in the same resource or Bundle. */
export function resolve(reference: string, run: Run): Json | undefined {
  if (reference === '#') return run.root;
  if (reference.startsWith('#')) {
    const contained = run.root['contained'];
    if (!Array.isArray(contained)) return undefined;
    return contained.filter(isObject).find(({ id }) => id === reference.slice(1));
  }
  const bare = reference.replace(/\/_history\/.*$/, '');
  for (let i = run.bundles.length - 1; i >= 0; i -= 1) {
    const found = run.bundles[i]?.get(bare);
    if (found) return found;
  }
  return undefined;
}

/**
 * What a Bundle's references resolve to: its resources by `fullUrl` and, where that is a RESTful address, by
 * `Type/id` too (R4 §2.36.4.1).
 */
export function bundleIndex(bundle: Json): ReadonlyMap<string, Json> {
  const index = new Map<string, Json>();
  for (const entry of Array.isArray(bundle['entry']) ? bundle['entry'].filter(isObject) : []) {
    const { fullUrl, resource } = entry;
    if (!isObject(resource)) continue;
    if (typeof fullUrl === 'string') index.set(fullUrl, resource);
    const { resourceType, id } = resource;
    if (typeof id === 'string' && !(typeof fullUrl === 'string' && fullUrl.startsWith('urn:'))) {
      index.set(`${String(resourceType)}/${id}`, resource);
    }
  }
  return index;
}

/** Checks that a Reference has a known form and does not dangle where its target has to be at hand. */
export function checkReference(definitions: Definitions, value: Json, run: Run): void {
  const { reference } = value;
  if (typeof reference !== 'string') return;
  const local = reference.startsWith('#');
  if (local || (run.bundles.length > 0 && /^urn:(?:uuid|oid):/.test(reference))) {
    if (resolve(reference, run)) return;
    const where = local ? 'in the same resource (ref-1)' : 'in the same Bundle';
    reportAt(run, 'reference', 'not-found', `The reference points at nothing ${where}.`);
    return;
  }
  if (/^urn:(?:uuid|oid):/.test(reference)) return;
  const literal = partsOf(reference, run);
  if (!literal && !/^https?:\/\//.test(reference)) {
    reportAt(run, 'reference', 'value', 'Must be Type/id, an absolute URL, a urn:uuid: or a #id.');
  } else if (literal && !literal['server'] && !isResourceType(definitions, literal['type'])) {
    reportAt(run, 'reference', 'value', 'The reference names a resource type that FHIR R4 does not have.');
  }
}

/** Compiles what a Reference element may point at, and how. */
export function targetCheck(
  definitions: Definitions,
  { targets, aggregation }: TypeRef,
): ((value: Json, run: Run) => void) | undefined {
  const types = targets && targetTypes(definitions, targets);
  if (!types && !aggregation) return undefined;
  return (value, run) => {
    const { reference } = value;
    if (
      aggregation &&
      typeof reference === 'string' &&
      !aggregation.some((way) => comesBy(way, reference, run))
    ) {
      reportAt(run, 'reference', 'structure', `The target must be ${aggregation.join(' or ')}.`);
    }
    const type = types && targetType(value, run);
    if (type !== undefined && !types?.has(type) && isResourceType(definitions, type)) {
      report(run, 'structure', `Must point at ${[...(types ?? [])].join(' or ')}.`);
    }
  };
}

/** The resource types that profiles stand for; undefined when it may be any, or a profile is not known. */
function targetTypes(definitions: Definitions, targets: readonly string[]): Set<string> | undefined {
  const types = targets.map((url) => definitions.structure(url)?.type);
  return types.includes('Resource') || types.includes(undefined)
    ? undefined
    : new Set(types.filter((type) => type !== undefined));
}

function comesBy(way: string, reference: string, run: Run): boolean {
  if (way === 'contained') return reference.startsWith('#');
  if (way === 'bundled') return !reference.startsWith('#') && resolve(reference, run) !== undefined;
  return !reference.startsWith('#');
}

function targetType(value: Json, run: Run): string | undefined {
  const { reference, type } = value;
  const target = typeof reference === 'string' ? resolve(reference, run) : undefined;
  if (target) return typeof target['resourceType'] === 'string' ? target['resourceType'] : undefined;
  const named = typeof reference === 'string' ? partsOf(reference, run)?.['type'] : undefined;
  if (named !== undefined) return named;
  return typeof type === 'string' ? withoutVersion(type.replace(R4, '')) : undefined;
}

function partsOf(reference: string, run: Run): Record<string, string | undefined> | undefined {
  const match = LITERAL.exec(reference) ?? (run.bundles.length > 0 ? CONDITIONAL.exec(reference) : null);
  return match?.groups;
}

function isResourceType(definitions: Definitions, name: string | undefined): boolean {
  return name !== undefined && definitions.structure(name)?.kind === 'resource';
}
