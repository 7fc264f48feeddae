import type { MessageLog } from '../log/log.ts';

/** How this computer's clock stands to the message log's. */
export interface ClockStatus {
  /** Milliseconds by which this clock is ahead. */
  readonly ahead: number;
  /** Whether leases can be trusted: they are given by one clock and may be ended by another. */
  readonly ok: boolean;
}

/** By how much clocks may differ, in milliseconds: little against any lease. */
const TOLERANCE = 500;

/** Compares the clocks. What the question took on its way is uncertain, and counts in favour of the clock. */
export async function compareClocks(log: Pick<MessageLog, 'time'>, now: () => number): Promise<ClockStatus> {
  const before = now();
  const time = await log.time();
  const after = now();
  const ahead = Math.round((before + after) / 2 - time);
  return { ahead, ok: Math.abs(ahead) <= TOLERANCE + (after - before) / 2 };
}
