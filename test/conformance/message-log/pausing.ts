import { describe, expect, it, onTestFinished } from 'vitest';
import { ADA, accepted, claimAll, claimOne, deliver, LATER, NOON, newMessage, type Suite } from './house.ts';

const BO = { who: 'Bo', why: 'the record system is back' };

export function pausing({ name, openLog, makeStore }: Suite): void {
  describe(`the message log on ${name}: pausing`, () => {
    it('gives nothing to workers while it is paused, goes on accepting, and gives all afterwards', async () => {
      const log = await openLog();
      const before = await accepted(log);
      const inWork = await claimOne(log);
      await log.pause(ADA, NOON);
      const after = await accepted(log);
      const urgent = await accepted(log, { urgency: 0 });
      expect(await log.claim({ now: LATER, lease: 1, limit: 9, fair: 'insist' })).toEqual([]);
      expect(await log.due({ now: LATER, limit: 9 })).toEqual([]);
      expect(await log.nextDue()).toBeUndefined();
      await deliver(log, inWork);
      expect(await log.message(before.id)).toMatchObject({ state: 'delivered' });
      await log.resume(BO, NOON);
      expect(await log.nextDue()).not.toBeUndefined();
      expect((await claimAll(log)).map(({ id }) => id)).toEqual([urgent.id, after.id]);
    });

    it('tells who paused it, when and why, until somebody resumes', async () => {
      const log = await openLog();
      expect(await log.paused()).toBeUndefined();
      await log.pause(ADA, NOON);
      expect(await log.paused()).toEqual({ at: NOON, ...ADA });
      await log.pause(BO, NOON + 1);
      expect(await log.paused()).toEqual({ at: NOON, ...ADA });
      await log.resume(BO, NOON + 2);
      await log.resume(ADA, NOON + 3);
      expect(await log.paused()).toBeUndefined();
    });

    it('keeps each act once, the last first', async () => {
      const log = await openLog();
      await log.resume(ADA, NOON);
      await log.pause(ADA, NOON + 1);
      await log.pause(BO, NOON + 2);
      await log.resume(BO, NOON + 3);
      await log.pause(BO, NOON + 4);
      expect(await log.acts(9)).toEqual([
        { at: NOON + 4, act: 'pause', ...BO },
        { at: NOON + 3, act: 'resume', ...BO },
        { at: NOON + 1, act: 'pause', ...ADA },
      ]);
      expect(await log.acts(1)).toHaveLength(1);
    });

    it('stays paused over a restart', async () => {
      const store = makeStore();
      const before = await store.open();
      await before.pause(ADA, NOON);
      await before.accept(newMessage());
      await before.close();
      const log = await store.open();
      onTestFinished(() => log.close());
      expect(await log.paused()).toEqual({ at: NOON, ...ADA });
      expect(await claimAll(log)).toEqual([]);
    });
  });
}
