import type { News } from './outbox.ts';
import type { State } from './state.ts';

/** News for the sender, and what is kept of it beside the message to know whether the next is news. */
export interface SenderNews {
  readonly type: News['type'];
  readonly told: string;
}

/**
 * Which news for its sender a message makes by coming into a state: a message that is in the record or withdrawn, always;
 * one that waits or is held, when the sender was last told something else. `told` is what was kept of its last news.
 */
export function senderNews(state: State, cause: string, told: string | undefined): SenderNews | undefined {
  if (state === 'delivered' || state === 'withdrawn') return { type: state, told: state };
  if (state !== 'waiting' && state !== 'held') return undefined;
  const now = `${state} ${cause}`;
  return now === told ? undefined : { type: state, told: now };
}
