import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A process of its own. Each prints one line of JSON when it is ready and may print another at its end. */
export interface Child {
  readonly pid: number;
  /** Its first line; undefined when it ended without one. */
  readonly ready: string;
  /** Processor time used so far by all its threads, in seconds. */
  cpu(): number;
  /** Resident memory in MB. */
  memory(): number;
  /** Waits until it ends by itself; gives its last line. */
  ended(): Promise<string>;
  /** Asks it to end and waits; gives its last line. */
  end(): Promise<string>;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
}

/** A temporary folder and the processes of one measurement. */
export interface Ground {
  readonly folder: string;
  /** Runs a script of this folder, or any other by its path; `input` is its first argument as JSON. */
  start(script: string, input?: unknown, options?: StartOptions): Promise<Child>;
}

interface StartOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Linux counts processor time in hundredths of a second (USER_HZ). */
const TICKS = 100;

function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

function memoryOf(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

async function gone(child: ChildProcess, signal?: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'close');
  if (signal !== undefined) child.kill(signal);
  await exit;
}

async function start(child: ChildProcess, script: string): Promise<Child> {
  const { pid, stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the process has no output');
  const lines: string[] = [];
  const said: string[] = [];
  createInterface({ input: stderr }).on('line', (line) => {
    if (said.length < 20) said.push(line);
  });
  const first = Promise.withResolvers<string>();
  createInterface({ input: stdout }).on('line', (line) => {
    lines.push(line);
    first.resolve(line);
  });
  child.once('error', first.reject);
  child.once('close', () => first.reject(new Error(`${script} ended too early:\n${said.join('\n')}`)));
  const ready = await first.promise;
  if (pid === undefined) throw new Error(`${script} did not start`);
  const last = () => lines.at(-1) ?? '';
  return {
    pid,
    ready,
    cpu: () => cpuOf(pid),
    memory: () => memoryOf(pid),
    async ended() {
      await gone(child);
      return last();
    },
    async end() {
      await gone(child, 'SIGTERM');
      return last();
    },
    kill: () => gone(child, 'SIGKILL'),
  };
}

/** Measures on a ground of its own; nothing of it is left when this has settled or the process ends. */
export async function onGround<T>(measure: (ground: Ground) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-bench-'));
  const children: ChildProcess[] = [];
  const clear = () => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', clear);
  try {
    return await measure({
      folder,
      start(script, input, { args = [], env = {} } = {}) {
        const given = input === undefined ? args : [JSON.stringify(input), ...args];
        const child = spawn(process.execPath, [join(import.meta.dirname, script), ...given], {
          env: { ...env, PATH: '' },
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        children.push(child);
        return start(child, script);
      },
    });
  } finally {
    for (const child of children) await gone(child, 'SIGKILL');
    clear();
    process.off('exit', clear);
  }
}

/** For the processes themselves: says one line. */
export function say(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** For the processes themselves: resolves when the process is asked to end. */
export async function askedToEnd(): Promise<void> {
  await once(process, 'SIGTERM');
}
