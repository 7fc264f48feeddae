import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Queue } from '../../src/queue/queue.ts';
import { fakeLog, until, wakes } from '../conformance/queue.ts';
import { freePort } from '../servers/server-process.ts';
import { queueOfTest, quick, redisOfTest } from './house.ts';

function clientOf(url: string): Redis {
  const client = new Redis(url, { retryStrategy: () => null });
  client.on('error', () => client.disconnect());
  onTestFinished(() => client.disconnect());
  return client;
}

/** Wakes what is due again and again where few wakes wait, as delivery's sweeper does. */
function sweep(queue: Queue, log: ReturnType<typeof fakeLog>): void {
  const named = wakes(10_000);
  const timer = setInterval(async () => {
    if ((await queue.waiting()) < 20) queue.wake(named.slice(0, log.due()));
  }, 50);
  onTestFinished(() => clearInterval(timer));
}

describe('a queue whose Redis', () => {
  it('is not there wakes the workers of its own process, and goes over to Redis when it comes', async () => {
    const port = await freePort();
    const url = `redis://127.0.0.1:${port}`;
    const { queue, changes } = queueOfTest(url);
    const log = fakeLog();
    queue.run(log.work, { concurrency: 2 });
    await until(() => changes.length === 1);
    expect(changes[0]).toMatch(/^lost: .*ECONNREFUSED/);
    expect(queue.status()).toEqual({ kind: 'bullmq', connected: false });
    log.add(30);
    queue.wake(wakes(29));
    queue.wake(wakes(1, Date.now() + 100));
    await until(() => log.seen.found === 30);
    expect(log.seen.most).toBeLessThanOrEqual(2);

    await redisOfTest({ port });
    await until(() => queue.status().connected);
    expect(changes).toEqual([changes[0], 'connected']);
    const other = queueOfTest(url);
    await until(() => other.queue.status().connected);
    log.add(5);
    other.queue.wake(wakes(5));
    await until(() => log.seen.found === 35);
  });

  it('dies and comes back empty goes on all the time, with no more at work than before', async () => {
    const server = await redisOfTest();
    const { queue, changes } = queueOfTest(server.url);
    const log = fakeLog();
    queue.run(log.work, { concurrency: 3 });
    await until(() => queue.status().connected);
    sweep(queue, log);
    log.hold();
    log.add(60);
    queue.wake(wakes(60));
    await until(() => log.seen.atOnce === 3);
    await server.kill();
    await until(() => !queue.status().connected);
    log.release();
    await until(() => log.seen.found === 60);
    log.hold();
    log.add(60);
    queue.wake(wakes(60));
    await until(() => log.seen.atOnce === 3);
    await server.restart();
    await until(() => queue.status().connected);
    await until(async () => (await queue.waiting()) > 0);
    log.release();
    await until(() => log.seen.found === 120);
    expect(log.seen.most).toBe(3);
    expect(changes.map((change) => change.slice(0, 4))).toEqual(['conn', 'lost', 'conn']);
  });

  it('dies and comes back with what it kept has nobody wake again what waited', async () => {
    const server = await redisOfTest({ appendonly: true });
    const { queue } = queueOfTest(server.url);
    await until(() => queue.status().connected);
    queue.wake(wakes(40));
    await until(async () => (await queue.waiting()) === 40);
    await server.kill();
    await until(() => !queue.status().connected);
    await server.restart();
    await until(() => queue.status().connected);
    const log = fakeLog();
    log.add(40);
    queue.run(log.work, { concurrency: 4 });
    await until(() => log.seen.found === 40);
  });

  it('is emptied in the middle of work does all of it, by the sweeper', async () => {
    const server = await redisOfTest();
    const { queue, changes, failures } = queueOfTest(server.url);
    const log = fakeLog();
    queue.run(log.work, { concurrency: 5 });
    await until(() => queue.status().connected);
    log.hold();
    log.add(400);
    queue.wake(wakes(400));
    await until(() => log.seen.atOnce === 5);
    await clientOf(server.url).flushall();
    sweep(queue, log);
    log.release();
    await until(() => log.seen.found === 400);
    expect(log.seen.most).toBe(5);
    expect(changes).toEqual(['connected']);
    // The wakes under way are told: Redis knows nothing of them any more.
    expect(failures.length).toBeGreaterThan(0);
  });

  it.each(['all connections', 'the connection by which a worker waits'])(
    'closes %s has workers again',
    async (which) => {
      const server = await redisOfTest();
      const { queue } = queueOfTest(server.url, { times: { ...quick, retry: 5 } });
      const log = fakeLog();
      queue.run(log.work, { concurrency: 2 });
      await until(() => queue.status().connected);
      const client = clientOf(server.url);
      for (let round = 1; round <= 10; round += 1) {
        const waiting = async () =>
          /^id=(\d+) .*cmd=bzpopmin/m.exec(String(await client.call('CLIENT', 'LIST')))?.[1];
        await until(waiting);
        if (which === 'all connections')
          await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
        else await client.call('CLIENT', 'KILL', 'ID', String(await waiting()));
        log.add(5);
        queue.wake(wakes(5));
        sweep(queue, log);
        await until(() => log.seen.found === 5 * round);
      }
      await until(() => queue.status().connected);
    },
  );

  it('keeps its wakes from the workers has them work without it', async () => {
    const server = await redisOfTest();
    const client = clientOf(server.url);
    // As if another took the only place that all workers have.
    await client.hset('{bridge}:apotti:meta', 'concurrency', '1');
    await client.rpush('{bridge}:apotti:active', 'another');
    const { queue, changes } = queueOfTest(server.url, {
      times: { beat: 20, retry: 50, lock: 60_000, stalled: 60_000 },
    });
    const log = fakeLog();
    queue.run(log.work, { concurrency: 2 });
    await until(() => queue.status().connected);
    log.add(100);
    queue.wake(wakes(100));
    sweep(queue, log);
    await until(() => log.seen.found === 100);
    expect(changes[1]).toBe('lost: wakes wait in Redis, and the worker takes none');
  });

  it('hangs counts as lost until it answers again', async () => {
    const server = await redisOfTest({ args: ['--enable-debug-command', 'yes'] });
    const { queue, changes } = queueOfTest(server.url);
    const log = fakeLog();
    queue.run(log.work, { concurrency: 2 });
    await until(() => queue.status().connected);
    const sleep = clientOf(server.url).call('DEBUG', 'SLEEP', '2');
    log.add(20_000);
    queue.wake(wakes(20_000));
    await until(() => log.seen.found === 20_000);
    expect(changes).toEqual(['connected', 'lost: Redis did not answer within 1000 ms']);
    await sleep;
    await until(() => queue.status().connected);
  });

  it('has become a replica counts as lost until it takes writes', async () => {
    const server = await redisOfTest();
    const client = clientOf(server.url);
    const { queue, changes } = queueOfTest(server.url);
    const log = fakeLog();
    queue.run(log.work, { concurrency: 2 });
    await until(() => queue.status().connected);
    await client.replicaof('127.0.0.1', await freePort());
    log.add(10);
    queue.wake(wakes(10));
    await until(() => log.seen.found === 10);
    expect(changes[1]).toMatch(/^lost: .*READONLY/);
    await client.replicaof('NO', 'ONE');
    await until(() => queue.status().connected);
  });

  it('is full counts as lost until it takes writes', async () => {
    const server = await redisOfTest();
    const client = clientOf(server.url);
    const { queue, changes } = queueOfTest(server.url);
    const log = fakeLog();
    queue.run(log.work, { concurrency: 2 });
    await until(() => queue.status().connected);
    await client.config('SET', 'maxmemory', '1');
    log.add(10);
    queue.wake(wakes(10));
    await until(() => log.seen.found === 10);
    expect(changes[1]).toMatch(/^lost: .*OOM/);
    await client.config('SET', 'maxmemory', '0');
    await until(() => queue.status().connected);
  });

  it('lets it in no more says why, and is tried again', async () => {
    const server = await redisOfTest({ args: ['--requirepass', 'other'] });
    const { queue, changes } = queueOfTest(server.url.replace('//', '//:secret@'));
    await until(() => changes.length === 1);
    expect(changes[0]).toMatch(/^lost: .*WRONGPASS/);
    await clientOf(server.url.replace('//', '//:other@')).config('SET', 'requirepass', 'secret');
    await until(() => queue.status().connected);
  });

  it.each(['was killed', 'hangs', 'was never there'])('%s can be left', async (how) => {
    const server = await redisOfTest({ args: ['--enable-debug-command', 'yes'] });
    const url = how === 'was never there' ? `redis://127.0.0.1:${await freePort()}` : server.url;
    const { queue } = queueOfTest(url);
    const log = fakeLog();
    queue.run(log.work, { concurrency: 2 });
    if (how !== 'was never there') await until(() => queue.status().connected);
    if (how === 'was killed') await server.kill();
    const sleep = how === 'hangs' ? clientOf(server.url).call('DEBUG', 'SLEEP', '1') : undefined;
    queue.wake(wakes(5));
    await queue.close();
    await sleep;
  });
});

it('a slow rate is no sign of a dead worker', async () => {
  const server = await redisOfTest();
  const times = { ...quick, beat: 10 };
  const [one, other] = [queueOfTest(server.url, { times }), queueOfTest(server.url, { times })];
  const log = fakeLog();
  log.add(8);
  for (const { queue } of [one, other]) {
    await until(() => queue.status().connected);
    queue.run(log.work, { concurrency: 2, rate: 8 });
  }
  one.queue.wake(wakes(8));
  await until(() => log.seen.found === 8);
  expect([...one.changes, ...other.changes]).toEqual(['connected', 'connected']);
});

it('a wake outlives any number of processes that die with it, and is never given up', async () => {
  const server = await redisOfTest();
  const { queue } = queueOfTest(server.url);
  await until(() => queue.status().connected);
  queue.wake(wakes(1));
  for (let death = 0; death < 3; death += 1) {
    const victim = spawn(process.execPath, ['--input-type=module', '-e', victimOf(server.url)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void victim.kill('SIGKILL'));
    await once(victim.stdout, 'data');
    victim.kill('SIGKILL');
    await once(victim, 'exit');
  }
  const log = fakeLog();
  queue.run(log.work, { concurrency: 1 });
  await until(() => log.seen.looks === 1);
});

/** A process that takes a wake, says so and never ends its work. */
function victimOf(url: string): string {
  const module = (name: string) => JSON.stringify(join(import.meta.dirname, '../../src/queue', name));
  return `
    const { createBullQueue } = await import(${module('bullmq.ts')});
    const { redisPlace } = await import(${module('redis.ts')});
    const nothing = () => undefined;
    const options = { prefix: 'bridge', name: 'apotti', times: { lock: 400, stalled: 200 }, changed: nothing, failed: nothing };
    createBullQueue({ ...options, redis: redisPlace(${JSON.stringify(url)}) }).run(() => {
      process.stdout.write('taken');
      return new Promise(nothing);
    }, { concurrency: 1 });`;
}
