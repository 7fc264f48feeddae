import type { ElementRule } from './model.ts';
import { choiceName, lastStep } from './place.ts';
import { isObject, type Json, type Run, within } from './run.ts';

/** One value of an element as it stands in JSON. */
export interface Item {
  /** Undefined where a primitive has extensions only. */
  value: unknown;
  /** `_name`'s part of a primitive. */
  shadow: unknown;
  /** Property in JSON. */
  name: string;
  index: number | undefined;
  type: string;
}

/** Finds the values of an element in the object it belongs to. */
export type Access = (parent: Json) => readonly Item[];

/**
 * Compiles the access to an element.
 * @param rule the element as its type defines it
 * @param step how a profile names it: `value[x]`, or `valueQuantity` for one type alone
 */
export function accessOf(rule: ElementRule, step: string): Access {
  const last = lastStep(rule.path);
  if (!last.endsWith('[x]')) {
    const type = rule.types[0]?.code ?? 'BackboneElement';
    const shadowName = `_${last}`;
    return (parent) => itemsOf(parent, last, shadowName, type);
  }
  const types = new Map(
    rule.types
      .map(({ code }) => [choiceName(last, code), code] as const)
      .filter(([name]) => step === last || step === name),
  );
  return (parent) => {
    const items: Item[] = [];
    // Objects have few properties, a choice up to fifty names.
    for (const key in parent) {
      const name = key.startsWith('_') ? key.slice(1) : key;
      const type = types.get(name);
      if (type !== undefined && (key === name || !(name in parent)))
        items.push(...itemsOf(parent, name, `_${name}`, type));
    }
    return items;
  };
}

const NONE: readonly Item[] = [];

function itemsOf(parent: Json, name: string, shadowName: string, type: string): readonly Item[] {
  const value = parent[name];
  const shadow = parent[shadowName];
  if (value === undefined && shadow === undefined) return NONE;
  if (!Array.isArray(value) && !Array.isArray(shadow))
    return [{ value, shadow, name, index: undefined, type }];
  const values: unknown[] = Array.isArray(value) ? value : [];
  const shadows: unknown[] = Array.isArray(shadow) ? shadow : [];
  const items: Item[] = [];
  for (let index = 0; index < values.length || index < shadows.length; index += 1) {
    items.push({ value: values[index] ?? undefined, shadow: shadows[index], name, index, type });
  }
  return items;
}

/** The object that holds an item's children: itself, or a primitive's ids and extensions. */
export function holderOf({ value, shadow }: Item): Json | undefined {
  return isObject(value) ? value : isObject(shadow) ? shadow : undefined;
}

/** Does something at the item's place. */
export function atItem(run: Run, { name, index }: Item, act: () => void): void {
  within(run, name, index, act);
}
