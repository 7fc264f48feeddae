import type { MessageLog } from '../log/log.ts';
import { type Regular, regularly } from './regularly.ts';

export interface AlarmsOptions {
  readonly log: Pick<MessageLog, 'alarms'>;
  /** Milliseconds within which a message must be in the record, by urgency. */
  readonly limits: ReadonlyMap<number, number>;
  /** Milliseconds between two looks. */
  readonly interval: number;
  readonly now: () => number;
  /** Told how many alarms stand, for each urgency that has a limit. */
  readonly observe: (standing: ReadonlyMap<number, number>) => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Looks again and again which urgent messages are not in the record in their time. The log raises each alarm once and
 * ends it, whichever process looked; what it writes to the outbox is posted by delivery/news.ts.
 */
export function startAlarms({ log, limits, interval, now, observe, failed }: AlarmsOptions): Regular {
  async function look(): Promise<void> {
    const standing = await log.alarms({ now: now(), limits });
    observe(new Map([...limits.keys()].map((urgency) => [urgency, standing.get(urgency) ?? 0])));
  }
  return regularly(look, { interval, failed });
}
