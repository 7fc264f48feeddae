import type { Definition } from './definition.ts';
import type { Element } from './element.ts';

/** An item that was sent, a definition that was not answered, or an item with its definition. */
export interface Placed {
  readonly item?: Element;
  readonly definition?: Definition;
}

/**
 * The items of one level in the order in which they were sent, with what the Questionnaire asks beside them where it
 * asks it: before the next item that comes later in the Questionnaire.
 */
export function inOrder(items: readonly Element[], definitions: readonly Definition[]): readonly Placed[] {
  const sent = new Set(items.map(({ members }) => members['linkId']));
  const placed: Placed[] = [];
  let next = 0;
  const leaveOpen = (until: number): void => {
    for (const definition of definitions.slice(next, until)) {
      if (!sent.has(definition.linkId)) placed.push({ definition });
    }
    next = Math.max(next, until);
  };
  for (const item of items) {
    const at = definitions.findIndex(({ linkId }) => linkId === item.members['linkId']);
    const definition = definitions[at];
    if (definition === undefined) placed.push({ item });
    else {
      leaveOpen(at);
      placed.push({ item, definition });
    }
  }
  leaveOpen(definitions.length);
  return placed;
}
