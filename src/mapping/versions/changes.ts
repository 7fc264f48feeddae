import type { Bundle } from '@medplum/fhirtypes';

/** What an element is on one side: where it stands (`entry[2].resource.status`) and its value. */
interface Side {
  readonly path: string;
  readonly value: unknown;
}

/** An element that two bundles of one message do not share; a whole resource or branch is one element. */
export interface Change {
  readonly kind: 'added' | 'removed' | 'changed';
  /** From the type of its resource on, as in the new bundle where it is there: `Task.input[0].valueString`. */
  readonly element: string;
  readonly before?: Side;
  readonly after?: Side;
}

/** An element without its indexes: `Task.input[].valueString`. */
export function patternOf(element: string): string {
  return element.replaceAll(/\[\d+\]/g, '[]');
}

/**
 * How the bundle of a new version differs from that of an old one, element by element. Resources are known by their
 * fullUrl, items by linkId and extensions by url, so that one that comes between others does not make all of them
 * different; the order of members of an object says nothing.
 */
export function changesBetween(before: Bundle, after: Bundle): Change[] {
  const { entry: old = [], ...oldRest } = before;
  const { entry: young = [], ...youngRest } = after;
  const found = between(
    { element: 'Bundle', path: '', value: oldRest },
    { element: 'Bundle', path: '', value: youngRest },
  );
  const places = new Map(old.map(({ fullUrl }, index) => [fullUrl, index]));
  for (const [index, { fullUrl, resource }] of young.entries()) {
    const at = places.get(fullUrl);
    places.delete(fullUrl);
    found.push(...between(at === undefined ? undefined : resourceAt(old, at), part(resource, index)));
  }
  for (const at of places.values()) found.push(...between(resourceAt(old, at), undefined));
  return found;
}

/** A part of a bundle on its way down. */
interface Part extends Side {
  readonly element: string;
}

type Entries = NonNullable<Bundle['entry']>;

function resourceAt(entries: Entries, index: number): Part {
  return part(entries[index]?.resource, index);
}

function part(resource: Entries[number]['resource'], index: number): Part {
  return {
    element: resource?.resourceType ?? 'Bundle.entry',
    path: `entry[${index}].resource`,
    value: resource,
  };
}

function between(before: Part | undefined, after: Part | undefined): Change[] {
  if (before === undefined) return after === undefined ? [] : [change('added', after, { after })];
  if (after === undefined) return [change('removed', before, { before })];
  if (Object.is(before.value, after.value)) return [];
  const pairs = pairsOf(before, after);
  if (pairs === undefined) return [change('changed', after, { before, after })];
  return pairs.flatMap(([one, other]) => between(one, other));
}

function change(kind: Change['kind'], { element }: Part, sides: { before?: Part; after?: Part }): Change {
  const side = ({ path, value }: Part): Side => ({ path, value });
  return {
    kind,
    element,
    ...(sides.before === undefined ? {} : { before: side(sides.before) }),
    ...(sides.after === undefined ? {} : { after: side(sides.after) }),
  };
}

type Pair = readonly [Part | undefined, Part | undefined];

/** What belongs together inside of two lists or two objects; undefined when they are neither. */
function pairsOf(before: Part, after: Part): Pair[] | undefined {
  const bothLists = Array.isArray(before.value) && Array.isArray(after.value);
  if (!bothLists && !(isObject(before.value) && isObject(after.value))) return undefined;
  const key = bothLists ? keyOf([before.value, after.value].flat()) : undefined;
  const old = partsOf(before, key);
  const young = partsOf(after, key);
  const rest = [...old].filter(([name]) => !young.has(name)).map(([, gone]): Pair => [gone, undefined]);
  return [...[...young].map(([name, now]): Pair => [old.get(name), now]), ...rest];
}

/** The parts of a list by index or by the value of a member that names its items, or those of an object by name. */
function partsOf({ element, path, value }: Part, key: string | undefined): Map<string, Part> {
  if (Array.isArray(value)) {
    const items = value.map((item: unknown, index): [string, Part] => {
      const at = `[${index}]`;
      const name = key === undefined ? undefined : Reflect.get(Object(item), key);
      return [String(name ?? at), { element: `${element}${at}`, path: `${path}${at}`, value: item }];
    });
    const byName = new Map(items);
    return byName.size === items.length
      ? byName
      : new Map(items.map(([, item], index) => [`[${index}]`, item]));
  }
  return new Map(
    Object.entries(Object(value)).map(([name, inner]: [string, unknown]) => [
      name,
      { element: `${element}.${name}`, path: path === '' ? name : `${path}.${name}`, value: inner },
    ]),
  );
}

/** The member that names the items of a list, where FHIR has one. */
function keyOf(items: readonly unknown[]): string | undefined {
  return ['linkId', 'url'].find((key) =>
    items.every((item) => isObject(item) && typeof Reflect.get(item, key) === 'string'),
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
