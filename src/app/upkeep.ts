import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { traceOf } from '../errors.ts';
import type { MessageLog } from '../log/log.ts';
import { type ClockStatus, compareClocks } from '../operations/clock-check.ts';
import type { Metrics } from '../operations/metrics.ts';
import { pruneFinished } from '../operations/pruning.ts';
import { regularly } from '../operations/regularly.ts';

/** Milliseconds between two comparisons of the clocks. */
const CLOCK_INTERVAL = 15_000;
/** Milliseconds between two clearings of old content. */
const PRUNE_INTERVAL = 60 * 60_000;

/** What is done beside the work: comparing this computer's clock with the log's, and clearing old content. */
export function startUpkeep(
  { keepFinished }: Pick<Config, 'keepFinished'>,
  parts: {
    readonly log: MessageLog;
    readonly metrics: Pick<Metrics, 'clockAhead'>;
    readonly logger: Logger;
    readonly now: () => number;
  },
) {
  const { log, metrics, logger, now } = parts;
  let clock: ClockStatus = { ahead: 0, ok: true };

  async function compare(): Promise<void> {
    const next = await compareClocks(log, now);
    if (next.ok !== clock.ok) logger.warn(next, "this computer's clock compared with the message log's");
    clock = next;
    metrics.clockAhead(next.ahead);
  }

  async function prune(keep: number): Promise<void> {
    const cleared = await pruneFinished(log, { keep, now: now() });
    if (cleared > 0) logger.info({ cleared }, 'content of finished messages cleared');
  }

  const failed = (what: string) => (error: unknown) => logger.error({ failure: traceOf(error) }, what);
  const tasks = [
    regularly(compare, { interval: CLOCK_INTERVAL, failed: failed('the clocks could not be compared') }),
    ...(keepFinished === undefined
      ? []
      : [
          regularly(() => prune(keepFinished), {
            interval: PRUNE_INTERVAL,
            failed: failed('old content could not be cleared'),
          }),
        ]),
  ];
  return {
    clock: () => clock,
    async stop() {
      await Promise.all(tasks.map(({ stop }) => stop()));
    },
  };
}
