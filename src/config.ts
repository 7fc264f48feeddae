import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { HetuPolicy } from './assessment/check.ts';
import { duration } from './delivery/duration.ts';
import { BridgeError } from './errors.ts';
import { type Environment, variables } from './variables.ts';

/**
 * The configuration: read from the environment once, checked against one schema, then passed on as values.
 * docs/reference/configuration.md describes each variable for operators.
 */

/** How the bridge reaches and signs in to a record system. */
export interface RecordSystemConfig {
  /** FHIR R4 base address. */
  readonly url: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  /** PEM file of the private key that signs the client assertion. */
  readonly keyFile: string;
  readonly keyId: string;
  readonly algorithm: 'RS384' | 'ES384';
  /** Empty: no scope is sent. */
  readonly scope: string;
}

/** Where news is posted, and the file of the secrets that sign it. */
interface NewsConfig {
  readonly url: string;
  readonly secretFile: string;
}

interface RedisConfig {
  readonly url: string;
  /** PEM file of the authorities that vouch for Redis; absent: those of Node. */
  readonly caFile?: string;
  /** Begins the names of all that the bridge keeps in Redis. */
  readonly prefix: string;
}

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly dataKeyFile: string;
  /** Whether a missing data key is made at the start: not where the operator named a file. */
  readonly makesDataKey: boolean;
  readonly mappingsDir: string;
  /** Absent: no shadow version runs. */
  readonly shadowMappingsDir?: string;
  /** From 0 to 1: of how many messages the shadow version makes a bundle too. */
  readonly shadowShare: number;
  readonly profilesDir: string;
  /** Folders of official FHIR packages to validate against as well. */
  readonly packages: readonly string[];
  readonly route: string;
  readonly source: string;
  readonly hetuPolicy: HetuPolicy;
  /** Bytes. */
  readonly bodyLimit: number;
  /** Levels of nesting in a body. */
  readonly bodyDepth: number;
  /** Requests that may wait for the disk at once. */
  readonly maxPending: number;
  readonly logLevel: string;
  /** Absent: the message log is an SQLite file in the folder of data. */
  readonly databaseUrl?: string;
  /** Absent: the queue is within the process. */
  readonly redis?: RedisConfig;
  /** Milliseconds for which a worker holds a message before another may take it; renewed while it works. */
  readonly lease: number;
  /** Messages in delivery at once. */
  readonly concurrency: number;
  /** Milliseconds for one call to the record system. */
  readonly callTimeout: number;
  /** Messages a second at most, over all processes that share a queue; absent: as fast as it goes. */
  readonly rate?: number;
  /** Absent: the sender is told nothing by itself. */
  readonly webhook?: NewsConfig;
  /** Absent: alarms are figures only. */
  readonly alarm?: NewsConfig;
  /** Milliseconds within which a message must be in the record, by urgency. */
  readonly alarmAfter: ReadonlyMap<number, number>;
  /** Milliseconds after which the content of finished messages is cleared; absent: never. */
  readonly keepFinished?: number;
  /** Absent: the twin of Apotti stands in. */
  readonly recordSystem?: RecordSystemConfig;
  readonly twinPort: number;
}

/** The project's folder, where `mappings/`, `profiles/` and `openapi.yaml` are. */
export const projectFolder = join(import.meta.dirname, '..');

const recordVariables = ['RECORD_TOKEN_URL', 'RECORD_CLIENT_ID', 'RECORD_KEY_FILE', 'RECORD_KEY_ID'] as const;

const schema = {
  type: 'object',
  properties: variables,
  dependentRequired: {
    RECORD_URL: recordVariables,
    ...Object.fromEntries(recordVariables.map((name) => [name, ['RECORD_URL']])),
    WEBHOOK_URL: ['WEBHOOK_SECRET_FILE'],
    WEBHOOK_SECRET_FILE: ['WEBHOOK_URL'],
    ALARM_URL: ['ALARM_SECRET_FILE'],
    ALARM_SECRET_FILE: ['ALARM_URL'],
    REDIS_CA_FILE: ['REDIS_URL'],
    // Processes that share a log share its key, so none may make one of its own.
    DATABASE_URL: ['DATA_KEY_FILE'],
  },
};

const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

function recordSystem(env: Environment): RecordSystemConfig | undefined {
  const { RECORD_URL, RECORD_TOKEN_URL, RECORD_CLIENT_ID, RECORD_KEY_FILE, RECORD_KEY_ID } = env;
  if (
    RECORD_URL === undefined ||
    RECORD_TOKEN_URL === undefined ||
    RECORD_CLIENT_ID === undefined ||
    RECORD_KEY_FILE === undefined ||
    RECORD_KEY_ID === undefined
  ) {
    return undefined;
  }
  return {
    url: RECORD_URL,
    tokenUrl: RECORD_TOKEN_URL,
    clientId: RECORD_CLIENT_ID,
    keyFile: RECORD_KEY_FILE,
    keyId: RECORD_KEY_ID,
    algorithm: env.RECORD_ALGORITHM,
    scope: env.RECORD_SCOPE,
  };
}

function news(url: string | undefined, secretFile: string | undefined): NewsConfig | undefined {
  return url === undefined || secretFile === undefined ? undefined : { url, secretFile };
}

function redis({ REDIS_URL, REDIS_CA_FILE, QUEUE_PREFIX }: Environment): RedisConfig | undefined {
  if (REDIS_URL === undefined) return undefined;
  return {
    url: REDIS_URL,
    prefix: QUEUE_PREFIX,
    ...(REDIS_CA_FILE === undefined ? {} : { caFile: REDIS_CA_FILE }),
  };
}

const DAY = 86_400_000;

/** Milliseconds by urgency. */
function alarmLimits(env: Environment): ReadonlyMap<number, number> {
  const named = ['ALARM_AFTER_P0', 'ALARM_AFTER_P1'] as const;
  return new Map(
    named.map((name, urgency) => {
      const length = duration(env[name]);
      if (length === undefined) {
        throw new BridgeError('configuration-invalid', [
          { text: 'is not a duration such as PT15M', at: name },
        ]);
      }
      return [urgency, length];
    }),
  );
}

/** The member, where there is a value for it. */
function where<Name extends string, Value>(name: Name, value: Value | undefined): { [K in Name]?: Value } {
  const member: { [K in Name]?: Value } = {};
  if (value !== undefined) member[name] = value;
  return member;
}

/**
 * Reads the configuration. Callers are not signed in yet, so the bridge listens on loopback only.
 * Without a record system the twin stands in, and then only artificial identity codes are taken.
 * @throws BridgeError `configuration-invalid` with all variables concerned, never with a value.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  const given = Object.fromEntries(
    Object.keys(variables).flatMap((name) => {
      const value = environment[name];
      return value === undefined || value === '' ? [] : [[name, value]];
    }),
  );
  const check = new Ajv2020({ allErrors: true, coerceTypes: true, useDefaults: true }).compile<Environment>(
    schema,
  );
  const env: unknown = given;
  if (!check(env)) {
    throw new BridgeError(
      'configuration-invalid',
      (check.errors ?? []).map(({ instancePath, message, params }) => ({
        text: `${message ?? 'is not valid'}${Array.isArray(params['allowedValues']) ? `: ${params['allowedValues'].join(', ')}` : ''}`,
        at: instancePath.slice(1) || 'environment',
      })),
    );
  }
  if (!loopback.has(env.HOST)) {
    throw new BridgeError('configuration-invalid', [
      { text: 'callers cannot be signed in yet, so only a loopback address may be listened on', at: 'HOST' },
    ]);
  }
  const record = recordSystem(env);
  return {
    host: env.HOST,
    port: env.PORT,
    dataDir: env.DATA_DIR,
    makesDataKey: env.DATA_KEY_FILE === undefined,
    dataKeyFile: env.DATA_KEY_FILE ?? `${env.DATA_DIR}/data.key`,
    mappingsDir: env.MAPPINGS_DIR ?? join(projectFolder, 'mappings'),
    ...where('shadowMappingsDir', env.SHADOW_MAPPINGS_DIR),
    shadowShare: env.SHADOW_SHARE,
    profilesDir: env.PROFILES_DIR ?? join(projectFolder, 'profiles'),
    packages: env.FHIR_PACKAGES?.split(':').filter((folder) => folder !== '') ?? [],
    route: env.ROUTE,
    source: env.SOURCE,
    hetuPolicy: env.HETU_POLICY ?? (record === undefined ? 'artificial' : 'real'),
    bodyLimit: env.BODY_LIMIT,
    bodyDepth: env.BODY_DEPTH,
    maxPending: env.MAX_PENDING,
    logLevel: env.LOG_LEVEL,
    ...where('databaseUrl', env.DATABASE_URL),
    ...where('redis', redis(env)),
    lease: env.LEASE * 1000,
    concurrency: env.CONCURRENCY,
    callTimeout: env.RECORD_TIMEOUT * 1000,
    ...where('rate', env.RECORD_RATE),
    ...where('webhook', news(env.WEBHOOK_URL, env.WEBHOOK_SECRET_FILE)),
    ...where('alarm', news(env.ALARM_URL, env.ALARM_SECRET_FILE)),
    alarmAfter: alarmLimits(env),
    ...where('keepFinished', env.KEEP_FINISHED === undefined ? undefined : env.KEEP_FINISHED * DAY),
    ...where('recordSystem', record),
    twinPort: env.TWIN_PORT,
  };
}
