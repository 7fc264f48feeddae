import type { LedgerCounts } from '../../src/log/message.ts';

/** The books of an empty log. */
export const noMessages: LedgerCounts = {
  accepted: 0,
  states: {
    received: 0,
    mapped: 0,
    delivering: 0,
    delivered: 0,
    waiting: 0,
    held: 0,
    unknown: 0,
    trial: 0,
    withdrawn: 0,
  },
  held: {},
  waiting: {},
  unfinished: [],
};
