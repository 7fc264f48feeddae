import { setTimeout as pause } from 'node:timers/promises';
import { startRedis } from '../servers/redis.ts';
import type { Figure } from './figures.ts';
import { send } from './load.ts';
import { fill, keyFileIn, openLog } from './messages.ts';
import { onGround } from './processes.ts';
import { type NewStore, type Store, storeNames, withStores } from './stores.ts';
import { ledgerOf, setStage, timesOf } from './whole-path.ts';

const OTHERS = 10_000;
const URGENT = 5;
/** Longest time until an urgent one is in the record, in milliseconds. */
const PATIENCE = 60_000;

/** Urgent messages that arrive behind ten thousand others, one after another; PostgreSQL goes with Redis. */
export async function urgentBench({
  stores,
}: {
  readonly stores: readonly Store[];
}): Promise<readonly Figure[]> {
  return withStores(async (newStore) => {
    const figures: Figure[] = [];
    for (const store of stores) {
      const redis = store === 'sqlite' ? undefined : await startRedis();
      try {
        figures.push(...(await urgentIn(store, newStore, redis?.url)));
      } finally {
        await redis?.stop();
      }
    }
    return figures;
  });
}

async function delivered(url: string, id: string): Promise<void> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const response = await fetch(`${url}/v1/assessments/${id}`);
    const { state } = (await response.json()) as { state: string };
    if (state === 'delivered') return;
    if (Date.now() > end) throw new Error(`an urgent message is ${state}`);
    await pause(50);
  }
}

function urgentIn(store: Store, newStore: NewStore, redisUrl?: string): Promise<readonly Figure[]> {
  return onGround(async (ground) => {
    keyFileIn(ground.folder);
    const databaseUrl = await newStore(store);
    const log = await openLog(ground.folder, databaseUrl);
    await fill(log, OTHERS);
    await log.close();

    const stage = await setStage(ground, {
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    });
    const ids: string[] = [];
    for (let i = 0; i < URGENT; i += 1) {
      await pause(500);
      const { accepted } = await send(ground, {
        url: stage.url,
        connections: 1,
        until: { count: 1 },
        prefix: `urgent-${i}-`,
        urgency: 'P0',
        hetus: stage.hetus,
      });
      for (const { id } of accepted) ids.push(id);
    }
    for (const id of ids) await delivered(stage.url, id);
    const { states } = await ledgerOf(stage.url);
    const { notes, overtaken } = await stage.end();
    if (overtaken.length < URGENT) throw new Error('an urgent message was not claimed');
    const ended = await openLog(ground.folder, databaseUrl);
    const delays = (await timesOf(ended, ids, notes)).map(({ accepted, written }) => written - accepted);
    await ended.close();
    const name = store === 'sqlite' ? storeNames.sqlite : `${storeNames[store]} and Redis`;
    return [
      {
        name: `others claimed before an urgent one, behind ${OTHERS}, ${name}`,
        value: Math.max(...overtaken),
        unit: 'messages',
        wanted: { atMost: 0 },
        reference: `${URGENT} urgent ones; ${states['received'] ?? 0} others still to go at the end`,
      },
      {
        name: `time of an urgent one into the record, ${name}`,
        value: Math.max(...delays),
        unit: 'ms',
        reference: `of each: ${delays.join(', ')}`,
      },
    ];
  });
}
