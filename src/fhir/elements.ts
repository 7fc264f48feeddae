import type { Binding, ElementRule, TypeRef } from './model.ts';
import {
  choiceName,
  type Lookup,
  lastStep,
  type Place,
  placeInside,
  rootPlace,
  ruleBelow,
  rulesBelow,
} from './place.ts';

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
  /** The element whose children it has too: `QuestionnaireResponse.item` for an item in an item. */
  repeats?: string;
}

/**
 * The elements below a place in a type.
 * @param typeName a type name or a profile's url
 * @param path dotted JSON names below the type, without indexes (`name`, `item.answer`); absent: the type itself
 * @returns none when the type or path is unknown, or holds a primitive or any resource (`contained`)
 */
export function childrenOf(lookup: Lookup, typeName: string, path = ''): Element[] {
  const place = placeOf(lookup, typeName, path);
  return place ? rulesBelow(place).flatMap(elementsOf) : [];
}

/** The element at a path (as in `childrenOf`), or undefined when the type has none such. */
export function elementOf(lookup: Lookup, typeName: string, path: string): Element | undefined {
  const steps = path.split('.');
  const name = steps.pop();
  return childrenOf(lookup, typeName, steps.join('.')).find((element) => element.name === name);
}

function placeOf(lookup: Lookup, typeName: string, path: string): Place | undefined {
  let place = rootPlace(lookup, typeName);
  for (const name of path === '' ? [] : path.split('.')) {
    const rule = place && ruleBelow(place, name);
    const element = rule && elementsOf(rule).find((candidate) => candidate.name === name);
    place = place && rule && element && placeInside(lookup, place, rule, element.type);
  }
  return place;
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
    ...(rule.contentReference ? { repeats: rule.contentReference } : {}),
  };
}
