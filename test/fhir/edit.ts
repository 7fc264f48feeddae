/** A change of a resource: values to put at paths (`name[0].family`), and paths to empty. */
export interface Edit {
  put?: Readonly<Record<string, unknown>>;
  remove?: readonly string[];
}

type Json = Record<string | number, unknown>;

/** A copy of a resource with the change made. */
export function edited(resource: unknown, { put = {}, remove = [] }: Edit): unknown {
  const copy: unknown = structuredClone(resource);
  for (const [path, value] of Object.entries(put)) {
    const { holder, last } = find(copy, path);
    holder[last] = value;
  }
  for (const path of remove) {
    const { holder, last } = find(copy, path);
    delete holder[last];
  }
  return copy;
}

function find(resource: unknown, path: string): { holder: Json; last: string | number } {
  const steps = [...path.matchAll(/([A-Za-z_]\w*)|\[(\d+)\]/g)].map(
    ([, name, index]) => name ?? Number(index),
  );
  const last = steps.pop() ?? '';
  let holder = asObject(resource, path);
  for (const step of steps) holder = asObject(holder[step], path);
  return { holder, last };
}

function asObject(value: unknown, path: string): Json {
  if (!isJson(value)) throw new Error(`Nothing to edit at ${path}`);
  return value;
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}
