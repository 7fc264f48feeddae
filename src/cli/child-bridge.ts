import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { projectFolder } from '../config.ts';

/** A bridge in a process of its own, that can be killed. */
export interface ChildBridge {
  readonly url: string;
  /** kill -9, and wait until it is gone. */
  kill(): Promise<void>;
  /** Asks it to stop, and waits until it has. */
  stop(): Promise<void>;
}

/** How long a bridge may take to listen, in milliseconds. */
const PATIENCE = 60_000;

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

/**
 * Starts a bridge with these variables over the present environment and waits until it listens.
 * Its log lines go to `logged`. @throws Error with what it said when it ends before it listens
 */
export async function startChildBridge(
  variables: Readonly<Record<string, string>>,
  logged: (line: string) => void,
): Promise<ChildBridge> {
  const child = spawn(process.execPath, [join(projectFolder, 'src/bridge.js'), 'start', '--json'], {
    env: { ...variables, PATH: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (said.length < 20) said.push(line);
    logged(line);
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  createInterface({ input: child.stdout }).once('line', resolve);
  child.once('exit', () => reject(new Error(`the bridge ended before it listened:\n${said.join('\n')}`)));
  const timer = setTimeout(() => reject(new Error('the bridge did not listen in time')), PATIENCE);
  try {
    const { url }: { url: string } = JSON.parse(await promise);
    return { url, kill: () => end(child, 'SIGKILL'), stop: () => end(child, 'SIGTERM') };
  } catch (error) {
    await end(child, 'SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
