import { setTimeout as pause } from 'node:timers/promises';
import type { MessageLog } from '../../src/log/log.ts';
import { startRedis } from '../servers/redis.ts';
import type { BridgeInput } from './bridge-process.ts';
import { type Figure, median } from './figures.ts';
import { send } from './load.ts';
import { keyFileIn, many, openLog } from './messages.ts';
import { type Child, type Ground, onGround } from './processes.ts';
import { type NewStore, withStores } from './stores.ts';
import type { TwinNotes, TwinReady } from './twin-process.ts';
import { ledgerOf } from './whole-path.ts';

const CONNECTIONS = 64;
const WARM_UP = 200;
/** Seconds. */
const LEASE = 5;
const CALL_TIMEOUT = 2;
/** Messages around the kill, and how long the record system takes for each, in milliseconds. */
const AROUND = 1000;
const SLOW = 300;
const PATIENCE = 120_000;

/**
 * Several bridges on one PostgreSQL and Redis: what they reach together, and what becomes of a killed one's work. Each
 * number of bridges has its turn in each round, since the machine's pace changes.
 */
export function clusterBench({
  numbers = [1, 2, 4],
  rounds = 2,
  burst = 1200,
} = {}): Promise<readonly Figure[]> {
  return withStores(async (newStore) => {
    const rates = new Map<number, number[]>(numbers.map((count) => [count, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [count, reached] of rates) {
        reached.push(await onStage(newStore, count, {}, (stage) => throughput(stage, burst)));
      }
    }
    const killed = { LEASE: String(LEASE), RECORD_TIMEOUT: String(CALL_TIMEOUT) };
    return [...ratesOf(rates), ...(await onStage(newStore, 2, killed, takeOver))];
  });
}

function ratesOf(rates: ReadonlyMap<number, readonly number[]>): readonly Figure[] {
  const [[, alone] = [1, []], ...others] = rates;
  return [
    {
      name: 'whole path with 1 bridge on PostgreSQL and Redis',
      value: median(alone),
      unit: 'messages/s',
      reference: `rounds ${alone.map((rate) => rate.toFixed(0)).join(', ')}`,
    },
    ...others.map(([count, several]) => ({
      name: `with ${count} bridges against 1`,
      value: median(several.map((rate, round) => (100 * rate) / (alone[round] ?? Number.NaN))),
      unit: '%',
      ...(count === 2 ? { wanted: { atLeast: 100 } } : {}),
      reference: `${several.map((rate) => rate.toFixed(0)).join(', ')} messages/s`,
    })),
  ];
}

interface Stage {
  readonly ground: Ground;
  readonly bridges: readonly { readonly child: Child; readonly url: string }[];
  readonly twin: { readonly child: Child } & TwinReady;
  /** Sends so many, a part to each bridge. */
  send(prefix: string, count: number): Promise<{ readonly begun: number; readonly ids: readonly string[] }>;
  /** Waits until so many are delivered, as the first bridge says. */
  delivered(count: number): Promise<void>;
  /** The log, once the bridges have ended. */
  log(): Promise<MessageLog>;
}

/** Runs so many bridges over a database, a Redis and a twin of their own. */
async function onStage<T>(
  newStore: NewStore,
  count: number,
  environment: Readonly<Record<string, string>>,
  measure: (stage: Stage) => Promise<T>,
): Promise<T> {
  const databaseUrl = (await newStore('postgres')) ?? '';
  const redis = await startRedis();
  try {
    return await onGround(async (ground) => {
      keyFileIn(ground.folder);
      const twinProcess = await ground.start('twin-process.ts');
      const twin: TwinReady = JSON.parse(twinProcess.ready);
      const input: BridgeInput = {
        folder: ground.folder,
        fhirUrl: twin.fhirUrl,
        tokenUrl: twin.tokenUrl,
        environment: { DATABASE_URL: databaseUrl, REDIS_URL: redis.url, ...environment },
      };
      const bridges = await Promise.all(
        Array.from({ length: count }, async () => {
          const child = await ground.start('bridge-process.ts', input);
          const { url }: { url: string } = JSON.parse(child.ready);
          return { child, url };
        }),
      );
      return measure({
        ground,
        bridges,
        twin: { child: twinProcess, ...twin },
        async send(prefix, messages) {
          const results = await Promise.all(
            bridges.map(({ url }, i) =>
              send(ground, {
                url,
                hetus: twin.hetus,
                connections: CONNECTIONS / count,
                until: { count: messages / count },
                prefix: `${prefix}${i}-`,
              }),
            ),
          );
          return {
            begun: Math.min(...results.map(({ begun }) => begun)),
            ids: results.flatMap(({ accepted }) => accepted.map(({ id }) => id)),
          };
        },
        async delivered(wanted) {
          const end = Date.now() + PATIENCE;
          for (;;) {
            const { states } = await ledgerOf(bridges[0]?.url ?? '');
            if ((states['delivered'] ?? 0) >= wanted) return;
            if (Date.now() > end) throw new Error(`not all were delivered: ${JSON.stringify(states)}`);
            await pause(100);
          }
        },
        log: () => openLog(ground.folder, databaseUrl),
      });
    });
  } finally {
    await redis.stop();
  }
}

/** Messages a second from the first request until the last is in the record. */
async function throughput(stage: Stage, burst: number): Promise<number> {
  await stage.send('warm-', WARM_UP);
  await stage.delivered(WARM_UP);
  const { begun } = await stage.send('burst-', burst);
  await stage.delivered(WARM_UP + burst);
  const notes: TwinNotes = JSON.parse(await stage.twin.child.end());
  return (burst * 1000) / (Math.max(...notes.map(({ at }) => at)) - begun);
}

/** One of two bridges is killed while both work. */
async function takeOver(stage: Stage): Promise<readonly Figure[]> {
  const { bridges, twin } = stage;
  const operations = `${bridges[0]?.url}/v1/operations`;
  const act = { by: 'bench', why: 'a backlog' };
  await post(`${twin.url}/twin/faults`, {
    fault: 'slow',
    ms: SLOW,
    method: 'POST',
    resource: 'DocumentReference',
  });
  // Both begin with all at once, so that both are in the middle of some when one is killed.
  await post(`${operations}/pause`, act);
  const { ids } = await stage.send('kill-', AROUND);
  await post(`${operations}/resume`, act);
  await stage.delivered(AROUND / 4);
  const killed = Date.now();
  await bridges[1]?.child.kill();
  await stage.delivered(AROUND);
  await bridges[0]?.child.end();
  const notes: TwinNotes = JSON.parse(await twin.child.end());

  const locations = new Set<string>();
  const delays: number[] = [];
  const log = await stage.log();
  await many(ids.length, async (i) => {
    const message = await log.message(ids[i] ?? '');
    for (const { location } of message?.steps ?? []) if (location !== undefined) locations.add(location);
    const [before, next] = aroundOf(message?.history ?? [], killed);
    if (before !== undefined && before !== 'accepted' && next !== undefined) delays.push(next - killed);
  });
  await log.close();
  const orphans = delays.filter((delay) => delay > (LEASE * 1000) / 2);
  return [
    {
      name: 'messages that are not in the record once, after kill -9 of one of two bridges',
      value: Math.abs(AROUND - locations.size) + Math.abs(notes.length - locations.size),
      unit: `of ${AROUND}`,
      wanted: { atMost: 0 },
    },
    {
      name: 'until all its work was taken up, over the lease',
      value: Math.max(...orphans) / 1000 - LEASE,
      unit: 's',
      wanted: { atMost: 2 },
      reference: `${orphans.length} messages in work; lease ${LEASE} s`,
    },
  ];
}

async function post(url: string, body: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} was answered ${response.status}`);
}

/** What last happened to a message before a time, and when something happened next; neither once it was finished. */
function aroundOf(
  history: readonly { readonly at: number; readonly type: string }[],
  time: number,
): readonly [string | undefined, number | undefined] {
  return [history.findLast(({ at }) => at <= time)?.type, history.find(({ at }) => at > time)?.at];
}
