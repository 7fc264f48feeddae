import { expect, it } from 'vitest';
import type { Mapper } from '../../src/delivery/context.ts';
import { type CrashPoint, crashPoints } from '../../src/delivery/crash-points.ts';
import type { MessageLog } from '../../src/log/log.ts';
import { assessment, bundleOf, mortal, openHouse, quickSettings } from './house.ts';

/** Two notes for one assessment, so that there is a moment after the first and before the second. */
const twoNotes: Mapper = {
  map(source) {
    const first = bundleOf(source, `${source.id} ensimmäinen`);
    const second = bundleOf(source, `${source.id} toinen`).entry?.slice(-1) ?? [];
    return {
      mapping: 'two-notes',
      digest: 'd',
      bundle: { ...first, entry: [...(first.entry ?? []), ...second] },
    };
  },
};

it.each(crashPoints)('a process that dies %s leaves nothing undone and nothing done twice', async (point) => {
  const house = await openHouse();
  const source = assessment(house.person('encounter'));
  const id = await house.accept(source);
  const { log, perish } = mortal(house.log);
  const died = Promise.withResolvers<void>();
  house.deliver({
    log,
    mappings: () => twoNotes,
    settings: { ...quickSettings, lease: 100, stopLimit: 10 },
    crashPoint: (at: CrashPoint) => {
      if (at !== point) return undefined;
      died.resolve();
      return perish();
    },
  });
  await died.promise;

  house.deliver({ mappings: () => twoNotes });
  await house.until(id, 'delivered');
  expect(house.notes().map(({ text }) => text)).toEqual([`${source.id} ensimmäinen`, `${source.id} toinen`]);
});

it('a worker that lost its lease abandons the message and says so', async () => {
  const house = await openHouse();
  const id = await house.accept(assessment(house.person('encounter')));
  const reasons: string[] = [];
  const reached = Promise.withResolvers<void>();
  const overtaken = Promise.withResolvers<void>();
  house.deliver({
    // Its renewals come too late, as those of a process that was frozen.
    log: new Proxy(house.log, {
      get: (log, name: keyof MessageLog) => (name === 'extend' ? async () => undefined : log[name]),
    }),
    // One worker, or it would take its own message again when the lease has ended.
    settings: { ...quickSettings, lease: 60, concurrency: 1 },
    observe: { abandoned: (why) => reasons.push(why), failed: () => reasons.push('failed') },
    crashPoint: (at) => {
      if (at !== 'after-search') return undefined;
      reached.resolve();
      return overtaken.promise;
    },
  });
  await reached.promise;
  house.deliver();
  await house.until(id, 'delivered');
  overtaken.resolve();
  await expect.poll(() => reasons).toEqual(['taken']);
  expect(house.notes()).toHaveLength(1);
});

it('renews its leases while it stops, so that nobody takes a message that is still in work', async () => {
  const house = await openHouse();
  const id = await house.accept(assessment(house.person('encounter')));
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const renewed = Promise.withResolvers<void>();
  let stopping = false;
  let renewals = 0;
  const delivery = house.deliver({
    log: new Proxy(house.log, {
      get(log, name: keyof MessageLog) {
        if (stopping && name === 'extend' && ++renewals === 2) renewed.resolve();
        return log[name];
      },
    }),
    settings: { ...quickSettings, lease: 300, stopLimit: 60_000 },
    crashPoint: (at) => {
      if (at !== 'after-search') return undefined;
      reached.resolve();
      return released.promise;
    },
  });
  await reached.promise;
  stopping = true;
  const stopped = delivery.stop();
  await renewed.promise;
  released.resolve();
  await stopped;
  expect(await house.log.message(id)).toMatchObject({ state: 'delivered' });
});
