import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKeyFile } from '../../src/log/key-file.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';
import { freePort, type ServerProcess, startServer } from '../servers/server-process.ts';
import type { BridgeInput } from './bridge-process.ts';
import type { Sabotage } from './sabotage.ts';
import type { TwinInput } from './twin-process.ts';
import type { Somebody } from './workload.ts';

/** The processes of a run: the twin, the bridges, and their servers where they share a log. */

export interface Bridge {
  readonly name: string;
  readonly url: string;
  /** Starts it, or starts it again. */
  start(extra?: Partial<BridgeInput>): Promise<void>;
  running(): boolean;
  /** kill -9. */
  kill(): Promise<void>;
  /** Asks it to end, and waits. */
  stop(): Promise<void>;
  /** Stops it as a debugger or a starved machine does: it knows nothing of the time that passes. */
  freeze(): void;
  thaw(): void;
  /** How many messages it holds at crash points. */
  held(): number;
}

export interface Stage {
  readonly folder: string;
  readonly twinUrl: string;
  readonly fhirUrl: string;
  readonly people: readonly Somebody[];
  readonly bridges: readonly [Bridge, ...Bridge[]];
  /** Absent where the log is SQLite. */
  readonly servers?: { readonly postgres: PostgresServer; readonly redis: RedisServer };
  close(): Promise<void>;
}

export interface StageWish {
  readonly store: 'sqlite' | 'postgres';
  /** An empty folder for everything that is written, logs included. */
  readonly folder: string;
  readonly seed: number;
  readonly people: number;
  readonly bridges: number;
  readonly tokenSeconds?: number;
  /** A defect on purpose, in all bridges. */
  readonly sabotage?: Sabotage;
}

/** Seconds of a lease, and of a call to the record system. */
export const LEASE = 5;
const RECORD_TIMEOUT = 2;

/** The project's mappings, with a look-up two seconds after a lost answer. */
function quickMappings(folder: string): string {
  const mappings = join(folder, 'mappings');
  cpSync(join(import.meta.dirname, '../../mappings'), mappings, { recursive: true });
  const file = join(mappings, 'routes', 'apotti.yaml');
  const text = readFileSync(file, 'utf8');
  const quick = text.replace('settle: PT15S', 'settle: PT2S');
  if (quick === text) throw new Error('the route does not say how long a lost write takes to settle');
  writeFileSync(file, quick);
  return mappings;
}

function script(name: string, input: object, log: string, heard: (line: string) => void = () => undefined) {
  return startServer({
    file: process.execPath,
    args: [join(import.meta.dirname, name), JSON.stringify(input)],
    ready: /^ready$/,
    orphaned: 'SIGKILL',
    heard(line) {
      heard(line);
      if (!/^(ready|held \d+)$/.test(line)) appendFileSync(log, `${line}\n`);
    },
  });
}

function bridgeOf(
  input: BridgeInput,
  { name, url, log }: { name: string; url: string; log: string },
): Bridge {
  let running: ServerProcess | undefined;
  let held = 0;
  const signal = (which: NodeJS.Signals) => {
    if (running !== undefined) process.kill(running.pid, which);
  };
  return {
    name,
    url,
    async start(extra = {}) {
      held = 0;
      running = await script('bridge-process.ts', { ...input, ...extra }, log, (line) => {
        const [, count] = /^held (\d+)$/.exec(line) ?? [];
        if (count !== undefined) held = Number(count);
      });
    },
    running: () => running !== undefined,
    async kill() {
      const dying = running;
      running = undefined;
      await dying?.kill();
    },
    async stop() {
      const ending = running;
      running = undefined;
      await ending?.end('SIGTERM');
    },
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    held: () => held,
  };
}

/** Starts twin and servers; the bridges are started by whoever needs them. */
export async function setStage(wish: StageWish): Promise<Stage> {
  const { store, folder, seed, people } = wish;
  mkdirSync(folder, { recursive: true });
  const ends: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const end of ends.toReversed()) await end();
  };
  try {
    const keyFile = join(folder, 'data.key');
    createKeyFile(keyFile);
    const mappings = quickMappings(folder);
    const peopleFile = join(folder, 'people.json');
    const twinPort = await freePort();
    const twinInput: TwinInput = {
      ...{ port: twinPort, file: join(folder, 'twin.sqlite'), peopleFile, people, seed },
      tokenSeconds: wish.tokenSeconds ?? 300,
    };
    const twin = await script('twin-process.ts', twinInput, join(folder, 'twin.log'));
    ends.push(() => twin.end('SIGTERM'));
    let shared: Record<string, string> = {};
    let servers: Stage['servers'];
    if (store === 'postgres') {
      const postgres = await startPostgres({ fsync: true });
      ends.push(() => postgres.stop());
      const redis = await startRedis({ appendonly: true });
      ends.push(() => redis.stop());
      servers = { postgres, redis };
      shared = { DATABASE_URL: await postgres.database(), REDIS_URL: redis.url };
    }
    const twinUrl = `http://127.0.0.1:${twinPort}`;
    const api = `${twinUrl}/Interconnect-FHIR-EKO01`;
    const bridges = await Promise.all(
      Array.from({ length: wish.bridges }, async (_, i) => {
        const port = await freePort();
        const name = `bridge ${i + 1}`;
        const data = join(folder, `bridge-${i + 1}`);
        mkdirSync(data);
        const input: BridgeInput = {
          env: {
            ...{ PORT: String(port), DATA_DIR: data, DATA_KEY_FILE: keyFile, MAPPINGS_DIR: mappings },
            ...{ LEASE: String(LEASE), RECORD_TIMEOUT: String(RECORD_TIMEOUT) },
            ...{ HETU_POLICY: 'artificial', LOG_LEVEL: 'warn', ...shared },
          },
          ...{ fhirUrl: `${api}/api/FHIR/R4`, tokenUrl: `${api}/oauth2/token` },
          ...(wish.sabotage === undefined ? {} : { sabotage: wish.sabotage }),
        };
        return bridgeOf(input, {
          name,
          url: `http://127.0.0.1:${port}`,
          log: join(folder, `bridge-${i + 1}.log`),
        });
      }),
    );
    for (const bridge of bridges) ends.push(() => bridge.stop());
    const [first, ...others] = bridges;
    if (first === undefined) throw new RangeError('at least one bridge is needed');
    return {
      ...{ folder, twinUrl, fhirUrl: `${api}/api/FHIR/R4`, bridges: [first, ...others], close },
      people: JSON.parse(readFileSync(peopleFile, 'utf8')),
      ...(servers === undefined ? {} : { servers }),
    };
  } catch (error) {
    await close();
    throw error;
  }
}
