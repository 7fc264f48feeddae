import { generateKeyPairSync } from 'node:crypto';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFolder } from '../../src/config.ts';
import { createKeyFile } from '../../src/log/key-file.ts';
import { type PostgresServer, startPostgres } from './postgres.ts';
import { type RedisServer, startRedis } from './redis.ts';
import { type ServerProcess, startServer } from './server-process.ts';

/** The topology of docker/compose.yaml as plain processes on free ports, but for what only watches. */
export interface Cluster {
  readonly bridges: readonly Member[];
  readonly twin: Member;
  readonly postgres: PostgresServer;
  readonly redis: RedisServer;
  /** Ends all and removes what they wrote. */
  stop(): Promise<void>;
}

/** A bridge or the twin. */
interface Member extends ServerProcess {
  readonly url: string;
}

export interface ClusterOptions {
  readonly bridges: number;
  /** More variables for each bridge, e.g. `LEASE`. */
  readonly environment?: Readonly<Record<string, string>>;
}

const CLIENT = 'omaolo-apotti-bridge';

function startProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ServerProcess> {
  return startServer({
    file: process.execPath,
    args: [join(projectFolder, 'src/bridge.js'), ...args, '--json'],
    env,
    ready: /^\{"url":/,
    orphaned: 'SIGKILL',
  });
}

/** The identity codes of the persons in the samples, all artificial. */
function sampleClients(): readonly string[] {
  const files = globSync(join(projectFolder, 'mappings/*/samples/*.json'));
  const hetus = files.flatMap((file) => {
    const { client }: { client?: { hetu?: string } } = JSON.parse(readFileSync(file, 'utf8'));
    return client?.hetu === undefined ? [] : [{ hetu: client.hetu }];
  });
  return [...new Set(hetus.map(({ hetu }) => hetu))];
}

/** Starts PostgreSQL, Redis, a twin that knows the persons of all samples, and the bridges. What was started ends when one fails. */
export async function startCluster({ bridges, environment }: ClusterOptions): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-cluster-'));
  const ends: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const dataKeyFile = join(folder, 'data.key');
    createKeyFile(dataKeyFile);
    const clientKeyFile = join(folder, 'client.pem');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    writeFileSync(clientKeyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });

    const postgres = await startPostgres({ fsync: true });
    ends.push(postgres.stop);
    const redis = await startRedis({ appendonly: true });
    ends.push(redis.stop);
    const twinProcess = await startProcess(
      ['twin', '--port', '0', '--post-search', '--client-id', CLIENT, '--file', join(folder, 'twin.sqlite')],
      {},
    );
    ends.push(() => twinProcess.end('SIGTERM'));
    const twin: { url: string; fhirUrl: string; tokenUrl: string } = JSON.parse(twinProcess.ready);
    await fetch(`${twin.url}/twin/patients`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(sampleClients().map((hetu) => ({ hetu }))),
    });

    const variables = {
      PORT: '0',
      DATA_DIR: folder,
      DATA_KEY_FILE: dataKeyFile,
      DATABASE_URL: await postgres.database(),
      REDIS_URL: redis.url,
      RECORD_URL: twin.fhirUrl,
      RECORD_TOKEN_URL: twin.tokenUrl,
      RECORD_CLIENT_ID: CLIENT,
      RECORD_KEY_FILE: clientKeyFile,
      RECORD_KEY_ID: 'cluster',
      HETU_POLICY: 'artificial',
      LOG_LEVEL: 'error',
      ...environment,
    };
    const members = await Promise.allSettled(
      Array.from({ length: bridges }, async () => {
        const bridge = await startProcess(['start'], variables);
        ends.push(() => bridge.end('SIGTERM'));
        const { url }: { url: string } = JSON.parse(bridge.ready);
        return { ...bridge, url };
      }),
    );
    return {
      bridges: members.map((member) => {
        if (member.status === 'rejected') throw member.reason;
        return member.value;
      }),
      twin: { ...twinProcess, url: twin.url },
      postgres,
      redis,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
