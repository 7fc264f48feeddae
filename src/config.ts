import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { HetuPolicy } from './assessment/check.ts';
import { BridgeError } from './errors.ts';

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
  /** Messages in delivery at once. */
  readonly concurrency: number;
  /** Absent: the twin of Apotti stands in. */
  readonly recordSystem?: RecordSystemConfig;
  readonly twinPort: number;
}

/** The project's folder, where `mappings/`, `profiles/` and `openapi.yaml` are. */
export const projectFolder = join(import.meta.dirname, '..');

const text = { type: 'string', minLength: 1 } as const;
const port = { type: 'integer', minimum: 0, maximum: 65535 } as const;

/** The variables, their types, limits and defaults. */
export const variables = {
  HOST: {
    ...text,
    default: '127.0.0.1',
    description: 'Address to listen on. Loopback only, until callers can be signed in.',
  },
  PORT: { ...port, default: 8080, description: 'Port to listen on; 0 takes any free one.' },
  DATA_DIR: {
    ...text,
    default: './data',
    description: 'Folder of the message log and, while the twin stands in, of its state.',
  },
  DATA_KEY_FILE: {
    ...text,
    description:
      'File of the keys that seal the message log. Default: `data.key` in DATA_DIR, made at the first start.',
  },
  MAPPINGS_DIR: {
    ...text,
    description: "Folder of the mappings, catalogue, code maps and routes. Default: the project's own.",
  },
  SHADOW_MAPPINGS_DIR: {
    ...text,
    description:
      'Folder of another version of the mappings, which runs beside the live one for comparison. Absent: none does.',
  },
  SHADOW_SHARE: {
    type: 'number',
    minimum: 0,
    maximum: 1,
    default: 0.1,
    description: 'Share of the messages that the version in SHADOW_MAPPINGS_DIR takes too.',
  },
  PROFILES_DIR: {
    ...text,
    description: "Folder of the profiles that canonical bundles must keep to. Default: the project's own.",
  },
  FHIR_PACKAGES: {
    ...text,
    description: 'Folders of official FHIR packages to check against as well, separated by colons.',
  },
  ROUTE: {
    type: 'string',
    pattern: '^[a-z0-9-]+$',
    default: 'apotti',
    description: 'Name of the route: the file in `routes/` of MAPPINGS_DIR without `.yaml`.',
  },
  SOURCE: {
    type: 'string',
    pattern: '^[a-z0-9-]+$',
    default: 'omaolo',
    description: "Name under which the sender's assessments are kept apart from other senders'.",
  },
  HETU_POLICY: {
    enum: ['real', 'artificial', 'any'],
    description:
      'Whose identity codes are taken. Default: `artificial` while the twin stands in, else `real`.',
  },
  BODY_LIMIT: {
    type: 'integer',
    minimum: 1024,
    maximum: 104857600,
    default: 5242880,
    description: 'Largest body in bytes.',
  },
  BODY_DEPTH: {
    type: 'integer',
    minimum: 8,
    maximum: 256,
    default: 32,
    description: 'Deepest nesting in a body, in levels.',
  },
  MAX_PENDING: {
    type: 'integer',
    minimum: 1,
    default: 5000,
    description: 'Assessments that may wait for the disk at once; one more is answered 503.',
  },
  LOG_LEVEL: {
    enum: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
    default: 'info',
    description: 'How much is logged.',
  },
  CONCURRENCY: {
    type: 'integer',
    minimum: 1,
    maximum: 256,
    default: 16,
    description: 'Messages in delivery at once.',
  },
  RECORD_URL: {
    type: 'string',
    pattern: '^https?://',
    description: 'FHIR R4 base address of the record system. Absent: the twin of Apotti stands in.',
  },
  RECORD_TOKEN_URL: {
    type: 'string',
    pattern: '^https?://',
    description: 'Token address of the record system (SMART Backend Services).',
  },
  RECORD_CLIENT_ID: { ...text, description: "The bridge's client id at the record system." },
  RECORD_KEY_FILE: {
    ...text,
    description: "PEM file of the private key that signs the bridge's client assertions.",
  },
  RECORD_KEY_ID: { ...text, description: 'The `kid` of that key.' },
  RECORD_ALGORITHM: { enum: ['RS384', 'ES384'], default: 'ES384', description: 'Algorithm of that key.' },
  RECORD_SCOPE: {
    type: 'string',
    default: '',
    description: 'Scope to ask for; empty sends none, as Epic wants it.',
  },
  TWIN_PORT: {
    ...port,
    default: 8090,
    description: 'Port of the twin while it stands in; 0 takes any free one.',
  },
} as const;

interface Environment {
  HOST: string;
  PORT: number;
  DATA_DIR: string;
  DATA_KEY_FILE?: string;
  MAPPINGS_DIR?: string;
  SHADOW_MAPPINGS_DIR?: string;
  SHADOW_SHARE: number;
  PROFILES_DIR?: string;
  FHIR_PACKAGES?: string;
  ROUTE: string;
  SOURCE: string;
  HETU_POLICY?: HetuPolicy;
  BODY_LIMIT: number;
  BODY_DEPTH: number;
  MAX_PENDING: number;
  LOG_LEVEL: string;
  CONCURRENCY: number;
  RECORD_URL?: string;
  RECORD_TOKEN_URL?: string;
  RECORD_CLIENT_ID?: string;
  RECORD_KEY_FILE?: string;
  RECORD_KEY_ID?: string;
  RECORD_ALGORITHM: 'RS384' | 'ES384';
  RECORD_SCOPE: string;
  TWIN_PORT: number;
}

const recordVariables = ['RECORD_TOKEN_URL', 'RECORD_CLIENT_ID', 'RECORD_KEY_FILE', 'RECORD_KEY_ID'] as const;

const schema = {
  type: 'object',
  properties: variables,
  dependentRequired: {
    RECORD_URL: recordVariables,
    ...Object.fromEntries(recordVariables.map((name) => [name, ['RECORD_URL']])),
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
    ...(env.SHADOW_MAPPINGS_DIR === undefined ? {} : { shadowMappingsDir: env.SHADOW_MAPPINGS_DIR }),
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
    concurrency: env.CONCURRENCY,
    ...(record === undefined ? {} : { recordSystem: record }),
    twinPort: env.TWIN_PORT,
  };
}
