import { describe, expect, it } from 'vitest';
import type { Mapper } from '../../src/delivery/context.ts';
import { type CrashPoint, crashPoints } from '../../src/delivery/crash-points.ts';
import type { MessageLog } from '../../src/log/log.ts';
import { assessment, bundleOf, mortal, openHouse, quickRoute, quickSettings } from './house.ts';

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

const dying = { ...quickSettings, lease: 100, stopLimit: 10 };
/** The points that only a message passes whose write was in doubt. */
const ofLookUps: ReadonlySet<CrashPoint> = new Set(['after-look-up', 'after-verdict']);
/** Each point, with a first write that was done though its answer was lost, and with one that was not done. */
const doubtful = crashPoints.flatMap((point) => ['ghost-ack', '503'].map((fault) => ({ point, fault })));

/** A house with a message of two notes. */
async function twoNoteHouse(fault?: string) {
  const house = await openHouse();
  const source = assessment(house.person('encounter'));
  const id = await house.accept(source);
  if (fault !== undefined) {
    house.twin.faults.add({ fault, method: 'POST', resource: 'DocumentReference', nth: 1 });
  }
  return {
    ...house,
    id,
    texts: () => house.notes().map(({ text }) => text),
    expected: [`${source.id} ensimmäinen`, `${source.id} toinen`],
    deliver: (more: Parameters<typeof house.deliver>[0] = {}) =>
      house.deliver({ mappings: () => twoNotes, ...more }),
  };
}

/**
 * Begins delivery that dies at a point; settles when it has. A message whose first note is found passes no point after
 * a result: it comes through alive.
 */
async function dieAt(house: Awaited<ReturnType<typeof twoNoteHouse>>, point: CrashPoint): Promise<void> {
  const { log, perish } = mortal(house.log);
  const died = Promise.withResolvers<void>();
  house.deliver({
    log,
    settings: dying,
    crashPoint: (at) => {
      if (at !== point) return undefined;
      died.resolve();
      return perish();
    },
  });
  await Promise.race([died.promise, house.until(house.id, 'delivered')]);
}

describe('a process that dies', () => {
  it.each(crashPoints.filter((point) => !ofLookUps.has(point)))(
    '%s leaves nothing undone and nothing done twice, though another may be at it',
    async (point) => {
      const house = await twoNoteHouse();
      await dieAt(house, point);
      house.deliver();
      await house.until(house.id, 'delivered');
      expect(house.texts()).toEqual(house.expected);
    },
  );

  it.each(doubtful)(
    '$point, when an answer had been lost ($fault), leaves nothing undone and nothing done twice',
    async ({ point, fault }) => {
      const house = await twoNoteHouse(fault);
      await dieAt(house, point);
      house.deliver({ alone: true });
      await house.until(house.id, 'delivered');
      expect(house.texts()).toEqual(house.expected);
    },
  );

  it.each(doubtful)(
    '$point, with a message that was redriven while its write was in doubt ($fault), asks before it writes',
    async ({ point, fault }) => {
      const house = await twoNoteHouse(fault);
      const first = house.deliver({ route: quickRoute({ unknown: { settle: 'PT0S', limit: 'PT0S' } }) });
      expect(await house.until(house.id, 'held')).toMatchObject({ cause: 'record-outcome-unknown' });
      await first.stop();
      await house.again(house.id);
      await dieAt(house, point);
      house.deliver({ alone: true });
      await house.until(house.id, 'delivered');
      expect(house.texts()).toEqual(house.expected);
    },
  );

  it('between a result and the end of the message, where the log takes them apart, writes nothing again', async () => {
    const house = await twoNoteHouse();
    const { log, perish } = mortal(house.log);
    const died = Promise.withResolvers<void>();
    const finish = () => {
      died.resolve();
      return perish();
    };
    house.deliver({
      log: new Proxy(log, {
        get: (target, name: keyof MessageLog) => (name === 'finish' ? finish : target[name]),
      }),
      settings: dying,
    });
    await died.promise;
    house.deliver();
    const { steps } = await house.until(house.id, 'delivered');
    expect(steps.map(({ attempt, state }) => `${attempt} ${state}`)).toEqual(['1 done', '1 done']);
    expect(house.texts()).toEqual(house.expected);
  });
});

it('tells at each point which message it is about', async () => {
  const house = await openHouse();
  const id = await house.accept(assessment(house.person('encounter')), { correlation: 'case-1' });
  const told = new Set<string>();
  const finished = Promise.withResolvers<void>();
  house.deliver({
    crashPoint(point, claim) {
      told.add(`${claim.id} ${claim.correlation}`);
      if (point === 'after-finish') finished.resolve();
      return undefined;
    },
  });
  await finished.promise;
  expect([...told]).toEqual([`${id} case-1`]);
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
