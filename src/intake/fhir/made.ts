/** What is made of a sent resource: each part remembers the place it came from, or the place where it should stand. */
export type Made = Leaf | Branch | Series;

export interface Leaf<Value = string | number | boolean> {
  readonly at: string;
  readonly value: Value;
}

export interface Branch {
  readonly at: string;
  readonly parts: Readonly<Record<string, Made | undefined>>;
}

export interface Series {
  readonly at: string;
  readonly items: readonly Made[];
}

/** An object of parts; undefined when none of them is there. */
export function branch(at: string, parts: Branch['parts']): Branch | undefined {
  return Object.values(parts).some((part) => part !== undefined) ? { at, parts } : undefined;
}

/** A list; undefined when it is empty. */
export function series(at: string, items: readonly Made[]): Series | undefined {
  return items.length === 0 ? undefined : { at, items };
}

export interface Assembled {
  /** The plain value. */
  readonly value: unknown;
  /** Places of what was sent and is not read. */
  readonly unread: readonly string[];
  /** The place in the sent resource of a JSON pointer into the value; for what is missing, of what it is missing in. */
  place(pointer: string): string;
}

/** Takes the plain value out of what was made. @param unread places of what was sent and is not read */
export function assemble(made: Made, unread: readonly string[]): Assembled {
  const places = new Map<string, string>();
  const take = (part: Made, pointer: string): unknown => {
    places.set(pointer, part.at);
    if ('value' in part) return part.value;
    if ('items' in part) return part.items.map((item, i) => take(item, `${pointer}/${i}`));
    const members = Object.entries(part.parts).flatMap(([name, member]) =>
      member === undefined ? [] : [[name, take(member, `${pointer}/${name}`)] as const],
    );
    return Object.fromEntries(members);
  };
  return {
    value: take(made, ''),
    unread,
    place: (pointer) => {
      let known = pointer;
      while (known !== '' && !places.has(known)) known = known.slice(0, known.lastIndexOf('/'));
      return places.get(known) ?? made.at;
    },
  };
}
