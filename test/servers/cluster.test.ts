import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { project } from '../docs/pages.ts';

interface Address {
  readonly url: string;
  readonly pid: number;
}

interface Addresses {
  readonly bridges: readonly [Address, Address];
  readonly twin: Address;
  readonly postgres: { readonly port: number };
  readonly redis: { readonly port: number };
}

const { measurements: _, ...sample } = JSON.parse(
  readFileSync(join(project, 'mappings/symptom-assessment/samples/uti-fi.json'), 'utf8'),
);
const eventually = { timeout: 100_000, interval: 100 };

/** The command as people run it. */
async function runCluster(...args: string[]) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'cluster.ts'), '--json', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'exit');
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await exit;
  });
  const errors: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    exit.then(() => Promise.reject(new Error(errors.join('\n')))),
  ]);
  const addresses: Addresses = JSON.parse(line);
  return {
    ...addresses,
    errors,
    /** As Ctrl-C does; gives the exit status. */
    async interrupt(): Promise<number> {
      child.kill('SIGINT');
      const [status] = await exit;
      return status;
    },
    status: exit.then(([status]) => status),
  };
}

/** What a bridge answers: of an assessment, or of the books. */
interface Answer {
  readonly id: string;
  readonly state: string;
  readonly states: Readonly<Record<string, number>>;
}

async function read<T = Answer>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

async function post(url: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as Answer;
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('npm run cluster', { timeout: 240_000 }, () => {
  it('delivers what another bridge took, and what a killed one had in work, once each; then ends all', async () => {
    const cluster = await runCluster('--lease', '2');
    const [one, other] = cluster.bridges;

    const { id } = await post(`${one.url}/v1/assessments`, { ...sample, id: 'cluster-first' });
    await vi.waitFor(async () => {
      expect((await read(`${other.url}/v1/assessments/${id}`)).state).toBe('delivered');
    }, eventually);

    // Each write takes long enough for both bridges to be in the middle of some when one is killed.
    const slow = { fault: 'slow', ms: 300, method: 'POST', resource: 'DocumentReference' };
    await post(`${cluster.twin.url}/twin/faults`, slow);
    const sent = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        post(`${i % 2 === 0 ? one.url : other.url}/v1/assessments`, { ...sample, id: `cluster-${i}` }),
      ),
    );
    expect(sent.map((receipt) => receipt.id).every(Boolean)).toBe(true);
    await vi.waitFor(async () => {
      const { states } = await read(`${other.url}/v1/operations/ledger`);
      expect(states['delivered']).toBeGreaterThan(5);
    }, eventually);
    process.kill(one.pid, 'SIGKILL');
    await vi.waitFor(async () => {
      const { states } = await read(`${other.url}/v1/operations/ledger`);
      expect(states['delivered']).toBe(61);
    }, eventually);

    expect(await read(`${other.url}/v1/operations/ledger`)).toMatchObject({
      accepted: 61,
      balanced: true,
    });
    expect((await read<object[]>(`${cluster.twin.url}/twin/notes`)).length).toBe(61);
    expect(cluster.errors.join()).toContain('bridge 1 has ended');
    expect(await cluster.interrupt()).toBe(0);
    expect([one, other, cluster.twin].filter(({ pid }) => runs(pid))).toEqual([]);
    for (const port of [cluster.postgres.port, cluster.redis.port]) {
      await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow();
    }
  });

  it('ends all when nothing can go on', async () => {
    const cluster = await runCluster('--bridges', '2');
    process.kill(cluster.twin.pid, 'SIGKILL');
    expect(await cluster.status).toBe(1);
    expect(cluster.bridges.filter(({ pid }) => runs(pid))).toEqual([]);
    expect(cluster.errors.join()).toContain('the twin has ended');
  });
});
