import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { newsSettings, startNews } from '../delivery/news.ts';
import { type NewsReceiver, newsReceiver } from '../delivery/news-receiver.ts';
import { traceOf } from '../errors.ts';
import type { MessageLog } from '../log/log.ts';
import type { Recipient } from '../log/outbox.ts';
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

/** Who has an address for news. @throws BridgeError `configuration-invalid` */
export function readReceivers({ webhook, alarm }: Config): ReadonlyMap<Recipient, NewsReceiver> {
  const receivers = new Map<Recipient, NewsReceiver>();
  if (webhook !== undefined) receivers.set('sender', newsReceiver(webhook));
  if (alarm !== undefined) receivers.set('operations', newsReceiver(alarm));
  return receivers;
}

/** Posts the news of one recipient. */
function tell(to: Recipient, receiver: NewsReceiver, { log, metrics, logger }: Parts) {
  const { concurrency: connections, timeout } = newsSettings;
  const transport = createTransport({ connections, timeout });
  const sender = startNews({
    log,
    to,
    receiver,
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
 * Posts news to whom has an address, and looks for urgent messages that are late in any case. `limits` in milliseconds
 * by urgency.
 */
export function startTelling(
  limits: ReadonlyMap<number, number>,
  receivers: ReadonlyMap<Recipient, NewsReceiver>,
  parts: Parts,
) {
  const { log, metrics, logger, now } = parts;
  const senders = [...receivers].map(([to, receiver]) => tell(to, receiver, parts));
  let standing: ReadonlyMap<number, number> = new Map();
  const alarms = startAlarms({
    log,
    limits,
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
