import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../temporary.ts';
import { NOBODY } from './obtain.ts';
import { once as makeOnce } from './once.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';

async function ask(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

function redisAt(url: string): Redis {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => client.disconnect());
  onTestFinished(() => client.disconnect());
  return client;
}

describe('a PostgreSQL of a test', () => {
  it('keeps what was committed over a kill -9, and gives a new empty database each time it is asked', async () => {
    const server = await startPostgres();
    onTestFinished(() => server.stop());
    const one = await server.database();
    const other = await server.database();
    await ask(one, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await server.kill();
    await expect(ask(one, 'SELECT 1')).rejects.toThrow(/ECONNREFUSED/);
    await server.restart();
    expect(await ask(one, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    await server.restart();
    expect(await ask(one, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    expect(await ask(other, "SELECT to_regclass('kept') AS there")).toEqual([{ there: null }]);
  });

  it('can wait for the disk', async () => {
    const server = await startPostgres({ fsync: true, settings: { work_mem: '1MB' } });
    onTestFinished(() => server.stop());
    expect(await ask(server.url, 'SHOW fsync')).toEqual([{ fsync: 'on' }]);
    expect(await ask(server.url, 'SHOW work_mem')).toEqual([{ work_mem: '1MB' }]);
  });
});

describe('a Redis of a test', () => {
  it('keeps what was written over a kill -9 when it is asked to', async () => {
    const server = await startRedis({ appendonly: true });
    onTestFinished(() => server.stop());
    await redisAt(server.url).set('kept', '42');
    await server.kill();
    await expect(redisAt(server.url).connect()).rejects.toThrow();
    await server.restart();
    expect(await redisAt(server.url).get('kept')).toBe('42');
  });

  it('forgets all at a kill -9 when it is not', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    await redisAt(server.url).set('kept', '42');
    await server.kill();
    await server.restart();
    expect(await redisAt(server.url).get('kept')).toBeNull();
  });
});

it('nothing is left when servers are stopped', async () => {
  const folder = temporaryFolder();
  const left = await ownerOf(folder, 'await Promise.all(servers.map((server) => server.stop()));');
  await once(left.owner, 'close');
  expect(left.ports.map(listening)).toEqual([false, false]);
  expect(readdirSync(folder)).toEqual([]);
});

// PostgreSQL does not run as root, so it is another thing where the tests do.
const users = process.getuid?.() === 0 ? [0, NOBODY] : [process.getuid?.()];

it.each(users)('servers of user %s end with the process that started them, even by kill -9', async (uid) => {
  const folder = temporaryFolder();
  const { owner, ports } = await ownerOf(folder, 'setInterval(() => undefined, 1000);', uid);
  expect(ports.map(listening)).toEqual([true, true]);
  owner.kill('SIGKILL');
  await vi.waitFor(() => expect(ports.map(listening)).toEqual([false, false]), 10_000);
});

/** A process that starts both servers and then does something else; all that it writes is in a folder. */
async function ownerOf(folder: string, then: string, uid?: number) {
  chmodSync(folder, 0o777);
  const script = [
    `const { startPostgres } = await import(${JSON.stringify(join(import.meta.dirname, 'postgres.ts'))});`,
    `const { startRedis } = await import(${JSON.stringify(join(import.meta.dirname, 'redis.ts'))});`,
    'const servers = [await startPostgres(), await startRedis()];',
    'process.stdout.write(JSON.stringify(servers.map(({ port }) => port)));',
    then,
  ].join('\n');
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  const ended = once(owner, 'close').then(() => ['[]']);
  const [text] = await Promise.race([once(owner.stdout, 'data'), ended]);
  const ports: number[] = JSON.parse(String(text));
  return { owner, ports };
}

/** Whether anybody listens on a port of IPv4, by the kernel's own table (proc(5): state 0A). */
function listening(port: number): boolean {
  const address = `:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`;
  return readFileSync('/proc/net/tcp', 'utf8').includes(address);
}

it('what several fetch at the same time appears once and whole, and not at all where it fails', async () => {
  const folder = join(temporaryFolder(), 'cache', 'program');
  const fill = async (made: string) => {
    writeFileSync(join(made, 'one'), '');
    await new Promise((resolve) => setTimeout(resolve, 5));
    if (existsSync(folder)) expect(readdirSync(folder)).toEqual(['one', 'two']);
    writeFileSync(join(made, 'two'), '');
  };
  await expect(makeOnce(folder, () => Promise.reject(new Error('no network')))).rejects.toThrow('no network');
  expect(existsSync(folder)).toBe(false);
  await Promise.all(Array.from({ length: 8 }, () => makeOnce(folder, fill)));
  await makeOnce(folder, () => Promise.reject(new Error('it is there')));
  expect(readdirSync(folder)).toEqual(['one', 'two']);
  expect(readdirSync(join(folder, '..'))).toEqual(['program']);
});
