import { type Change, patternOf } from './changes.ts';

/** In how many messages an element, its indexes left out, is different. */
export interface ElementTally {
  readonly element: string;
  readonly messages: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
}

/** Counts changes by element, never with a value. */
export interface Tally {
  /** Takes the changes of one message. */
  add(changes: readonly Change[]): void;
  /** Those of most messages first. */
  elements(): readonly ElementTally[];
}

interface Counts {
  messages: number;
  added: number;
  removed: number;
  changed: number;
}

export function createTally(): Tally {
  const counts = new Map<string, Counts>();
  return {
    add(changes) {
      const seen = new Set<string>();
      for (const { element, kind } of changes) {
        const pattern = patternOf(element);
        const count = counts.get(pattern) ?? { messages: 0, added: 0, removed: 0, changed: 0 };
        counts.set(pattern, count);
        count[kind] += 1;
        if (!seen.has(pattern)) count.messages += 1;
        seen.add(pattern);
      }
    },
    elements: () =>
      [...counts]
        .map(([element, count]) => ({ element, ...count }))
        .sort((a, b) => b.messages - a.messages || a.element.localeCompare(b.element)),
  };
}
