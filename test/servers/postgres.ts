import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { NOBODY, postgresPrograms } from './obtain.ts';
import { freePort, type ServerProcess, startServer } from './server-process.ts';

/** A PostgreSQL server of its own for a test, with everything it writes in a temporary folder. */
export interface PostgresServer {
  /** Of the database `postgres`. */
  readonly url: string;
  readonly port: number;
  /** Makes an empty database and gives its URL. */
  database(): Promise<string>;
  /** kill -9 of the server and of all its processes. */
  kill(): Promise<void>;
  /** Starts it again over the same data; ends it first, as a machine's restart would, where it runs. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

const run = promisify(execFile);

/** Text of the server's own file about its process; undefined when it is not there. */
function lockFile(data: string): string | undefined {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A killed server leaves a small piece of shared memory, which it would take up again at its next start. */
async function forgetMemory(data: string): Promise<void> {
  const [, id] = lockFile(data)?.split('\n')[6]?.trim().split(/\s+/) ?? [];
  if (id !== undefined) await run('ipcrm', ['-m', id]).catch(() => undefined);
}

/**
 * Starts an empty PostgreSQL on a free port of 127.0.0.1.
 * @param fsync whether it waits for the disk; without, it survives its own death, not that of the machine (default)
 */
export async function startPostgres({
  fsync = false,
  settings = {},
}: {
  readonly fsync?: boolean;
  readonly settings?: Readonly<Record<string, string>>;
} = {}): Promise<PostgresServer> {
  const { postgres, initdb } = await postgresPrograms();
  const folder = mkdtempSync(join(tmpdir(), 'bridge-postgres-'));
  const data = join(folder, 'data');
  const user = process.getuid?.() === 0 ? NOBODY : undefined;
  if (user !== undefined) chownSync(folder, user, user);
  const identity = user === undefined ? {} : { uid: user, gid: user };
  let server: ServerProcess | undefined;
  let port = await freePort();

  const start = () =>
    startServer({
      file: postgres,
      args: [
        ...['-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1'],
        ...['-c', 'unix_socket_directories=', '-c', `fsync=${fsync ? 'on' : 'off'}`],
        ...['-c', 'max_connections=200', '-c', 'logging_collector=off'],
        ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
      ],
      ...(user === undefined ? {} : { user }),
      ready: /database system is ready to accept connections/,
      orphaned: 'SIGQUIT',
    });
  const urlOf = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`;

  try {
    await run(
      initdb,
      ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      { ...identity, env: { LANG: 'C', PATH: process.env['PATH'] ?? '' } },
    );
    // The free port may be gone when it is used.
    for (let tries = 1; server === undefined; tries += 1) {
      try {
        server = await start();
      } catch (error) {
        if (tries === 5) throw error;
        port = await freePort();
      }
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }

  return {
    url: urlOf('postgres'),
    port,
    async database() {
      const name = `bridge_${randomUUID().replaceAll('-', '')}`;
      const client = new pg.Client({ connectionString: urlOf('postgres') });
      await client.connect();
      try {
        await client.query(`CREATE DATABASE ${name}`);
      } finally {
        await client.end();
      }
      return urlOf(name);
    },
    async kill() {
      await server?.kill();
      server = undefined;
    },
    async restart() {
      await server?.end('SIGINT');
      server = await start();
    },
    async stop() {
      await server?.end('SIGQUIT');
      server = undefined;
      await forgetMemory(data);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
