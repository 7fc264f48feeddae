import { BridgeError } from '../errors.ts';

/** The states of a message; the only place that knows which may follow which. */
export type State =
  | 'received'
  | 'mapped'
  | 'delivering'
  | 'delivered'
  | 'waiting'
  | 'held'
  | 'unknown'
  | 'trial'
  | 'withdrawn';

/** What may follow each state. A state that follows itself is a repeated try that ended alike. */
export const transitions: Readonly<Record<State, readonly State[]>> = {
  received: ['mapped', 'waiting', 'held', 'withdrawn'],
  mapped: ['mapped', 'delivering', 'waiting', 'held', 'withdrawn'],
  delivering: ['delivering', 'delivered', 'waiting', 'held', 'unknown'],
  waiting: ['received', 'mapped', 'delivering', 'delivered', 'waiting', 'held', 'unknown', 'withdrawn'],
  held: ['received', 'waiting', 'delivered', 'withdrawn'],
  unknown: ['delivering', 'delivered', 'waiting', 'held', 'unknown'],
  delivered: [],
  trial: [],
  withdrawn: [],
};

/** Whether nothing will happen to a message in this state any more. */
export function isFinal(state: State): boolean {
  return transitions[state].length === 0;
}

/** @throws BridgeError `internal` when the table does not allow the step. */
export function assertTransition(from: State, to: State): void {
  if (!transitions[from].includes(to)) {
    throw new BridgeError('internal', [{ text: `a message may not go from ${from} to ${to}` }]);
  }
}
