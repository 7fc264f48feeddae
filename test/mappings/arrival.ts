import type { Assessment } from '../../src/assessment/assessment.ts';
import type { Mappings } from '../../src/mapping/mappings.ts';
import type { TracedElement } from '../../src/mapping/trace/trace.ts';

/**
 * Which values of an assessment arrive unchanged, proved through the trace: a value has arrived where an element of
 * the bundle, or a part of a text in it, comes from this value alone and is the same.
 */

/** What stands at an element path or a JSON pointer. */
export function at(value: unknown, path: string): unknown {
  const steps = path.startsWith('/')
    ? path.split('/').slice(1)
    : path.split(/[.[\]]+/).filter((step) => step !== '');
  return steps.reduce<unknown>((found, step) => Reflect.get(Object(found), step), value);
}

/** The values of a JSON value by their pointers. */
export function leaves(value: unknown, pointer = ''): [pointer: string, value: unknown][] {
  if (typeof value !== 'object' || value === null) return [[pointer, value]];
  return Object.entries(value).flatMap(([name, inner]) => leaves(inner, `${pointer}/${name}`));
}

interface Arrivals {
  /** Pointers of what arrived in an element of its own, or in a text other than the note. */
  readonly inElements: ReadonlySet<string>;
  /** Pointers of what arrived in the note. */
  readonly inNote: ReadonlySet<string>;
  /** The words of the note that a value decided, by its pointer. */
  readonly words: ReadonlyMap<string, readonly string[]>;
}

/** What of an assessment arrives where. */
export function arrivals(assessment: Assessment, mappings: Mappings): Arrivals {
  const context = { messageId: 'any', source: 'omaolo', acceptedAt: assessment.times.sent };
  const { bundle, elements } = mappings.trace(assessment, context);
  const inElements = new Set<string>();
  const inNote = new Set<string>();
  const words = new Map<string, string[]>();
  for (const element of elements) {
    const value = at(bundle, element.element);
    const [only, ...more] = element.sources;
    const isSame = only !== undefined && more.length === 0 && at(assessment, only) === value;
    if (isSame) inElements.add(only);
    const isNote = element.element.endsWith('.attachment.data');
    for (const { text, sources, decidedBy } of partsOf(element, String(value), isNote)) {
      const [one, ...others] = sources;
      const arrived = isNote ? inNote : inElements;
      if (one !== undefined && others.length === 0 && String(at(assessment, one)) === text) arrived.add(one);
      if (!isNote) continue;
      for (const pointer of decidedBy) words.set(pointer, [...(words.get(pointer) ?? []), text]);
    }
  }
  return { inElements, inNote, words };
}

function partsOf({ parts = [] }: TracedElement, value: string, isEncoded: boolean) {
  const text = isEncoded ? Buffer.from(value, 'base64').toString('utf8') : value;
  return parts.map(({ offset, length, sources, decidedBy }) => ({
    text: text.slice(offset, offset + length),
    sources,
    decidedBy,
  }));
}
