import type { LedgerCounts } from '../log/message.ts';

/** The books of the bridge: every accepted edition stands in exactly one state. */
export interface Ledger {
  readonly accepted: number;
  readonly states: LedgerCounts['states'];
  readonly held: LedgerCounts['held'];
  readonly waiting: LedgerCounts['waiting'];
  readonly balanced: boolean;
}

export function readLedger({ accepted, states, held, waiting }: LedgerCounts): Ledger {
  const standing = Object.values(states).reduce((sum, count) => sum + count, 0);
  return { accepted, states, held, waiting, balanced: accepted === standing };
}
