import type { Due } from './message.ts';
import type { RedriveOrder } from './people.ts';

/** Which of the matching messages (in their order) a redrive at `at` moves, and when each may go. */
export function redriven(
  matching: readonly Pick<Due, 'id' | 'urgency'>[],
  { limit, spacing }: RedriveOrder,
  at: number,
): readonly Due[] {
  return matching.slice(0, limit).map(({ id, urgency }, i) => ({ id, urgency, due: at + i * spacing }));
}

/** The order of a redrive and how many it moved, in words. */
export function redriveNote(order: RedriveOrder, matching: number, moved: number): string {
  const { cause, kind, urgency, from, to, spacing } = order;
  const of = [
    `held for ${cause}`,
    ...(kind === undefined ? [] : [`of kind ${kind}`]),
    ...(urgency === undefined ? [] : [`of urgency ${urgency}`]),
    ...(from === undefined ? [] : [`accepted from ${new Date(from).toISOString()}`]),
    ...(to === undefined ? [] : [`accepted before ${new Date(to).toISOString()}`]),
  ];
  return `${moved} of ${matching} messages ${of.join(', ')}; ${spacing} ms apart`;
}
