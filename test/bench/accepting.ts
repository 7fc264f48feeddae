import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DoorInput } from './door-process.ts';
import { type Figure, median, quantile } from './figures.ts';
import { send } from './load.ts';
import type { LoadResult } from './load-process.ts';
import { keyFileIn, many, openLog } from './messages.ts';
import { type Ground, onGround } from './processes.ts';
import { type NewStore, type Store, storeNames, withStores } from './stores.ts';

const CONNECTIONS = 64;
const SECONDS = 3;

/** Accepting, synced and sealed, in each store, against the same door that stores nothing: all in turns. */
export function acceptingBench({
  stores,
  rounds = 4,
}: {
  readonly stores: readonly Store[];
  readonly rounds?: number;
}): Promise<readonly Figure[]> {
  return onGround((ground) =>
    withStores(async (newStore) => {
      const reference = await door(ground, {});
      const doors = await Promise.all(stores.map((store) => storingDoor(ground, store, newStore)));
      for (const each of [reference, ...doors]) await each.use(1.5);

      const without: number[] = [];
      const ratios = doors.map((): number[] => []);
      const rates = doors.map((): number[] => []);
      for (let round = 0; round < rounds; round += 1) {
        const free = rateOf(await reference.use(SECONDS));
        without.push(free);
        for (const [i, each] of doors.entries()) {
          const rate = rateOf(await each.use(SECONDS));
          rates[i]?.push(rate);
          ratios[i]?.push((100 * rate) / free);
        }
      }
      const figures: Figure[] = [
        { name: 'the same door without storing', value: median(without), unit: 'requests/s' },
      ];
      for (const [i, each] of doors.entries()) {
        const reach = median(rates[i] ?? []);
        const half = await each.use(2 * SECONDS, reach / 2);
        figures.push(...figuresOf(each.store, { reach, half, ratios: ratios[i] ?? [] }));
        figures.push({
          name: `202 answers that the log does not hold, ${storeNames[each.store]}`,
          value: await each.missing(),
          unit: `of ${each.accepted.length}`,
          wanted: { atMost: 0 },
        });
      }
      return figures;
    }),
  );
}

function figuresOf(
  store: Store,
  { reach, half, ratios }: { reach: number; half: LoadResult; ratios: readonly number[] },
): readonly Figure[] {
  const name = storeNames[store];
  return [
    { name: `accepting, synced and sealed, ${name}`, value: reach, unit: 'requests/s' },
    {
      name: `accepting against not storing, ${name}`,
      value: median(ratios),
      unit: '%',
      wanted: { atLeast: 60 },
      reference: `rounds from ${Math.min(...ratios).toFixed(0)} to ${Math.max(...ratios).toFixed(0)} %`,
    },
    {
      name: `p99 of accepting at half of that load, ${name}`,
      value: quantile(half.latencies, 0.99),
      unit: 'ms',
      wanted: { atMost: 25 },
      reference: `${rateOf(half).toFixed(0)} requests/s, p50 ${quantile(half.latencies, 0.5).toFixed(1)} ms`,
    },
  ];
}

function rateOf({ accepted, seconds }: LoadResult): number {
  return accepted.length / seconds;
}

async function door(ground: Ground, input: DoorInput) {
  const child = await ground.start('door-process.ts', input);
  const { url }: { url: string } = JSON.parse(child.ready);
  const accepted: { id: string; assessment: string }[] = [];
  let turn = 0;
  return {
    child,
    accepted,
    /** Sends for so many seconds, as fast as it is answered or at the rate wanted. */
    async use(seconds: number, rate?: number): Promise<LoadResult> {
      turn += 1;
      const result = await send(ground, {
        url,
        connections: CONNECTIONS,
        until: { seconds },
        prefix: `r${turn}-`,
        ...(rate === undefined ? {} : { rate }),
      });
      accepted.push(...result.accepted);
      return result;
    },
  };
}

async function storingDoor(ground: Ground, store: Store, newStore: NewStore) {
  const folder = join(ground.folder, store);
  mkdirSync(folder);
  keyFileIn(folder);
  const databaseUrl = await newStore(store);
  const database = databaseUrl === undefined ? {} : { databaseUrl };
  const opened = await door(ground, { folder, ...database });
  return {
    ...opened,
    store,
    /** Ends the door. How many acknowledged messages are then not in the log, or more are there than were acknowledged. */
    async missing(): Promise<number> {
      await opened.child.end();
      const log = await openLog(folder, databaseUrl);
      let lost = 0;
      await many(opened.accepted.length, async (i) => {
        const { id = '', assessment } = opened.accepted[i] ?? {};
        const found = await log.message(id);
        if (found?.assessment !== assessment) lost += 1;
      });
      const ledger = await log.ledger();
      await log.close();
      return lost + Math.abs(ledger.accepted - opened.accepted.length);
    },
  };
}
