import type { Definitions } from './definitions.ts';
import type { Binding, ElementRule, Structure, TypeRef } from './model.ts';

/** An element of a type as JSON shows it: each type of a choice is an element of its own. */
export interface Element {
  /** Property in JSON: `status`, `valueString`. */
  name: string;
  /** Where it is defined: `Observation.value[x]`. */
  path: string;
  /** The choice it belongs to, of which at most one may be there: `value[x]`. */
  choice?: string;
  /** FHIR type: `code`, `HumanName`; `BackboneElement` for parts; `Resource` for any resource. */
  type: string;
  /** Number of values; for a choice, over all its types. */
  min: number;
  /** Absent: no limit. */
  max?: number;
  /** JSON holds an array. */
  list: boolean;
  /** Its codes: `definitions.codes(binding.valueSet)`. */
  binding?: Binding;
  /** What a Reference or canonical may point at: urls of profiles or base types. */
  targets?: string[];
  /** The one value allowed. */
  fixed?: unknown;
}

interface Place {
  structure: Structure;
  path: string;
}

/**
 * The elements below a place in a type.
 * @param typeName a type name or a profile's url
 * @param path dotted JSON names below the type, without indexes (`name`, `item.answer`); absent: the type itself
 * @returns none when the type or path is unknown, or holds a primitive or any resource (`contained`)
 */
export function childrenOf(definitions: Definitions, typeName: string, path = ''): Element[] {
  const place = placeOf(definitions, typeName, path);
  return place ? rulesBelow(place).flatMap(elementsOf) : [];
}

/** The element at a path (as in `childrenOf`), or undefined when the type has none such. */
export function elementOf(definitions: Definitions, typeName: string, path: string): Element | undefined {
  const steps = path.split('.');
  const name = steps.pop();
  return childrenOf(definitions, typeName, steps.join('.')).find((element) => element.name === name);
}

/** The JSON property of one type of a choice: `value[x]` and `string` give `valueString`. */
export function choiceName(name: string, type: string): string {
  return `${name.slice(0, -3)}${type.charAt(0).toUpperCase()}${type.slice(1)}`;
}

/** The last step of an element's path: `value[x]`. */
export function lastStep(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

function placeOf(definitions: Definitions, typeName: string, path: string): Place | undefined {
  const structure = definitions.structure(typeName);
  let place: Place | undefined = structure && { structure, path: structure.type };
  for (const name of path === '' ? [] : path.split('.')) {
    place = place && below(definitions, place, name);
  }
  return place;
}

function below(definitions: Definitions, place: Place, name: string): Place | undefined {
  for (const rule of rulesBelow(place)) {
    const element = elementsOf(rule).find((candidate) => candidate.name === name);
    if (!element) continue;
    const inside = { structure: place.structure, path: rule.contentReference ?? rule.path };
    if (rulesBelow(inside).length > 0) return inside;
    const structure = definitions.structure(element.type);
    return structure?.kind === 'complex-type' ? { structure, path: structure.type } : undefined;
  }
  return undefined;
}

function rulesBelow({ structure, path }: Place): ElementRule[] {
  const depth = path.length + 1;
  return structure.elements.filter(
    (rule) => rule.path.startsWith(`${path}.`) && !rule.path.includes('.', depth) && !rule.id.includes(':'),
  );
}

function elementsOf(rule: ElementRule): Element[] {
  const last = lastStep(rule.path);
  if (!last.endsWith('[x]')) {
    return [view(rule, last, rule.types[0] ?? { code: 'BackboneElement' })];
  }
  return rule.types.map((type) => ({ ...view(rule, choiceName(last, type.code), type), choice: last }));
}

function view(rule: ElementRule, name: string, type: TypeRef): Element {
  return {
    name,
    path: rule.path,
    type: type.code,
    min: rule.min,
    list: rule.list,
    ...(rule.max === undefined ? {} : { max: rule.max }),
    ...(rule.binding ? { binding: rule.binding } : {}),
    ...(type.targets ? { targets: type.targets } : {}),
    ...(rule.fixed === undefined ? {} : { fixed: rule.fixed }),
  };
}
