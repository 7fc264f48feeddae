import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

/** A server in a process of its own, which ends with the process that started it. */
export interface ServerProcess {
  readonly pid: number;
  /** The line by which it said that it can be used. */
  readonly ready: string;
  /** Resolves when it has ended, however that came. */
  readonly ended: Promise<void>;
  /** kill -9 of it and of the processes that it started; waits until they are gone. */
  kill(): Promise<void>;
  /** Asks it to end by a signal, and waits until it has. */
  end(signal: NodeJS.Signals): Promise<void>;
}

export interface ServerOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Run as this user and group. */
  readonly user?: number;
  /** What it says when it can be used. */
  readonly ready: RegExp;
  /** How it shall end when the process that started it is gone, however that ended. */
  readonly orphaned: 'SIGKILL' | 'SIGQUIT';
  /** Gets each line of what it writes. */
  readonly heard?: (line: string) => void;
}

const SETPRIV = '/usr/bin/setpriv';
/** How long a server may take to be ready, in milliseconds. */
const PATIENCE = 60_000;

function childrenOf(pid: number): readonly number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text
      .trim()
      .split(' ')
      .map(Number)
      .filter((child) => child > 0);
  } catch {
    // Not on Linux, or it is gone: then there is nothing to list.
    return [];
  }
}

/** Whether a process runs: one that ended and that nobody has asked about yet (a zombie) does not. */
function runs(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !/^ [ZX]/.test(stat.slice(stat.lastIndexOf(')') + 1));
  } catch {
    return false;
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

async function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** Starts a server and waits until it is ready. @throws Error with its last lines when it ends before */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const { file, args, user, orphaned } = options;
  // The kernel itself signals a server whose parent is gone, also by kill -9. Without this program (util-linux) a
  // server outlives only a parent that was killed.
  const guarded = existsSync(SETPRIV)
    ? [SETPRIV, '--pdeathsig', orphaned.slice('SIG'.length), '--', file, ...args]
    : [file, ...args];
  const [program = file, ...rest] = guarded;
  const child = spawn(program, rest, {
    env: { LANG: 'C', LC_ALL: 'C', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(user === undefined ? {} : { uid: user, gid: user }),
  });
  const said: string[] = [];
  const ready = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      said.push(line);
      if (said.length > 40) said.shift();
      if (options.ready.test(line)) ready.resolve(line);
      options.heard?.(line);
    });
  }
  const failed = (why: string) => ready.reject(new Error(`${file} ${why}:\n${said.join('\n')}`));
  child.once('error', ready.reject);
  child.once('close', () => failed('ended before it was ready'));
  const timer = setTimeout(() => failed('was not ready in time'), PATIENCE);
  const { pid = 0 } = child;
  const last = () => void (child.exitCode === null && child.signalCode === null && child.kill(orphaned));
  process.once('exit', last);
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  child.once('exit', () => {
    process.off('exit', last);
    end();
  });
  let line: string;
  try {
    line = await ready.promise;
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return {
    pid,
    ready: line,
    ended,
    async kill() {
      const family = childrenOf(pid);
      child.kill('SIGKILL');
      await gone(child);
      for (const each of family) killIfThere(each);
      while (family.some(runs)) {
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
    },
    async end(signal) {
      child.kill(signal);
      await gone(child);
    },
  };
}

/** A port of 127.0.0.1 that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}
