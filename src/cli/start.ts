import { createPrivateKey } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import pino, { type Logger } from 'pino';
import { type Config, type RecordSystemConfig, readConfig } from '../config.ts';
import { BridgeError } from '../errors.ts';
import { createKeyFile } from '../log/key-file.ts';
import type { RecordConnection } from '../record/connection.ts';
import type { RunningIo } from './io.ts';
import { startStandIn } from './stand-in.ts';

/** A bridge that was put together: app.ts makes it. */
interface Service {
  readonly http: { listen(options: { host: string; port: number }): Promise<string> };
  close(): Promise<void>;
}

export type Build = (parts: { config: Config; record: RecordConnection; logger: Logger }) => Promise<Service>;

export const startUsage = `Usage: bridge start [--json]

Runs the bridge until it is interrupted. It is configured by environment variables: docs/reference/configuration.md.
Without a record system (RECORD_URL) the twin of Apotti stands in.
  --json   print the address as one line of JSON in place of the lines for people`;

const SAMPLE = 'symptom-assessment/samples/uti-fi.json';

/** @throws BridgeError `configuration-invalid` when the key file cannot be read as a private key; never with the key. */
function connectionOf(system: RecordSystemConfig): RecordConnection {
  const { url, tokenUrl, clientId, keyFile, keyId, algorithm, scope } = system;
  try {
    const privateKey = createPrivateKey(readFileSync(keyFile));
    return { url, tokenUrl, clientId, key: { algorithm, keyId, privateKey }, scope };
  } catch (cause) {
    throw new BridgeError(
      'configuration-invalid',
      [{ text: 'no private key in PEM can be read from this file', at: 'RECORD_KEY_FILE' }],
      { cause },
    );
  }
}

/** Where the message log and the queue are, without user names and passwords. */
function storeLines({ dataDir, databaseUrl, redis, hetuPolicy }: Config): readonly string[] {
  const place = databaseUrl === undefined ? join(dataDir, 'log.sqlite') : withoutSecrets(databaseUrl);
  return [
    `message log ${place}, sealed; identity codes taken: ${hetuPolicy}`,
    ...(redis === undefined ? [] : [`workers woken by ${withoutSecrets(redis.url)}`]),
  ];
}

function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//').replace(/\?.*$/, '');
}

/** Makes the folder and, unless the operator named a key file of their own, the data key. Gives what was made. */
function prepareData(config: Config): readonly string[] {
  const made: string[] = [];
  if (!existsSync(config.dataDir)) {
    mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
    made.push(`made the folder ${config.dataDir}`);
  }
  if (config.makesDataKey && !existsSync(config.dataKeyFile)) {
    createKeyFile(config.dataKeyFile);
    made.push(
      `made a data key in ${config.dataKeyFile} (keep it: without it the message log cannot be read)`,
    );
  }
  return made;
}

function listenError(error: unknown): never {
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    throw new BridgeError('address-in-use', [], { cause: error });
  }
  throw error;
}

/** Runs what ends things in turn, also when one of them fails. */
async function endAll(ends: readonly (() => Promise<void>)[]): Promise<void> {
  for (const end of ends) await end();
}

/** The command `bridge start`. @returns the exit status */
export async function start(args: string[], io: RunningIo, build: Build): Promise<number> {
  const json = args[0] === '--json';
  if (args.length > (json ? 1 : 0)) {
    io.err(startUsage);
    return 2;
  }
  const begun = performance.now();
  const config = readConfig();
  const made = prepareData(config);
  const logger = pino({ level: config.logLevel }, pino.destination(2));
  const ends: (() => Promise<void>)[] = [];
  try {
    let record: RecordConnection;
    let recordLines: readonly string[];
    if (config.recordSystem === undefined) {
      const { dataDir, twinPort, mappingsDir } = config;
      const options = { port: twinPort, file: join(dataDir, 'twin.sqlite'), mappingsDir };
      const { twin, connection } = await startStandIn(options).catch(listenError);
      ends.unshift(() => twin.close());
      record = connection;
      recordLines = [
        `no record system is configured: the twin of Apotti stands in`,
        `  its page  ${twin.url}/twin`,
      ];
    } else {
      record = connectionOf(config.recordSystem);
      recordLines = [`record system ${config.recordSystem.url}`];
    }
    const service = await build({ config, record, logger });
    ends.unshift(() => service.close());
    const url = await service.http.listen({ host: config.host, port: config.port }).catch(listenError);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    const sample = relative('.', join(config.mappingsDir, SAMPLE));
    const lines = [
      ...made,
      ...recordLines,
      ...storeLines(config),
      `listening after ${seconds} s on ${url} (this computer only: callers cannot be signed in yet)`,
      `  ready     ${url}/health/ready`,
      `  ledger    ${url}/v1/operations/ledger`,
      `  contract  ${url}/openapi.yaml`,
      ...(existsSync(sample)
        ? [
            'send a first assessment:',
            `  curl -i -H 'Content-Type: application/json' --data-binary @${sample} ${url}/v1/assessments`,
          ]
        : []),
    ];
    for (const line of json ? [JSON.stringify({ url })] : lines) io.out(line);
    await io.until;
    logger.info({}, 'stopping');
    return 0;
  } finally {
    await endAll(ends);
  }
}
