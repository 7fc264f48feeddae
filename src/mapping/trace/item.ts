import type { Place } from '../files/place.ts';

/**
 * One value with its origin. A traced value follows `Run`: nothing, one item, or a list of items.
 * Sources are JSON pointers into the assessment (`/client/hetu`), or predefined variables with their path
 * (`%text.heading.reason`).
 */
export interface Item {
  /** The value as JSON, which is no list. */
  readonly value: unknown;
  /** What the value came from. */
  readonly sources: readonly string[];
  /** What decided that it is this value, or that it is there, without being in it. */
  readonly conditions: readonly string[];
  /** The innermost place that made it; undefined while only expressions have handled it. */
  readonly rule: Place | undefined;
  /** Of a value that stands somewhere as it is: members of it have origins of their own. */
  readonly location: Location | undefined;
  /** Of an object that a template made. */
  readonly members: ReadonlyMap<string, Traced> | undefined;
  /** Of a text that was put together, or its base64: what it consists of. */
  readonly pieces: readonly Piece[] | undefined;
}

export type Traced = Item | readonly Item[] | undefined;

/** Where a value stands: in the assessment, or in a predefined variable. */
export interface Location {
  readonly path: string;
  /** Further sources of everything that stands there: what chose it. */
  readonly also: readonly string[];
}

/** A part of a text with its own origin. */
export interface Piece {
  readonly text: string;
  readonly sources: readonly string[];
  readonly conditions: readonly string[];
  readonly rule: Place | undefined;
}

const BARE = {
  sources: [],
  conditions: [],
  rule: undefined,
  location: undefined,
  members: undefined,
  pieces: undefined,
};

/** A value that a template's author wrote, or an expression computed. */
export function made(value: unknown, origin: Partial<Omit<Item, 'value'>> = {}): Item {
  return { ...BARE, value, ...origin };
}

/** A JSON value that stands somewhere: lists in one flat list of items, null as nothing. */
export function located(value: unknown, { path, also }: Location): readonly Item[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) {
    return value.flatMap((each, index) => located(each, { path: indexed(path, index), also }));
  }
  return [{ ...BARE, value, sources: [path, ...also], location: { path, also } }];
}

/** The member of an object, by a path step; nothing when the item has none such. */
export function memberOf(item: Item, name: string): readonly Item[] {
  const { value, members, location, sources } = item;
  if (members) return listOf(members.get(name));
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return [];
  const inner: unknown = Reflect.get(value, name);
  if (location) {
    return located(inner, { path: stepped(location.path, name), also: location.also }).map((found) =>
      decided(found, item.conditions),
    );
  }
  return (Array.isArray(inner) ? inner : [inner]).map((each) => made(each, { sources }));
}

function stepped(path: string, name: string): string {
  if (path.startsWith('%')) return `${path}.${name}`;
  return `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function indexed(path: string, index: number): string {
  return path.startsWith('%') ? `${path}[${index}]` : `${path}/${index}`;
}

/** An object that a template makes; nothing when it has no member. */
export function objectOf(members: ReadonlyMap<string, Traced>, rule: Place): Item | undefined {
  if (members.size === 0) return undefined;
  const value = Object.fromEntries([...members].map(([name, inner]) => [name, plain(inner)]));
  return { ...BARE, value, members, rule };
}

/** A text of pieces. */
export function textOf(pieces: readonly Piece[], rule: Place | undefined): Item {
  return made(pieces.map(({ text }) => text).join(''), {
    rule,
    pieces,
    sources: union(pieces.map(({ sources }) => sources)),
    conditions: union(pieces.map(({ conditions }) => conditions)),
  });
}

/** What a value contributes to a text. */
export function piecesOf({ value, pieces, sources, conditions, rule }: Item): readonly Piece[] {
  return pieces ?? [{ text: String(value), sources, conditions, rule }];
}

/** The JSON value, as mapping gives it. */
export function plain(traced: Traced): unknown {
  return isList(traced) ? traced.map(({ value }) => value) : traced?.value;
}

export function isList(traced: Traced): traced is readonly Item[] {
  return Array.isArray(traced);
}

/** A traced value as a FHIRPath collection. */
export function listOf(traced: Traced): readonly Item[] {
  if (traced === undefined) return [];
  return isList(traced) ? traced : [traced];
}

/** A FHIRPath collection as a traced value. */
export function settled(items: readonly Item[]): Traced {
  return items.length > 1 ? items : items[0];
}

/** The same with something done to each item. */
export function each(traced: Traced, change: (item: Item) => Item): Traced {
  if (isList(traced)) return traced.map(change);
  return traced && change(traced);
}

/** The item with further conditions, which its pieces share. */
export function decided(item: Item, conditions: readonly string[]): Item {
  if (conditions.length === 0) return item;
  const { pieces } = item;
  return {
    ...item,
    conditions: union([item.conditions, conditions]),
    pieces: pieces?.map((piece) => ({ ...piece, conditions: union([piece.conditions, conditions]) })),
  };
}

/** The item with the place that made it, unless it was made before. */
export function ruled(item: Item, place: Place): Item {
  if (item.rule) return item;
  const { pieces } = item;
  return {
    ...item,
    rule: place,
    pieces: pieces?.map((piece) => ({ ...piece, rule: piece.rule ?? place })),
  };
}

/** Everything of several lists once. */
export function union(lists: readonly (readonly string[])[]): readonly string[] {
  const filled = lists.filter((list) => list.length > 0);
  return filled.length > 1 ? [...new Set(filled.flat())] : (filled[0] ?? []);
}
