import type { DoorInput } from './door-process.ts';
import { type Figure, median, quantile } from './figures.ts';
import { send } from './load.ts';
import { keyFileIn, many, openLog } from './messages.ts';
import { type Ground, onGround } from './processes.ts';

const CONNECTIONS = 64;
const SECONDS = 3;

/** Accepting, synced and sealed, against the same door that stores nothing, in turns. */
export function acceptingBench({ rounds = 4 } = {}): Promise<readonly Figure[]> {
  return onGround(async (ground) => {
    keyFileIn(ground.folder);
    const stored = await door(ground, { folder: ground.folder });
    const unstored = await door(ground, {});
    const accepted: { id: string; assessment: string }[] = [];
    let round = 0;
    const rate = async (url: string, seconds: number, wanted?: number) => {
      round += 1;
      const result = await send(ground, {
        url,
        connections: CONNECTIONS,
        until: { seconds },
        prefix: `r${round}-`,
        ...(wanted === undefined ? {} : { rate: wanted }),
      });
      if (url === stored.url) for (const each of result.accepted) accepted.push(each);
      return { ...result, rate: result.accepted.length / result.seconds };
    };

    for (const { url } of [unstored, stored]) await rate(url, 1.5);
    const rates: { without: number; with: number }[] = [];
    for (let i = 0; i < rounds; i += 1) {
      const without = (await rate(unstored.url, SECONDS)).rate;
      rates.push({ without, with: (await rate(stored.url, SECONDS)).rate });
    }
    const reach = median(rates.map((each) => each.with));
    const half = await rate(stored.url, 2 * SECONDS, reach / 2);
    await stored.child.end();

    const ratios = rates.map((each) => (100 * each.with) / each.without);
    const reference = median(rates.map(({ without }) => without));
    return [
      { name: 'accepting, synced and sealed', value: reach, unit: 'requests/s' },
      { name: 'the same door without storing', value: reference, unit: 'requests/s' },
      {
        name: 'accepting against not storing',
        value: median(ratios),
        unit: '%',
        wanted: { atLeast: 60 },
        reference: `rounds from ${Math.min(...ratios).toFixed(0)} to ${Math.max(...ratios).toFixed(0)} %`,
      },
      {
        name: 'p99 of accepting at half of that load',
        value: quantile(half.latencies, 0.99),
        unit: 'ms',
        wanted: { atMost: 25 },
        reference: `${half.rate.toFixed(0)} requests/s, p50 ${quantile(half.latencies, 0.5).toFixed(1)} ms`,
      },
      {
        name: '202 answers that the log does not hold',
        value: await missing(ground, accepted),
        unit: `of ${accepted.length}`,
        wanted: { atMost: 0 },
      },
    ];
  });
}

async function door(ground: Ground, input: DoorInput) {
  const child = await ground.start('door-process.ts', input);
  const { url }: { url: string } = JSON.parse(child.ready);
  return { child, url };
}

/** How many acknowledged messages are not in the log, or more are there than were acknowledged. */
async function missing(
  { folder }: Ground,
  accepted: readonly { id: string; assessment: string }[],
): Promise<number> {
  const log = await openLog(folder);
  let lost = 0;
  await many(accepted.length, async (i) => {
    const { id = '', assessment } = accepted[i] ?? {};
    const found = await log.message(id);
    if (found?.assessment !== assessment) lost += 1;
  });
  const ledger = await log.ledger();
  await log.close();
  return lost + Math.abs(ledger.accepted - accepted.length);
}
