import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import { BridgeError, traceOf } from '../errors.ts';
import { readKeyFile } from '../log/key-file.ts';
import type { MessageLog } from '../log/log.ts';
import type { Recipient } from '../log/outbox.ts';
import { openPostgresLog } from '../log/postgres.ts';
import { openSqliteLog } from '../log/sqlite.ts';
import type { Metrics } from '../operations/metrics.ts';
import { createBullQueue } from '../queue/bullmq.ts';
import { createInProcessQueue } from '../queue/in-process.ts';
import type { Queue } from '../queue/queue.ts';
import { redisPlace } from '../queue/redis.ts';

/** Whose news the outbox takes: who has no address asks, and nothing is kept for them. */
function recipientsOf({ webhook, alarm }: Config): readonly Recipient[] {
  return [
    ...(webhook === undefined ? [] : (['sender'] as const)),
    ...(alarm === undefined ? [] : (['operations'] as const)),
  ];
}

/**
 * Opens the message log that is configured.
 * @throws BridgeError whose fault is OPERATOR when it cannot be
 */
export function openLog(config: Config): Promise<MessageLog> {
  const keys = readKeyFile(config.dataKeyFile);
  const newsTo = recipientsOf(config);
  const { databaseUrl } = config;
  if (databaseUrl !== undefined) return openPostgresLog({ url: databaseUrl, keys, newsTo });
  return openSqliteLog({ file: join(config.dataDir, 'log.sqlite'), keys, newsTo });
}

function authorities(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new BridgeError('configuration-invalid', [{ text: 'cannot be read', at: 'REDIS_CA_FILE' }], {
      cause,
    });
  }
}

/**
 * Makes the queue that is configured; one in Redis for each route, since the rate is the record system's.
 * @throws BridgeError `configuration-invalid`
 */
export function openQueue(
  { redis, route }: Config,
  { logger, metrics }: { readonly logger: Logger; readonly metrics: Metrics },
): Queue {
  if (redis === undefined) return createInProcessQueue();
  const { url, caFile, prefix } = redis;
  const place = redisPlace(url, caFile === undefined ? {} : { ca: authorities(caFile) });
  return createBullQueue({
    redis: place,
    prefix,
    name: route,
    changed(connected, reason) {
      metrics.queueConnected(connected);
      if (connected) logger.info({ redis: place.address }, 'the queue goes by Redis');
      else {
        // Redis holds nothing of anybody, so what it says may be told.
        const said = reason instanceof Error ? { reason: reason.message } : {};
        logger.warn({ redis: place.address, ...said }, 'Redis is out of reach: this process wakes itself');
      }
    },
    failed: (error) =>
      logger.warn({ failure: traceOf(error) }, 'a wake was lost in Redis; the sweeper looks again'),
  });
}
