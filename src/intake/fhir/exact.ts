/**
 * Numbers as they were written. JSON.parse makes one number of 37 and 37.0, which FHIR tells apart
 * (http://hl7.org/fhir/R4/datatypes.html#decimal): what the citizen wrote must be shown so.
 */

const WRITTEN = Symbol('written');

/** The value of a JSON text; `writtenIn` tells how its numbers were written. */
export function parseExact(text: string): unknown {
  return JSON.parse(text, keep);
}

/** Notes at the object that holds a number how it was written, where that differs from how JavaScript writes it. */
function keep(
  this: { [WRITTEN]?: Record<string, string> },
  name: string,
  value: unknown,
  ...[context]: readonly unknown[]
): unknown {
  if (typeof value !== 'number') return value;
  const source = sourceOf(context);
  if (source !== undefined && source !== String(value)) this[WRITTEN] = { ...this[WRITTEN], [name]: source };
  return value;
}

/** What the third argument of a reviver says (https://tc39.es/proposal-json-parse-with-source/). */
function sourceOf(context: unknown): string | undefined {
  const isSource = typeof context === 'object' && context !== null && 'source' in context;
  return isSource && typeof context.source === 'string' ? context.source : undefined;
}

/** How a number of an object was written, where that differs from how JavaScript writes it. */
export function writtenIn(members: object, name: string): string | undefined {
  const written: { [WRITTEN]?: Readonly<Record<string, string>> } = members;
  return written[WRITTEN]?.[name];
}
