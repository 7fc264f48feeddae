import type { HetuPolicy } from './assessment/check.ts';

/**
 * The variables of the environment that configure the bridge: their types, limits, defaults, and what each is for.
 * The reference page of the configuration is made from them.
 */

const text = { type: 'string', minLength: 1 } as const;
/** An ISO 8601 duration. */
const period = { type: 'string', pattern: '^P' } as const;
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
  DATABASE_URL: {
    type: 'string',
    pattern: '^postgres(ql)?://',
    description:
      'PostgreSQL database of the message log, which several processes may share. Absent: SQLite in DATA_DIR, for one process.',
  },
  REDIS_URL: {
    type: 'string',
    pattern: '^rediss?(-sentinel|-cluster)?://',
    description:
      'Redis or Valkey that wakes workers: `redis://`, `redis-sentinel://host,host/name` or `redis-cluster://host,host`, with TLS `rediss…`. Absent: each process wakes its own.',
  },
  REDIS_CA_FILE: { ...text, description: 'PEM file of the authorities that vouch for Redis under TLS.' },
  QUEUE_PREFIX: {
    type: 'string',
    pattern: '^[A-Za-z0-9_-]+$',
    default: 'bridge',
    description: 'Begins the names of all that the bridge keeps in Redis.',
  },
  LEASE: {
    type: 'integer',
    minimum: 1,
    maximum: 3600,
    default: 60,
    description: 'Seconds after which another process takes up the work of one that died or hangs.',
  },
  RECORD_TIMEOUT: {
    type: 'integer',
    minimum: 1,
    maximum: 300,
    default: 30,
    description: 'Seconds for one call to the record system.',
  },
  RECORD_RATE: {
    type: 'integer',
    minimum: 1,
    description:
      'Messages a second that are taken to the record system at most, by all processes that share REDIS_URL. Absent: as fast as it goes.',
  },
  WEBHOOK_URL: {
    type: 'string',
    pattern: '^https?://',
    description: 'Where the sender is told what became of its assessments. Absent: it asks.',
  },
  WEBHOOK_SECRET_FILE: { ...text, description: 'File of the secrets that sign this news, one a line.' },
  ALARM_URL: {
    type: 'string',
    pattern: '^https?://',
    description: 'Where alarms about urgent messages are posted. Absent: they are figures only.',
  },
  ALARM_SECRET_FILE: { ...text, description: 'File of the secrets that sign alarms, one a line.' },
  ALARM_AFTER_P0: {
    ...period,
    default: 'PT15M',
    description: 'How long a message of class P0 may take into the record before an alarm is raised.',
  },
  ALARM_AFTER_P1: { ...period, default: 'PT1H', description: 'The same for class P1.' },
  KEEP_FINISHED: {
    type: 'integer',
    minimum: 1,
    description:
      'Days after which content, steps and history of finished messages are cleared; what the books need stays. Absent: never.',
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

/** The environment after its check. */
export interface Environment {
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
  DATABASE_URL?: string;
  REDIS_URL?: string;
  REDIS_CA_FILE?: string;
  QUEUE_PREFIX: string;
  LEASE: number;
  RECORD_TIMEOUT: number;
  RECORD_RATE?: number;
  WEBHOOK_URL?: string;
  WEBHOOK_SECRET_FILE?: string;
  ALARM_URL?: string;
  ALARM_SECRET_FILE?: string;
  ALARM_AFTER_P0: string;
  ALARM_AFTER_P1: string;
  KEEP_FINISHED?: number;
  RECORD_URL?: string;
  RECORD_TOKEN_URL?: string;
  RECORD_CLIENT_ID?: string;
  RECORD_KEY_FILE?: string;
  RECORD_KEY_ID?: string;
  RECORD_ALGORITHM: 'RS384' | 'ES384';
  RECORD_SCOPE: string;
  TWIN_PORT: number;
}
