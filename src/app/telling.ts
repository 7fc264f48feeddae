import type { Logger } from 'pino';
import type { Config, NewsConfig } from '../config.ts';
import { newsSettings, startNews } from '../delivery/news.ts';
import { newsReceiver } from '../delivery/news-receiver.ts';
import { traceOf } from '../errors.ts';
import type { MessageLog, Recipient } from '../log/log.ts';
import { startAlarms } from '../operations/alarms.ts';
import type { Metrics } from '../operations/metrics.ts';
import { createTransport } from '../record/transport.ts';

/** Milliseconds between two looks for urgent messages that are late. */
const ALARM_INTERVAL = 5_000;

interface Parts {
  readonly log: MessageLog;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly now: () => number;
}

/** Posts the news of one recipient. */
function tell(to: Recipient, receiver: NewsConfig, { log, metrics, logger }: Parts) {
  const { concurrency: connections, timeout } = newsSettings;
  const transport = createTransport({ connections, timeout });
  const sender = startNews({
    log,
    to,
    receiver: newsReceiver(receiver),
    transport,
    logger,
    observe: metrics.posted,
  });
  return {
    async stop() {
      await sender.stop();
      await transport.close();
    },
  };
}

/**
 * Tells the sender what became of its assessments, and operations of urgent ones that are late, where each has an
 * address; alarms are looked for in any case. @throws BridgeError `configuration-invalid`
 */
export function startTelling(config: Config, parts: Parts) {
  const { log, metrics, logger, now } = parts;
  const { webhook, alarm, alarmAfter } = config;
  const senders = [
    ...(webhook === undefined ? [] : [tell('sender', webhook, parts)]),
    ...(alarm === undefined ? [] : [tell('operations', alarm, parts)]),
  ];
  let standing: ReadonlyMap<number, number> = new Map();
  const alarms = startAlarms({
    log,
    limits: alarmAfter,
    interval: ALARM_INTERVAL,
    now,
    observe(seen) {
      standing = seen;
      metrics.alarms(seen);
    },
    failed: (error) =>
      logger.error(
        { failure: traceOf(error) },
        'the message log could not say which urgent messages are late',
      ),
  });
  return {
    /** Alarms that stand, by urgency. */
    alarms: () => standing,
    async stop() {
      await alarms.stop();
      await Promise.all(senders.map(({ stop }) => stop()));
    },
  };
}
