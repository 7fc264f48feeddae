import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { createBullQueue } from '../../src/queue/bullmq.ts';
import { redisPlace } from '../../src/queue/redis.ts';
import { fakeLog, queueConformance, until, wakes } from '../conformance/queue.ts';
import { type RedisServer, startRedis } from '../servers/redis.ts';

let server: RedisServer;
let redis: Redis;
let places = 0;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

function makePlace() {
  const prefix = `p${places++}`;
  return {
    prefix,
    async open() {
      const queue = createBullQueue({
        redis: redisPlace(server.url),
        prefix,
        name: 'apotti',
        changed: () => undefined,
        failed: (error) => {
          throw error;
        },
      });
      await until(() => queue.status().connected);
      onTestFinished(() => queue.close());
      return queue;
    },
  };
}

queueConformance('a queue in Redis', makePlace, { shared: true });

it('keeps id, urgency and due of a message in Redis, and nothing else of it', async () => {
  const place = makePlace();
  const queue = await place.open();
  queue.wake([{ id: 'a:b', urgency: 0, due: 12 }]);
  await until(async () => (await queue.waiting()) === 1);
  const job = await redis.hgetall(`{${place.prefix}}:apotti:a.b@12`);
  expect(job).toMatchObject({ name: 'wake', data: '{"id":"a:b","urgency":0,"due":12}' });
});

it('takes the same wake twice as one until a worker took it, and then again', async () => {
  const queue = await makePlace().open();
  const [wake] = wakes(1);
  if (wake === undefined) throw new Error('there is one');
  queue.wake([wake, wake]);
  queue.wake([wake]);
  queue.wake([{ ...wake, due: wake.due + 1 }]);
  await until(async () => (await queue.waiting()) === 2);
  const log = fakeLog();
  queue.run(log.work, { concurrency: 1 });
  await until(() => log.seen.looks === 2);
  queue.wake([wake]);
  await until(() => log.seen.looks === 3);
});

it('leaves nothing in Redis of what was worked for, but what BullMQ keeps of the queue', async () => {
  const place = makePlace();
  const queue = await place.open();
  const log = fakeLog();
  log.add(500);
  queue.wake(wakes(500));
  queue.run(log.work, { concurrency: 10 });
  await until(() => log.seen.found === 500);
  await queue.close();
  const keys = await redis.keys(`{${place.prefix}}:*`);
  const lasting: string[] = [];
  for (const key of keys) if ((await redis.pttl(key)) === -1) lasting.push(key);
  expect(lasting.toSorted()).toEqual(
    ['events', 'id', 'meta'].map((key) => `{${place.prefix}}:apotti:${key}`),
  );
  expect(await redis.xlen(`{${place.prefix}}:apotti:events`)).toBeLessThan(300);
});
