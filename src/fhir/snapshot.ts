import type { ElementDefinition } from '@medplum/fhirtypes';
import { BridgeError } from '../errors.ts';
import type { ElementRule, Structure } from './model.ts';
import { choiceName, type Lookup, lastStep } from './place.ts';
import { type PartialRule, slimPartial } from './slim.ts';

/**
 * Generates a profile's snapshot: its base's elements with what the differential says on top, and the parts of types
 * and slices unfolded where it speaks of them (R4 §5.1.0.5).
 * @param differential elements with ids, each after the ones above it
 * @throws BridgeError `configuration-invalid` when it names an element that the base does not have
 */
export function snapshotOf(
  differential: readonly ElementDefinition[],
  base: Structure,
  lookup: Lookup,
): ElementRule[] {
  const elements = structuredClone(base.elements);
  for (const source of differential) {
    const stated = slimPartial(source);
    merge(ensure(elements, stated.id, lookup), stated);
  }
  return elements;
}

/** The element of an id, made from what it derives from where it is not there yet. */
function ensure(elements: ElementRule[], id: string, lookup: Lookup): ElementRule {
  const known = elements.find((element) => element.id === id);
  if (known) return known;
  const dot = id.lastIndexOf('.');
  const colon = id.lastIndexOf(':');
  if (colon > dot) {
    return slice(elements, ensure(elements, id.slice(0, colon), lookup), id.slice(colon + 1));
  }
  const parent = dot < 0 ? undefined : ensure(elements, id.slice(0, dot), lookup);
  const step = id.slice(dot + 1);
  if (parent) unfold(elements, parent, lookup);
  const child = parent && elements.find((element) => element.id === `${parent.id}.${step}`);
  if (child) return child;
  const choice = elements.find(
    (element) =>
      element.id.startsWith(`${parent?.id}.`) &&
      element.id.endsWith('[x]') &&
      element.types.some(({ code }) => choiceName(lastStep(element.path), code) === step),
  );
  if (choice) return ensure(elements, `${choice.id}:${step}`, lookup);
  throw new BridgeError('configuration-invalid', [
    { text: 'A profile constrains an element that its base does not have.', at: id },
  ]);
}

/** Adds a slice, at first like the element it is a slice of, after the slices before it. */
function slice(elements: ElementRule[], whole: ElementRule, sliceName: string): ElementRule {
  const { slicing, ...like } = whole;
  const last = lastStep(whole.path);
  const isChoice = last.endsWith('[x]');
  const ofName = isChoice ? whole.types.filter(({ code }) => choiceName(last, code) === sliceName) : [];
  const made: ElementRule = {
    ...structuredClone(like),
    id: `${whole.id}:${sliceName}`,
    sliceName,
    min: 0,
    ...(ofName.length > 0 ? { types: structuredClone(ofName) } : {}),
  };
  if (isChoice && !slicing) {
    whole.slicing = { discriminators: [{ type: 'type', path: '$this' }], rules: 'open', ordered: false };
  }
  const after = elements.findLastIndex(
    ({ id }) => id === whole.id || id.startsWith(`${whole.id}.`) || id.startsWith(`${whole.id}:`),
  );
  elements.splice(after + 1, 0, made);
  return made;
}

/**
 * Adds the children of an element that has none yet: those of the element it is a slice of, of the one it repeats as
 * its type defines that, or of its type.
 */
function unfold(elements: ElementRule[], parent: ElementRule, lookup: Lookup): void {
  if (elements.some(({ id }) => id.startsWith(`${parent.id}.`))) return;
  const whole = parent.sliceName ? parent.id.slice(0, parent.id.lastIndexOf(':')) : undefined;
  const fromWhole = whole === undefined ? [] : below(elements, whole);
  const repeated = parent.contentReference;
  const definedIn = repeated === undefined ? undefined : lookup.structure(repeated.replace(/\..*/, ''));
  const fromRepeated = definedIn && repeated !== undefined ? below(definedIn.elements, repeated) : [];
  const children =
    fromWhole.length > 0
      ? copies(fromWhole, whole ?? '', elements.find(({ id }) => id === whole)?.path ?? '', parent)
      : fromRepeated.length > 0
        ? copies(fromRepeated, repeated ?? '', repeated ?? '', parent)
        : ofType(parent, lookup);
  elements.splice(elements.indexOf(parent) + 1, 0, ...children);
}

function below(elements: readonly ElementRule[], id: string): ElementRule[] {
  return elements.filter((element) => element.id.startsWith(`${id}.`));
}

function ofType(parent: ElementRule, lookup: Lookup): ElementRule[] {
  const [type] = parent.types;
  const named = type?.profiles?.[0];
  const structure = (named && lookup.structure(named)) || (type && lookup.structure(type.code));
  if (!structure) return [];
  return copies(structure.elements.slice(1), structure.type, structure.type, parent);
}

/** Copies elements from below one place to below another. */
function copies(from: readonly ElementRule[], id: string, path: string, to: ElementRule): ElementRule[] {
  return from.map((element) => ({
    ...structuredClone(element),
    id: to.id + element.id.slice(id.length),
    path: to.path + element.path.slice(path.length),
  }));
}

function merge(element: ElementRule, stated: PartialRule): void {
  const { id: _id, path: _path, constraints = [], ...rest } = stated;
  Object.assign(element, rest);
  const keys = new Set(constraints.map(({ key }) => key));
  const all = [...(element.constraints ?? []).filter(({ key }) => !keys.has(key)), ...constraints];
  if (all.length > 0) element.constraints = all;
}
