import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../temporary.ts';
import type { Promised } from './check.ts';
import { type Sabotage, sabotages } from './sabotage.ts';
import { setStage } from './stage.ts';
import { type StormWish, storm } from './storm.ts';

/** A small storm over one bridge and SQLite. */
async function smallStorm(sabotage: Sabotage | undefined, wish: Partial<StormWish> = {}) {
  const folder = join(temporaryFolder(), 'run');
  const stage = await setStage({
    ...{ store: 'sqlite', folder, seed: 7, people: 200, bridges: 1 },
    ...(sabotage === undefined ? {} : { sabotage }),
  });
  onTestFinished(() => stage.close());
  const calm = {
    seed: 7,
    messages: 120,
    kills: sabotage === undefined ? 2 : 0,
    redisAway: 0,
    freeze: 0,
    lines: 16,
  };
  return storm(
    stage,
    { ...calm, faultChance: 0.004, patience: 8_000, stopsAtFirst: sabotage !== undefined, ...wish },
    () => undefined,
  );
}

const write = { method: 'POST', resource: 'DocumentReference' };
const lost = { faults: [{ ...write, fault: 'ghost-ack', times: 20 }] };
const refused = { faults: [{ ...write, fault: '422', times: 20 }] };
const late = { faults: [{ resource: 'Patient', fault: '500', probability: 0.5 }], patience: 4_000 };

/** By which promise each defect must be seen, and what it takes to provoke it. */
const seen: Readonly<Record<Sabotage, { by: Promised; wish?: Partial<StormWish> }>> = {
  'acknowledge before commit': { by: 'no loss', wish: { kills: 4 } },
  'retry without look-up': { by: 'one effect per business key', wish: lost },
  'ignore the fence': { by: 'one effect per business key', wish: { faultChance: 0 } },
  'finish before the write': { by: 'stated state equals real state', wish: refused },
  'drop what is refused': { by: 'stated state equals real state', wish: refused },
  'ignore the order of editions': { by: 'order per case', wish: late },
  'claim twice': { by: 'one effect per business key' },
  'lose a wake without a sweeper': { by: 'no loss', wish: late },
  'forget what is held': { by: 'no loss' },
  'call delivered what is held': { by: 'stated state equals real state' },
  'lose count': { by: 'the books balance' },
  'another answer to the same key': { by: 'same key, same answer' },
  'deliver trials': { by: 'no invention' },
};

describe('the checker', () => {
  it('finds nothing wrong with the bridge as it is', async () => {
    const { violations, counts } = await smallStorm(undefined);
    expect(violations).toEqual([]);
    expect(counts.notes).toBeGreaterThan(80);
  });

  it.each(Object.keys(sabotages) as Sabotage[])('sees the defect: %s', async (sabotage) => {
    const { by, wish } = seen[sabotage];
    const { violations } = await smallStorm(sabotage, wish);
    expect(violations.map(({ promise }) => promise)).toContain(by);
  });
});
