import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../src/config.ts';
import type { MessageLog } from '../../src/log/log.ts';
import { type Figure, median } from './figures.ts';
import { keyFileIn, many, newMessage, openLog } from './messages.ts';
import { onGround } from './processes.ts';
import { type NewStore, type Store, storeNames, withStores } from './stores.ts';

const SMALL = 1000;
const LARGE = 50_000;
const LONG = 1_000_000;
const ROUNDS = 9;
const IN_A_ROUND = 300;
/** Messages claimed by one call. */
const CLAIMED = 16;
/** A canonical bundle of the usual size. */
const BUNDLE = readFileSync(
  join(projectFolder, 'mappings/symptom-assessment/samples/uti-fi.bundle.json'),
  'utf8',
);

/** What a message costs the log when few are stored and when many are, in turns, in each store. */
export function growthBench({
  stores,
  long = false,
}: {
  readonly stores: readonly Store[];
  readonly long?: boolean;
}): Promise<readonly Figure[]> {
  return onGround(({ folder }) =>
    withStores(async (newStore) => {
      const figures: Figure[] = [];
      for (const store of stores) {
        figures.push(...(await grown(join(folder, store), store, long ? LONG : LARGE, newStore)));
      }
      return figures;
    }),
  );
}

async function grown(
  folder: string,
  store: Store,
  size: number,
  newStore: NewStore,
): Promise<readonly Figure[]> {
  const [few, many] = [await newStore(store), await newStore(store)];
  const small = await filled(join(folder, 'small'), SMALL, few);
  const large = await filled(join(folder, 'large'), size, many);
  const times = { small: [await round(small)], large: [await round(large)] };
  for (let i = 0; i < ROUNDS; i += 1) {
    times.small.push(await round(small));
    times.large.push(await round(large));
  }
  await Promise.all([small.close(), large.close()]);

  const of = (part: 'accepting' | 'delivering', log: readonly Cost[]) =>
    median(log.map((cost) => cost[part]));
  return (['accepting', 'delivering'] as const).map((part) => {
    const little = of(part, times.small);
    const lots = of(part, times.large);
    return {
      name: `${part} in the log, ${size} stored against ${SMALL}, ${storeNames[store]}`,
      value: (100 * lots) / little,
      unit: '%',
      wanted: { atMost: 110 },
      reference: `${lots.toFixed(0)} against ${little.toFixed(0)} µs a message`,
    };
  });
}

interface Cost {
  /** Microseconds a message. */
  readonly accepting: number;
  readonly delivering: number;
}

async function filled(folder: string, count: number, databaseUrl?: string): Promise<MessageLog> {
  mkdirSync(folder, { recursive: true });
  keyFileIn(folder);
  const log = await openLog(folder, databaseUrl);
  for (let done = 0; done < count; done += 1000) {
    await accept(log, 1000);
    await deliver(log, 1000);
  }
  return log;
}

async function round(log: MessageLog): Promise<Cost> {
  const start = performance.now();
  await accept(log, IN_A_ROUND);
  const half = performance.now();
  await deliver(log, IN_A_ROUND);
  const microseconds = (from: number, to: number) => ((to - from) * 1000) / IN_A_ROUND;
  return { accepting: microseconds(start, half), delivering: microseconds(half, performance.now()) };
}

function accept(log: MessageLog, count: number): Promise<void> {
  return many(count, async () => {
    await log.accept(newMessage());
  });
}

/** All that the log writes on a message's way into the record. */
async function deliver(log: MessageLog, count: number): Promise<void> {
  for (let left = count; left > 0; ) {
    const claims = await log.claim({ now: Date.now(), lease: 60_000, limit: Math.min(CLAIMED, left) });
    if (claims.length === 0) throw new Error('nothing is left to claim');
    left -= claims.length;
    await Promise.all(
      claims.map(async (claim) => {
        const held = { ...claim, payload: new Uint8Array(0) };
        const at = Date.now();
        await log.mapped(held, { mapping: 'bench', digest: 'bench', bundle: BUNDLE, at });
        const search = { patient: 'p', encounter: 'e', contentDigest: 'd' };
        const attempt = await log.intend(held, { name: 'DocumentReference', at, search });
        const location = `DocumentReference/${claim.id}`;
        await Promise.all([
          log.settle(held, { name: 'DocumentReference', attempt, state: 'done', at, location }),
          log.finish(held, { state: 'delivered' }, at),
        ]);
      }),
    );
  }
}
