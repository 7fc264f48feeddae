/** Reading JSON of unknown shape: what a record system sends is parsed here, at the border, and trusted after it. */
export type Json = Readonly<Record<string, unknown>>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The objects in a list; nothing where it is no list. */
export function objects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isJson) : [];
}

/** The member of an object as a text, or undefined. */
export function text(value: unknown, ...path: readonly string[]): string | undefined {
  const found = path.reduce<unknown>((at, name) => (isJson(at) ? at[name] : undefined), value);
  return typeof found === 'string' ? found : undefined;
}

/** All values at a path of member names joined by dots; lists on the way are walked through. */
export function valuesAt(value: unknown, path: string): readonly unknown[] {
  return path.split('.').reduce<readonly unknown[]>(
    (parents, name) =>
      parents.flatMap((parent) => {
        const found = isJson(parent) ? parent[name] : undefined;
        return found === undefined || found === null ? [] : Array.isArray(found) ? found : [found];
      }),
    [value],
  );
}
