import type { LedgerCounts } from './message.ts';
import { int, type Row, state, text } from './rows.ts';
import { isFinal, type State } from './state.ts';

/**
 * The books in the order of their readers. `counts` has how many messages are in each state, cause and urgency, `oldest`
 * when the oldest unfinished message of each urgency was accepted.
 */
export function ledgerOf({
  accepted,
  counts,
  oldest,
}: {
  readonly accepted: number;
  readonly counts: readonly Row[];
  readonly oldest: ReadonlyMap<number, number>;
}): LedgerCounts {
  const states: Record<State, number> = {
    received: 0,
    mapped: 0,
    delivering: 0,
    delivered: 0,
    waiting: 0,
    held: 0,
    unknown: 0,
    trial: 0,
    withdrawn: 0,
  };
  const held: Record<string, number> = {};
  const waiting: Record<string, number> = {};
  const open = new Map<number, number>();
  for (const row of counts) {
    const of = state(row);
    const count = int(row, 'count');
    const cause = text(row, 'cause');
    const urgency = int(row, 'urgency');
    states[of] += count;
    if (of === 'held') held[cause] = (held[cause] ?? 0) + count;
    if (of === 'waiting') waiting[cause] = (waiting[cause] ?? 0) + count;
    if (!isFinal(of)) open.set(urgency, (open.get(urgency) ?? 0) + count);
  }
  return {
    accepted,
    states,
    held,
    waiting,
    unfinished: [...open]
      .toSorted(([one], [other]) => one - other)
      .map(([urgency, count]) => ({ urgency, count, oldest: oldest.get(urgency) ?? 0 })),
  };
}
