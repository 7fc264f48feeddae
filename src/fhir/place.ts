import type { ElementRule, Structure } from './model.ts';

/** What finds a structure by url or type name. */
export interface Lookup {
  structure(urlOrType: string): Structure | undefined;
}

/** A structure and an element in it that has children: where one stands when walking down a type. */
export interface Place {
  structure: Structure;
  path: string;
}

/** The root of a type or profile. */
export function rootPlace(lookup: Lookup, urlOrType: string): Place | undefined {
  const structure = lookup.structure(urlOrType);
  return structure && structure.kind !== 'primitive-type' ? { structure, path: structure.type } : undefined;
}

/** The elements directly below a place, slices left out. */
export function rulesBelow({ structure, path }: Place): ElementRule[] {
  const above = `${path}.`;
  return structure.elements.filter(
    (rule) => rule.path.startsWith(above) && !rule.path.includes('.', above.length) && !rule.id.includes(':'),
  );
}

/** The element below a place that a step names: `name`, `value[x]` or one type of a choice, `valueString`. */
export function ruleBelow(place: Place, step: string): ElementRule | undefined {
  const rules = rulesBelow(place);
  return (
    rules.find(({ path }) => lastStep(path) === step) ??
    rules.find(({ path, types }) => {
      const last = lastStep(path);
      return last.endsWith('[x]') && types.some(({ code }) => choiceName(last, code) === step);
    })
  );
}

/**
 * The place inside an element: its own children where its structure has some, else those of the element it repeats as
 * its type defines that, else its type's. What a profile asks of an element does not hold for its repetitions
 * (ElementDefinition.contentReference, as R5 made clear).
 * @param type the type meant, for a choice
 * @returns undefined for primitives
 */
export function placeInside(
  lookup: Lookup,
  { structure }: Place,
  rule: ElementRule,
  type = rule.types[0]?.code,
): Place | undefined {
  const own = { structure, path: rule.path };
  if (rulesBelow(own).length > 0) return own;
  const { contentReference } = rule;
  if (contentReference === undefined) return type === undefined ? undefined : rootPlace(lookup, type);
  const root = rootPlace(lookup, structure.type);
  return root && { ...root, path: contentReference };
}

/** The JSON property of one type of a choice: `value[x]` and `string` give `valueString`. */
export function choiceName(name: string, type: string): string {
  return `${name.slice(0, -3)}${type.charAt(0).toUpperCase()}${type.slice(1)}`;
}

/** The last step of an element's path: `value[x]`. */
export function lastStep(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}
