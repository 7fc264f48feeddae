/** JSON from the network: nothing is known of it before it was looked at. */
export type Json = Record<string, unknown>;

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * All values at a path of member names joined by dots; arrays on the way are walked through.
 * `values(patient, 'name.given')` gives every given name of every name.
 */
export function values(value: unknown, path: string): unknown[] {
  let found: unknown[] = [value];
  for (const member of path.split('.')) {
    found = found.flatMap((parent) => (isRecord(parent) ? (parent[member] ?? []) : []));
  }
  return found.filter((each) => each !== undefined && each !== null);
}

/** The first text at a path, or undefined where there is none. */
export function text(value: unknown, path: string): string | undefined {
  const first = values(value, path)[0];
  return typeof first === 'string' ? first : undefined;
}
