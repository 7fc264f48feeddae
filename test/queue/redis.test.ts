import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import { redisPlace } from '../../src/queue/redis.ts';
import { fakeLog, until, wakes } from '../conformance/queue.ts';
import {
  type RedisForm,
  startRedisCluster,
  startSentinelRedis,
  startTlsRedis,
} from '../servers/redis-forms.ts';
import { queueOfTest, redisOfTest } from './house.ts';

function refusalOf(url: string, options = {}): string {
  try {
    redisPlace(url, options);
  } catch (error) {
    if (error instanceof BridgeError) return error.details.map(({ text }) => text).join();
    throw error;
  }
  throw new Error(`accepted: ${url}`);
}

describe('an address of Redis', () => {
  it.each([
    ['http://redis', 'none of'],
    ['redis:/redis', 'none of'],
    ['redis://', 'none of'],
    ['redis://one,two', 'one host'],
    ['redis://host:99999', 'host:port'],
    ['redis://host:0', 'host:port'],
    ['redis://host:port', 'host:port'],
    ['redis://host/first', 'not a number'],
    ['redis://user:%zz@host', 'percent-encoded'],
    ['redis-sentinel://one,two', 'name of the master'],
    ['redis-cluster://one,two/1', 'no databases'],
  ])('%s is refused', (url, why) => {
    expect(refusalOf(url)).toContain(why);
  });

  it('is refused with certificates that nobody would look at', () => {
    expect(refusalOf('redis://host', { ca: 'PEM' })).toContain('only with rediss');
  });

  it.each([
    ['redis://host', { host: 'host', port: 6379, db: 0 }],
    ['redis://host:1/2', { host: 'host', port: 1, db: 2 }],
    ['redis://[::1]:7', { host: '::1', port: 7 }],
    ['redis://:p%40ss@host', { password: 'p@ss' }],
    ['redis://a%3Ab:c@host', { username: 'a:b', password: 'c' }],
    ['rediss://host', { tls: {} }],
    [
      'redis-sentinel://one,two:3/master/4',
      {
        name: 'master',
        db: 4,
        sentinels: [
          { host: 'one', port: 26_379 },
          { host: 'two', port: 3 },
        ],
      },
    ],
    ['rediss-sentinel://one/master', { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true }],
  ])('%s says where it is', (url, expected) => {
    expect(redisPlace(url).client().options).toMatchObject(expected);
  });

  it('never shows its user and password, and is refused without showing them', () => {
    const secret = fc.stringMatching(/^[!-.0->A-~]{8,20}$/);
    fc.assert(
      fc.property(
        secret,
        secret,
        fc.constantFrom('host', 'one,two', 'host:x', ''),
        (user, password, host) => {
          const encoded = [user, password].map(encodeURIComponent).join(':');
          for (const credentials of [encoded, `${user}:${password}`]) {
            const url = `redis://${credentials}@${host}`;
            let told: string;
            try {
              told = redisPlace(url).address;
            } catch (error) {
              told = `${error} ${error instanceof BridgeError ? JSON.stringify(error.details) : ''}`;
            }
            expect(told).not.toContain(user);
            expect(told).not.toContain(password);
          }
        },
      ),
    );
  });

  it('with user, password and database leads there', async () => {
    const args = ['--user', 'ann', 'on', '>p@ss', '~*', '+@all'];
    const server = await redisOfTest({ args });
    const { queue } = queueOfTest(`redis://ann:p%40ss@127.0.0.1:${server.port}/3`);
    await until(() => queue.status().connected);
  });
});

describe('by TLS', () => {
  it('wakes go to a server whose certificate is trusted, and to no other', async () => {
    const server = await startTlsRedis();
    onTestFinished(() => server.stop());
    const strange = queueOfTest(server.url);
    await until(() => strange.changes.length === 1);
    expect(strange.changes[0]).toMatch(/^lost: .*certificate/);
    const { queue } = queueOfTest(redisPlace(server.url, { ca: server.ca }));
    await until(() => queue.status().connected);
    const log = fakeLog();
    queue.run(log.work, { concurrency: 2 });
    log.add(20);
    queue.wake(wakes(20));
    await until(() => log.seen.found === 20);
  });
});

describe.each<[string, () => Promise<RedisForm>]>([
  ['a Redis watched by Sentinel', startSentinelRedis],
  ['a cluster of Redis', startRedisCluster],
])('%s', (_, start) => {
  it('takes wakes, and goes on taking them after its master died', { timeout: 60_000 }, async () => {
    const servers = await start();
    onTestFinished(() => servers.stop());
    const { queue, changes } = queueOfTest(servers.url);
    const other = queueOfTest(servers.url);
    await until(() => queue.status().connected && other.queue.status().connected);
    const log = fakeLog();
    queue.run(log.work, { concurrency: 4 });
    other.queue.run(log.work, { concurrency: 4 });
    log.add(200);
    queue.wake(wakes(200));
    await until(() => log.seen.found === 200);
    await servers.killMaster();
    log.add(50);
    queue.wake(wakes(50));
    await until(() => log.seen.found === 250);
    await until(() => queue.status().connected && changes.length >= 3);
    await until(() => other.queue.status().connected);
    expect(changes[1]).toMatch(/^lost: /);
    log.hold();
    log.add(8);
    queue.wake(wakes(8));
    await until(() => log.seen.atOnce === 8);
    log.release();
  });
});
