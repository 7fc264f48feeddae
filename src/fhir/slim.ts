import type {
  CodeSystem,
  CodeSystemConcept,
  ElementDefinition,
  StructureDefinition,
  ValueSet,
  ValueSetComposeInclude,
} from '@medplum/fhirtypes';
import type { CodeFilter, CodeSystemRule, ElementRule, Structure, TypeRef, ValueSetRule } from './model.ts';

/** A part of an element: what a differential says, before its base is known. */
export type PartialRule = Partial<ElementRule> & { id: string; path: string };

const TYPE_OF_SYSTEM = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type';
/** Rules the validator applies to every element or extension by itself. */
const EVERYWHERE = new Set(['ele-1', 'ext-1']);

/** The url of a canonical without its `|version`. */
export function withoutVersion(canonical: string): string {
  const bar = canonical.indexOf('|');
  return bar < 0 ? canonical : canonical.slice(0, bar);
}

/** Slims a StructureDefinition but for its elements. */
export function slimHead(source: StructureDefinition): Omit<Structure, 'elements'> {
  return {
    url: source.url,
    type: source.type.slice(source.type.lastIndexOf('/') + 1),
    kind: source.kind,
    abstract: source.abstract,
    derivation: source.derivation ?? 'specialization',
    ...(source.baseDefinition ? { base: withoutVersion(source.baseDefinition) } : {}),
    ...(source.context
      ? { context: source.context.map(({ type, expression }) => ({ type, expression })) }
      : {}),
  };
}

/** Slims an element of a snapshot, where cardinality and types are always said. */
export function slimElement(source: ElementDefinition): ElementRule {
  const part = slimPartial(source);
  return {
    ...part,
    min: part.min ?? 0,
    list: !['0', '1'].includes(source.base?.max ?? source.max ?? '1'),
    // R4 calls the id of a resource a string by mistake (R4 §2.26.3.1: it is an id).
    types: source.base?.path === 'Resource.id' ? [{ code: 'id' }] : (part.types ?? []),
  };
}

/** Slims an element of a differential: only what it says. */
export function slimPartial(source: ElementDefinition): PartialRule {
  const rule: PartialRule = {
    id: source.id ?? (source.sliceName ? `${source.path}:${source.sliceName}` : source.path),
    path: source.path,
  };
  if (source.sliceName) rule.sliceName = source.sliceName;
  if (source.min !== undefined) rule.min = source.min;
  if (source.max !== undefined && source.max !== '*') rule.max = Number(source.max);
  if (source.type) rule.types = source.type.map(slimType);
  if (source.contentReference) {
    rule.contentReference = source.contentReference.slice(source.contentReference.indexOf('#') + 1);
  }
  if (source.maxLength !== undefined) rule.maxLength = source.maxLength;
  if (source.isModifier) rule.isModifier = true;
  if (source.binding?.valueSet) {
    rule.binding = { strength: source.binding.strength, valueSet: withoutVersion(source.binding.valueSet) };
  }
  if (source.slicing) {
    rule.slicing = {
      discriminators: (source.slicing.discriminator ?? []).map(({ type, path }) => ({ type, path })),
      rules: source.slicing.rules ?? 'open',
      ordered: source.slicing.ordered ?? false,
    };
  }
  const constraints = (source.constraint ?? []).flatMap(({ key, severity, human, expression }) =>
    expression === undefined || EVERYWHERE.has(key)
      ? []
      : [{ key, severity, human, expression: corrected(key, expression) }],
  );
  if (constraints.length > 0) rule.constraints = constraints;
  for (const [name, value] of Object.entries(source)) {
    const choice = /^(fixed|pattern|minValue|maxValue)[A-Z]/.exec(name)?.[1];
    if (choice === 'fixed' || choice === 'pattern' || choice === 'minValue' || choice === 'maxValue') {
      rule[choice] = value;
    }
  }
  return rule;
}

/**
 * R4's app-4 speaks of a status `no-show`, but the code is `noshow` (corrected in FHIR R4B): as printed, an
 * appointment the citizen missed could give no reason.
 */
function corrected(key: string, expression: string): string {
  return key === 'app-4' ? expression.replace("'no-show'", "'noshow'") : expression;
}

function slimType(type: NonNullable<ElementDefinition['type']>[number]): TypeRef {
  const named = type.extension?.find(({ url }) => url === TYPE_OF_SYSTEM)?.valueUrl;
  return {
    code: named ?? (type.code.startsWith('http://hl7.org/fhirpath/') ? 'string' : type.code),
    ...(type.profile ? { profiles: type.profile.map(withoutVersion) } : {}),
    ...(type.targetProfile ? { targets: type.targetProfile.map(withoutVersion) } : {}),
    ...(type.aggregation ? { aggregation: type.aggregation } : {}),
  };
}

/** Slims a ValueSet; an expansion stands in where there is no compose. */
export function slimValueSet(source: ValueSet & { url: string }): ValueSetRule {
  const expanded = new Map<string, string[]>();
  if (!source.compose) {
    for (const { system, code } of source.expansion?.contains ?? []) {
      if (system && code) expanded.set(system, [...(expanded.get(system) ?? []), code]);
    }
  }
  return {
    url: source.url,
    include: source.compose
      ? source.compose.include.map(slimFilter)
      : [...expanded].map(([system, codes]) => ({ system, codes })),
    exclude: (source.compose?.exclude ?? []).map(slimFilter),
  };
}

function slimFilter(source: ValueSetComposeInclude): CodeFilter {
  return {
    ...(source.system ? { system: source.system } : {}),
    ...(source.concept ? { codes: source.concept.map(({ code }) => code) } : {}),
    ...(source.filter
      ? { filters: source.filter.map(({ property, op, value }) => ({ property, op, value })) }
      : {}),
    ...(source.valueSet ? { valueSets: source.valueSet.map(withoutVersion) } : {}),
  };
}

/** Slims a CodeSystem: its codes and which stand above which, by nesting or by `subsumedBy`/`parent`. */
export function slimCodeSystem(source: CodeSystem & { url: string }): CodeSystemRule {
  const codes: string[] = [];
  const parents: Record<string, string[]> = {};
  const visit = (concepts: CodeSystemConcept[], above?: string): void => {
    for (const concept of concepts) {
      const stated = (concept.property ?? []).flatMap(({ code, valueCode }) =>
        (code === 'subsumedBy' || code === 'parent') && valueCode ? [valueCode] : [],
      );
      const all = above === undefined ? stated : [above, ...stated];
      codes.push(concept.code);
      if (all.length > 0) parents[concept.code] = all;
      visit(concept.concept ?? [], concept.code);
    }
  };
  visit(source.concept ?? []);
  return { url: source.url, complete: source.content === 'complete', codes, parents };
}
