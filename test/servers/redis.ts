import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisProgram } from './obtain.ts';
import { freePort, type ServerProcess, startServer } from './server-process.ts';

/** A Redis server of its own for a test, with everything it writes in a temporary folder. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  /** Where it keeps its data. */
  readonly folder: string;
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts it again on the same port over the same data; ends it first where it runs. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

export interface RedisOptions {
  /** Default: a free one of 127.0.0.1. */
  readonly port?: number;
  /** Whether each write goes to a file, and so outlives a kill (not a power cut). Default: nothing is kept. */
  readonly appendonly?: boolean;
  /** More of its command line, e.g. `--tls-port 7000`, or a file of configuration as the first. */
  readonly args?: readonly string[];
}

/** Starts an empty Redis (or Valkey, where that is what is installed). */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const { appendonly = false, args = [] } = options;
  const { file, libraries } = await redisProgram();
  const folder = mkdtempSync(join(tmpdir(), 'bridge-redis-'));
  let port = options.port ?? (await freePort());
  let server: ServerProcess | undefined;

  const start = () =>
    startServer({
      file,
      args: [
        ...args,
        ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
        ...['--appendonly', appendonly ? 'yes' : 'no', '--appendfsync', 'everysec'],
      ],
      ...(libraries === undefined ? {} : { env: { LD_LIBRARY_PATH: libraries } }),
      ready: /Ready to accept connections|Sentinel ID is/,
      orphaned: 'SIGKILL',
    });

  // The free port may be gone when it is used.
  for (let tries = 1; server === undefined; tries += 1) {
    try {
      server = await start();
    } catch (error) {
      if (options.port !== undefined || tries === 5) {
        rmSync(folder, { recursive: true, force: true });
        throw error;
      }
      port = await freePort();
    }
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    folder,
    async kill() {
      await server?.kill();
      server = undefined;
    },
    async restart() {
      await server?.end('SIGTERM');
      server = await start();
    },
    async stop() {
      await server?.end('SIGKILL');
      server = undefined;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
