import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bundle } from '@medplum/fhirtypes';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { v7 as uuidV7 } from 'uuid';
import { type Config, projectFolder } from './config.ts';
import type { CrashPoint } from './delivery/crash-points.ts';
import { createDelivery, type Delivery } from './delivery/delivery.ts';
import { needsOf } from './delivery/needs.ts';
import { loadRoute } from './delivery/route.ts';
import type { ErrorDetail } from './errors.ts';
import { loadDefinitions } from './fhir/definitions.ts';
import { hasErrors } from './fhir/outcome.ts';
import { createValidator, type Validator } from './fhir/validator.ts';
import { assessmentDoor } from './http/assessments.ts';
import { type Check, healthDoor } from './http/health.ts';
import { mappingDiffDoor } from './http/mapping-diff.ts';
import { mappingsDoor } from './http/mappings.ts';
import { operationsDoor } from './http/operations.ts';
import { provenanceDoor } from './http/provenance.ts';
import { questionnaireResponseDoor } from './http/questionnaire-responses.ts';
import { createServer } from './http/server.ts';
import { createIntake } from './intake/accept.ts';
import { type Contract, readContract } from './intake/contract.ts';
import { loadSourceSettings } from './intake/fhir/settings.ts';
import { formatsOf, readersOf } from './intake/formats.ts';
import { neededBy } from './intake/needs.ts';
import { readKeyFile } from './log/key-file.ts';
import type { MessageLog } from './log/log.ts';
import { openSqliteLog } from './log/sqlite.ts';
import type { MappingFolder, ParsedFiles } from './mapping/files/files.ts';
import { loadingMappings, loadMappings } from './mapping/mappings.ts';
import type { LiveStatus } from './mapping/versions/live.ts';
import { createMappingVersions } from './mapping/versions/versions.ts';
import { type CapabilityCheck, startCapabilityCheck } from './operations/capability-check.ts';
import { showBroken, watchMappings, watchShadow } from './operations/live-mappings.ts';
import { createMetrics } from './operations/metrics.ts';
import { createShadow } from './operations/shadow.ts';
import { createInProcessQueue } from './queue/in-process.ts';
import type { RecordConnection } from './record/connection.ts';
import { createRecordSystem } from './record/record.ts';
import { createSignIn } from './record/sign-in.ts';
import { createTransport } from './record/transport.ts';

export interface AppParts {
  readonly config: Config;
  readonly record: RecordConnection;
  readonly logger: Logger;
  /** For tests: called at each named point of delivery. */
  readonly crashPoint?: (point: CrashPoint) => Promise<void> | undefined;
}

export interface App {
  readonly http: FastifyInstance;
  readonly log: MessageLog;
  readonly contract: Contract;
  /** Stops accepting, then delivering, then the log. */
  close(): Promise<void>;
}

/** Milliseconds between two looks at the record system's CapabilityStatement. */
const CAPABILITY_INTERVAL = 5 * 60_000;
/** Milliseconds for one call to the record system. */
const CALL_TIMEOUT = 30_000;
/** Earlier versions of the mappings that stay loaded. */
const VERSIONS = 3;

/** The faults of a bundle that forbid sending it. */
function faultsOf(validator: Validator, bundle: unknown): readonly ErrorDetail[] {
  return validator
    .validate(bundle)
    .filter((issue) => hasErrors([issue]))
    .map(({ diagnostics, expression }) => ({ text: diagnostics, at: expression }));
}

function deliveryChecks(delivery: Delivery, capabilities: CapabilityCheck): readonly Check[] {
  const circuit = delivery.status();
  const known = capabilities.status();
  const statement: Check =
    known.kind === 'read'
      ? {
          name: 'record system offers what the route needs',
          ok: known.gaps.length === 0,
          ...noteOf(known.gaps),
        }
      : {
          name: 'record system offers what the route needs',
          ok: false,
          note: known.kind === 'unreadable' ? known.why : 'its CapabilityStatement has not been read yet',
        };
  return [
    { name: 'way to the record system', ok: circuit.state === 'closed', note: circuit.state },
    statement,
  ];
}

function mappingsCheck(status: LiveStatus): Check {
  const note = showBroken(status);
  const name = 'mappings folder is what is live';
  return note === undefined ? { name, ok: true } : { name, ok: false, note };
}

function noteOf(gaps: readonly string[]): { note?: string } {
  return gaps.length === 0 ? {} : { note: gaps.join('; ') };
}

/**
 * Puts the parts together; nothing listens yet (`app.http.listen`), but delivering begins.
 * @throws BridgeError whose fault is OPERATOR when configuration, mappings, route, key or log do not allow a start
 */
export async function buildApp({ config, record: connection, logger, crashPoint }: AppParts): Promise<App> {
  const contract = readContract(readFileSync(join(projectFolder, 'openapi.yaml'), 'utf8'));
  const definitions = loadDefinitions({ folders: [config.profilesDir, ...config.packages] });
  const validator = createValidator(definitions);
  const surroundings = {
    definitions,
    sourceSchema: { $ref: '#/components/schemas/Assessment', components: { schemas: contract.schemas } },
  };
  const first = loadMappings({ folder: config.mappingsDir, ...surroundings });
  const source = loadSourceSettings(join(config.mappingsDir, 'sources', 'questionnaire-response.yaml'));
  const route = loadRoute(join(config.mappingsDir, 'routes', `${config.route}.yaml`));
  const log = await openSqliteLog({
    file: join(config.dataDir, 'log.sqlite'),
    keys: readKeyFile(config.dataKeyFile),
  });

  const now = () => Date.now();
  const metrics = createMetrics();
  const load = (folder: MappingFolder) => loadingMappings({ folder, ...surroundings });
  const validate = (bundle: Bundle) => faultsOf(validator, bundle);
  const parsed: ParsedFiles = new Map();
  const live = await watchMappings(first, {
    dir: config.mappingsDir,
    load: (folder) => loadingMappings({ folder, parsed, ...surroundings }),
    log,
    metrics,
    logger,
    now,
  });
  const beside =
    config.shadowMappingsDir === undefined
      ? undefined
      : watchShadow({ dir: config.shadowMappingsDir, load, logger, now });
  const shadow =
    beside &&
    createShadow({
      current: beside.current,
      share: config.shadowShare,
      validate,
      observe: metrics.shadowed,
      logger,
    });
  // A message in delivery makes one call at a time.
  const transport = createTransport({ connections: config.concurrency, timeout: CALL_TIMEOUT });
  const record = createRecordSystem({
    baseUrl: connection.url,
    transport,
    signIn: createSignIn({
      tokenUrl: connection.tokenUrl,
      clientId: connection.clientId,
      key: connection.key,
      ...(connection.scope === '' ? {} : { scope: connection.scope }),
      transport,
      now,
    }),
    now,
  });
  const queue = createInProcessQueue();
  const formats = formatsOf(source, () => live.current().kinds);
  const read = readersOf(formats, contract);
  const delivery = createDelivery({
    log,
    queue,
    read,
    mappings: () => ({
      map(assessment, context) {
        const version = live.current();
        const made = version.map(assessment, context);
        metrics.unmapped(made.unmapped);
        shadow?.follow(version, made, { assessment, context });
        return made;
      },
    }),
    validate,
    record,
    route,
    // The SQLite log belongs to one process, so nobody else can be at a message that was begun before the start.
    alone: true,
    logger,
    observe: metrics.observer,
    settings: { concurrency: config.concurrency, callTimeout: CALL_TIMEOUT },
    ...(crashPoint === undefined ? {} : { crashPoint }),
  });
  const capabilities = startCapabilityCheck({
    record,
    needs: needsOf(route),
    delivery,
    interval: CAPABILITY_INTERVAL,
    newId: uuidV7,
    changed: (status) => logger.info({ route: route.name, capabilities: status }, 'record system read'),
  });

  const http = createServer({
    bodyLimit: config.bodyLimit,
    logger,
    newId: uuidV7,
    onAnswer: metrics.answered,
  });
  const intake = createIntake({
    log,
    contract,
    formats,
    needs: (kind) => neededBy(live.current(), kind),
    hetuPolicy: config.hetuPolicy,
    maxDepth: config.bodyDepth,
    maxPending: config.maxPending,
    title: (kind, { language }) => live.current().kinds.find(({ id }) => id === kind)?.titles[language],
    newId: uuidV7,
    now,
    wake: queue.wake,
  });
  assessmentDoor(http, { intake, log, source: config.source, now });
  questionnaireResponseDoor(http, { intake, source: config.source });
  operationsDoor(http, { log, now, wake: queue.wake });
  mappingsDoor(http, {
    intake,
    validator,
    source: config.source,
    live,
    ...(beside === undefined || shadow === undefined
      ? {}
      : { shadow: { status: beside.status, report: shadow.report, share: config.shadowShare } }),
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
    checks: () => [...deliveryChecks(delivery, capabilities), mappingsCheck(live.status())],
    now,
  });
  delivery.start();

  return {
    http,
    log,
    contract,
    async close() {
      await http.close();
      await capabilities.stop();
      await live.close();
      await beside?.close();
      await delivery.stop();
      await shadow?.close();
      await log.close();
      await transport.close();
    },
  };
}
