import { isFinal, type State } from './state.ts';

/**
 * The order of a case: one edition in work at a time, the lowest unfinished one first. Rows come as data; the log that
 * asks must hold the editions of the case still until it has written what follows.
 */

/** An edition of a case, as its order needs it. */
export interface Edition {
  readonly edition: number;
  readonly state: State;
  readonly cause: string;
  readonly leased: boolean;
  /** Whether it has a canonical bundle: what was once made of it may have been written. */
  readonly mapped: boolean;
}

/** Where an edition stands among the others of its case. */
export interface Place<E extends Edition> {
  readonly state: 'received' | 'waiting' | 'held';
  readonly cause: '' | 'earlier-edition' | 'edition-late';
  /** Later editions that have not begun and now wait for this one. */
  readonly aside: readonly E[];
}

const goes = { state: 'received', cause: '' } as const;
const waits = { state: 'waiting', cause: 'earlier-edition', aside: [] } as const;
const late = { state: 'held', cause: 'edition-late', aside: [] } as const;

/** Whether it may be claimed, now or at its time, or is in work. */
function isActive({ state, cause }: Edition): boolean {
  return !isFinal(state) && state !== 'held' && cause !== 'earlier-edition';
}

function hasBegun({ state, leased, mapped }: Edition): boolean {
  return state === 'delivered' || (state !== 'held' && !isFinal(state) && (leased || mapped));
}

/** Where a new edition stands; one that comes after a later one was begun is held, for a person to decide. */
export function placeOfNew<E extends Edition>(edition: number, others: readonly E[]): Place<E> {
  const later = others.filter((other) => other.edition > edition);
  if (later.some(hasBegun)) return late;
  if (others.some((other) => other.edition < edition && !isFinal(other.state))) return waits;
  return { ...goes, aside: later.filter(isActive) };
}

/** Where an edition stands that a person sends on: it waits for earlier ones, and for a later one that is in work. */
export function placeAgain<E extends Edition>(edition: number, others: readonly E[]): Place<E> {
  if (others.some((other) => other.edition < edition && !isFinal(other.state))) return waits;
  const active = others.filter((other) => other.edition > edition && isActive(other));
  return active.some(hasBegun) ? waits : { ...goes, aside: active };
}

/** Which edition of a case may go now that another one is finished or held: the lowest unfinished, if it waits for that. */
export function nextToGo<E extends Edition>(editions: readonly E[]): E | undefined {
  if (editions.some(isActive)) return undefined;
  const unfinished = editions.filter(({ state }) => !isFinal(state));
  const [lowest] = unfinished.toSorted((one, other) => one.edition - other.edition);
  return lowest?.cause === 'earlier-edition' ? lowest : undefined;
}
