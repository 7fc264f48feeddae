import { describe, expect, it } from 'vitest';
import {
  accepted,
  acceptedAndHeld,
  claimAll,
  claimOne,
  deliver,
  held,
  LATER,
  LEASE,
  NOON,
  type Suite,
} from './house.ts';

export function due({ name, openLog }: Suite): void {
  describe(`the message log on ${name}: what is due`, () => {
    it('names what may be claimed in the order of claiming, and changes nothing by it', async () => {
      const log = await openLog();
      const waiting = await accepted(log, { urgency: 1 });
      const reason = { state: 'waiting', reason: 'record-busy', due: NOON + 10 } as const;
      await log.finish(await claimOne(log), reason, NOON);
      const leased = await accepted(log, { urgency: 0 });
      await claimOne(log);
      const routine = await accepted(log, { urgency: 5 });
      await acceptedAndHeld(log, { urgency: 2 });
      await accepted(log, { urgency: 3, trial: true });
      const urgent = await accepted(log, { urgency: 3 });
      await accepted(log, { urgency: 0, assessment: urgent.assessment, edition: 2 });

      const ids = async (now: number, limit = 9) => (await log.due({ now, limit })).map(({ id }) => id);
      for (let time = 0; time < 2; time += 1) {
        expect(await ids(NOON)).toEqual([urgent.id, routine.id]);
        expect(await ids(NOON, 1)).toEqual([urgent.id]);
        expect(await ids(NOON + LEASE)).toEqual([leased.id, waiting.id, urgent.id, routine.id]);
      }
      for (const { due: at, urgency } of await log.due({ now: NOON + LEASE, limit: 9 })) {
        expect(at).toBeLessThanOrEqual(NOON + LEASE);
        expect([0, 1, 3, 5]).toContain(urgency);
      }
      expect((await claimAll(log)).map(({ id }) => id)).toEqual([urgent.id, routine.id]);
    });

    it('names a message the same way each time, so that it can be recognised', async () => {
      const log = await openLog();
      await accepted(log);
      const first = await log.due({ now: NOON, limit: 9 });
      expect(first).toHaveLength(1);
      expect(await log.due({ now: NOON + 5000, limit: 9 })).toEqual(first);
    });

    it('says at the end of a try what may be claimed because of it', async () => {
      const log = await openLog();
      const message = await accepted(log, { urgency: 3, edition: 1 });
      const { id, urgency, assessment } = message;
      const second = await accepted(log, { urgency: 1, assessment, edition: 2 });
      const due = NOON + 500;
      const endings = [
        { state: 'waiting', reason: 'record-busy', due },
        { state: 'waiting', reason: 'encounter-missing', due },
      ] as const;
      for (const ending of endings) {
        expect(await log.finish(await claimOne(log, LATER), ending, NOON)).toEqual([{ id, urgency, due }]);
      }
      const claim = await claimOne(log, LATER);
      const attempt = await log
        .mapped(claim, { mapping: 'm', digest: 'd', bundle: '{}', at: LATER })
        .then(() => log.intend(claim, { name: 'note', at: LATER }));
      expect(await log.finish(claim, { state: 'unknown', due: LATER + 5 }, LATER)).toEqual([
        { id, urgency, due: LATER + 5 },
      ]);
      const again = await claimOne(log, LATER + 5);
      await log.settle(again, { name: 'note', attempt, state: 'done', at: LATER });
      expect(await log.finish(again, { state: 'delivered' }, LATER + 5)).toEqual([
        { id: second.id, urgency: 1, due: LATER + 5 },
      ]);
      expect(await log.finish(await claimOne(log, LATER + 5), held, LATER)).toEqual([]);
    });

    it('says of the last edition of a case that nothing follows', async () => {
      const log = await openLog();
      await accepted(log);
      const claim = await claimOne(log);
      await log.mapped(claim, { mapping: 'm', digest: 'd', bundle: '{}', at: NOON });
      await log.intend(claim, { name: 'note', at: NOON });
      expect(await log.finish(claim, { state: 'delivered' }, NOON)).toEqual([]);
      await accepted(log);
      await deliver(log, await claimOne(log));
      expect(await log.due({ now: LATER, limit: 9 })).toEqual([]);
    });

    it("tells the store's own time", async () => {
      const log = await openLog();
      const before = await log.time();
      expect(before).toBeGreaterThan(Date.UTC(2026, 0, 1));
      expect(await log.time()).toBeGreaterThanOrEqual(before);
    });
  });
}
