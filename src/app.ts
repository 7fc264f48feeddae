import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { v7 as uuidV7 } from 'uuid';
import { deliveryChecks } from './app/checks.ts';
import { prepareDelivering, readRoute } from './app/delivering.ts';
import { readFiles, startReading } from './app/reading.ts';
import { openLog, openQueue } from './app/stores.ts';
import { readReceivers, startTelling } from './app/telling.ts';
import { startUpkeep } from './app/upkeep.ts';
import type { Config } from './config.ts';
import type { DeliveryContext } from './delivery/context.ts';
import { assessmentDoor } from './http/assessments.ts';
import { healthDoor } from './http/health.ts';
import { mappingDiffDoor } from './http/mapping-diff.ts';
import { mappingsDoor } from './http/mappings.ts';
import { operationsDoor } from './http/operations.ts';
import { actsDoor } from './http/operations-acts.ts';
import { provenanceDoor } from './http/provenance.ts';
import { questionnaireResponseDoor } from './http/questionnaire-responses.ts';
import { createServer } from './http/server.ts';
import { createIntake } from './intake/accept.ts';
import type { Contract } from './intake/contract.ts';
import { neededBy } from './intake/needs.ts';
import type { MessageLog } from './log/log.ts';
import { createMappingVersions } from './mapping/versions/versions.ts';
import { createMetrics } from './operations/metrics.ts';
import type { RecordConnection } from './record/connection.ts';

export interface AppParts {
  readonly config: Config;
  readonly record: RecordConnection;
  readonly logger: Logger;
  /** For tests: called at each named point of delivery. */
  readonly crashPoint?: DeliveryContext['crashPoint'];
}

export interface App {
  readonly http: FastifyInstance;
  readonly log: MessageLog;
  readonly contract: Contract;
  /** Stops accepting, then telling and delivering, then the log. */
  close(): Promise<void>;
}

/** Earlier versions of the mappings that stay loaded. */
const VERSIONS = 3;

/**
 * Puts the parts together; nothing listens yet (`app.http.listen`), but delivering begins.
 * @throws BridgeError whose fault is OPERATOR when configuration, mappings, route, key or log do not allow a start
 */
export async function buildApp({ config, record, logger, crashPoint }: AppParts): Promise<App> {
  const now = () => Date.now();
  const files = readFiles(config);
  const route = readRoute(config);
  const receivers = readReceivers(config);
  // Closed in turn, the last opened first: also when something later keeps the bridge from starting.
  await using opened = new AsyncDisposableStack();
  const log = await openLog(config);
  opened.defer(log.close);
  const metrics = createMetrics();
  const reading = await startReading(files, { config, log, metrics, logger, now });
  opened.defer(reading.close);
  const queue = openQueue(config, { logger, metrics });
  const { contract, live, validate, load, read } = reading;
  const upkeep = startUpkeep(config, { log, metrics, logger, now });
  opened.defer(upkeep.stop);
  const delivering = prepareDelivering({
    config,
    connection: record,
    route,
    log,
    queue,
    reading,
    metrics,
    logger,
    now,
    // Leases are given by one clock and may be ended by another.
    mayClaim: () => upkeep.clock().ok,
    ...(crashPoint === undefined ? {} : { crashPoint }),
  });
  opened.defer(delivering.close);
  const telling = startTelling(config.alarmAfter, receivers, { log, metrics, logger, now });
  opened.defer(telling.stop);

  const http = createServer({
    bodyLimit: config.bodyLimit,
    logger,
    newId: uuidV7,
    onAnswer: metrics.answered,
  });
  opened.defer(() => http.close());
  const { source } = config;
  const intake = createIntake({
    log,
    contract,
    formats: reading.formats,
    needs: (kind) => neededBy(live.current(), kind),
    hetuPolicy: config.hetuPolicy,
    maxDepth: config.bodyDepth,
    maxPending: config.maxPending,
    title: (kind, { language }) => live.current().kinds.find(({ id }) => id === kind)?.titles[language],
    newId: uuidV7,
    now,
    wake: queue.wake,
  });
  assessmentDoor(http, { intake, log, source, now });
  questionnaireResponseDoor(http, { intake, source });
  operationsDoor(http, {
    log,
    source,
    queue,
    circuit: delivering.circuit,
    capabilities: delivering.capabilities,
    alarms: telling.alarms,
    now,
  });
  actsDoor(http, {
    log,
    queue,
    check: (schema, value) => contract.checker(`#/components/schemas/${schema}`)(value),
    maxDepth: config.bodyDepth,
    now,
  });
  mappingsDoor(http, {
    intake,
    validator: reading.validator,
    source,
    live,
    ...(reading.shadow === undefined ? {} : { shadow: reading.shadow }),
    newId: uuidV7,
    now,
  });
  mappingDiffDoor(http, {
    log,
    live: live.current,
    load,
    read,
    validate,
    check: (body) => contract.checker('#/components/schemas/MappingDiffRequest')(body),
    maxDepth: config.bodyDepth,
  });
  provenanceDoor(http, {
    log,
    read,
    live: live.current,
    versions: createMappingVersions({
      live: live.current,
      files: (digest) => log.mappingFiles(digest),
      load,
      most: VERSIONS,
    }),
  });
  healthDoor(http, {
    log,
    metrics,
    contract: contract.text,
    checks: () => deliveryChecks(delivering, reading, upkeep),
    now,
  });
  delivering.start();

  const parts = opened.move();
  return { http, log, contract, close: () => parts.disposeAsync() };
}
