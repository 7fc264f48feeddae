/** A process that takes a wake, says so and never ends its work: `node test/queue/victim.ts <url of Redis>`. */
import { createBullQueue } from '../../src/queue/bullmq.ts';
import { redisPlace } from '../../src/queue/redis.ts';

createBullQueue({
  redis: redisPlace(process.argv[2] ?? ''),
  prefix: 'bridge',
  name: 'apotti',
  times: { lock: 400, stalled: 200 },
  changed: () => undefined,
  failed: () => undefined,
}).run(
  () => {
    process.stdout.write('taken\n');
    return new Promise(() => undefined);
  },
  { concurrency: 1 },
);
