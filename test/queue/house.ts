import { onTestFinished } from 'vitest';
import { type BullQueueOptions, createBullQueue } from '../../src/queue/bullmq.ts';
import type { Queue } from '../../src/queue/queue.ts';
import { type RedisPlace, redisPlace } from '../../src/queue/redis.ts';
import { type RedisOptions, type RedisServer, startRedis } from '../servers/redis.ts';

/** A Redis for one test. */
export async function redisOfTest(options: RedisOptions = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  onTestFinished(() => server.stop());
  return server;
}

/** Short enough for a test to wait for. */
export const quick = { beat: 50, answer: 1_000, retry: 50, close: 500, lock: 400, stalled: 200 };

/** A queue for one test, with what it was told of. */
export function queueOfTest(place: string | RedisPlace, options: Partial<BullQueueOptions> = {}) {
  const changes: string[] = [];
  const failures: string[] = [];
  const queue: Queue = createBullQueue({
    redis: typeof place === 'string' ? redisPlace(place) : place,
    prefix: 'bridge',
    name: 'apotti',
    times: quick,
    changed: (connected, reason) =>
      changes.push(connected ? 'connected' : `lost: ${reason instanceof Error ? reason.message : reason}`),
    failed: (error) => failures.push(error.message),
    ...options,
  });
  onTestFinished(() => queue.close());
  return { queue, changes, failures };
}
