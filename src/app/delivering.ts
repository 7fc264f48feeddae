import { join } from 'node:path';
import type { Logger } from 'pino';
import { v7 as uuidV7 } from 'uuid';
import type { Config } from '../config.ts';
import type { DeliveryContext } from '../delivery/context.ts';
import { createDelivery } from '../delivery/delivery.ts';
import { needsOf } from '../delivery/needs.ts';
import { loadRoute, type Route } from '../delivery/route.ts';
import type { MessageLog } from '../log/log.ts';
import { startCapabilityCheck } from '../operations/capability-check.ts';
import type { Metrics } from '../operations/metrics.ts';
import type { Queue } from '../queue/queue.ts';
import type { RecordConnection } from '../record/connection.ts';
import { createRecordSystem, type RecordSystem } from '../record/record.ts';
import { createSignIn } from '../record/sign-in.ts';
import { createTransport } from '../record/transport.ts';
import type { Reading } from './reading.ts';

/** Milliseconds between two looks at the record system's CapabilityStatement. */
const CAPABILITY_INTERVAL = 5 * 60_000;

/** @throws BridgeError `mapping-invalid` */
export function readRoute({ mappingsDir, route }: Config): Route {
  return loadRoute(join(mappingsDir, 'routes', `${route}.yaml`));
}

/** The way to the record system. */
function connectRecord(connection: RecordConnection, config: Config, now: () => number) {
  // A message in delivery makes one call at a time.
  const transport = createTransport({ connections: config.concurrency, timeout: config.callTimeout });
  const signIn = createSignIn({
    tokenUrl: connection.tokenUrl,
    clientId: connection.clientId,
    key: connection.key,
    ...(connection.scope === '' ? {} : { scope: connection.scope }),
    transport,
    now,
  });
  const record: RecordSystem = createRecordSystem({ baseUrl: connection.url, transport, signIn, now });
  return { record, close: transport.close };
}

/** Delivery, and the look at whether the record system offers what the route needs. Nothing is claimed before `start`. */
export function prepareDelivering(parts: {
  readonly config: Config;
  readonly connection: RecordConnection;
  readonly route: Route;
  readonly log: MessageLog;
  readonly queue: Queue;
  readonly reading: Pick<Reading, 'read' | 'mappings' | 'validate'>;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly now: () => number;
  readonly mayClaim: () => boolean;
  readonly crashPoint?: DeliveryContext['crashPoint'];
}) {
  const { config, route, log, queue, reading, metrics, logger, mayClaim, crashPoint } = parts;
  const way = connectRecord(parts.connection, config, parts.now);
  const delivery = createDelivery({
    log,
    queue,
    read: reading.read,
    mappings: reading.mappings,
    validate: reading.validate,
    record: way.record,
    route,
    // An SQLite log belongs to one process, so nobody else can be at a message that was begun before the start.
    alone: config.databaseUrl === undefined,
    mayClaim,
    logger,
    observe: metrics.observer,
    settings: {
      concurrency: config.concurrency,
      callTimeout: config.callTimeout,
      lease: config.lease,
      ...(config.rate === undefined ? {} : { rate: config.rate }),
    },
    ...(crashPoint === undefined ? {} : { crashPoint }),
  });
  const capabilities = startCapabilityCheck({
    record: way.record,
    needs: needsOf(route),
    delivery,
    interval: CAPABILITY_INTERVAL,
    newId: uuidV7,
    changed: (status) => logger.info({ route: route.name, capabilities: status }, 'record system read'),
  });
  return {
    start: delivery.start,
    circuit: delivery.status,
    capabilities: capabilities.status,
    /** Claims no more, waits for what is in work, and leaves the record system. */
    async close() {
      await capabilities.stop();
      await delivery.stop();
      await way.close();
    },
  };
}

export type Delivering = ReturnType<typeof prepareDelivering>;
