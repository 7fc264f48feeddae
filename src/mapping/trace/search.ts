import type { Origin, TracedElement } from './trace.ts';

/** A part of a trace to look for; without both, the whole trace. */
export interface TraceSearch {
  /** A JSON pointer: what it points to, or anything below, is among an element's sources or decided it. */
  readonly source?: string;
  /** An element's path: this element and all below it. */
  readonly element?: string;
}

/**
 * The elements that a search is about. Of a source they name only what the search is about, and of texts that were put
 * together they have only the parts that it is in.
 */
export function searchTrace(
  elements: readonly TracedElement[],
  { source, element }: TraceSearch,
): readonly TracedElement[] {
  const below = element === undefined ? elements : elements.filter((each) => isBelow(each.element, element));
  if (source === undefined || source === '') return below;
  return below.filter((each) => isFrom(each, source)).map((each) => narrowed(each, source));
}

function isBelow(path: string, above: string): boolean {
  if (!path.startsWith(above)) return false;
  return path.length === above.length || ['.', '['].includes(path.charAt(above.length));
}

function isFrom({ sources, decidedBy }: Origin, source: string): boolean {
  return [...sources, ...decidedBy].some((each) => isIn(each, source));
}

function isIn(pointer: string, source: string): boolean {
  return pointer === source || pointer.startsWith(`${source}/`);
}

function narrowed(element: TracedElement, source: string): TracedElement {
  const { parts } = element;
  return {
    ...element,
    sources: element.sources.filter((each) => isIn(each, source)),
    decidedBy: element.decidedBy.filter((each) => isIn(each, source)),
    ...(parts ? { parts: parts.filter((part) => isFrom(part, source)) } : {}),
  };
}
