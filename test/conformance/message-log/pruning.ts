import { describe, expect, it } from 'vitest';
import {
  accepted,
  acceptedAndHeld,
  claimAll,
  claimOne,
  deliver,
  NOON,
  type Suite,
  sendNews,
  told,
} from './house.ts';

const before = NOON + 1000;

export function pruning({ name, openLog }: Suite): void {
  describe(`the message log on ${name}: clearing what ended long ago`, () => {
    it('clears what a finished message said and its history, and keeps that it was', async () => {
      const log = await openLog();
      const { id, assessment } = await accepted(log);
      await deliver(log, await claimOne(log), NOON + 5);
      const ledger = await log.ledger();
      expect(await log.prune({ before, limit: 9 })).toBe(1);
      expect(await log.message(id)).toMatchObject({
        id,
        assessment,
        state: 'delivered',
        deliveredAt: NOON + 5,
        steps: [],
        history: [],
      });
      expect(await log.content(id)).toBeUndefined();
      expect(await log.latest({ limit: 9 })).toEqual([]);
      expect(await log.ledger()).toEqual(ledger);
      expect(await log.prune({ before, limit: 9 })).toBe(0);
    });

    it('clears delivered, withdrawn and trial ones by when they ended, the rest never', async () => {
      const log = await openLog();
      await accepted(log);
      await deliver(log, await claimOne(log), before);
      await log.withdraw((await accepted(log)).id, before);
      await accepted(log, { trial: true, acceptedAt: before });
      await acceptedAndHeld(log);
      await accepted(log);
      expect(await log.prune({ before, limit: 9 })).toBe(0);
      expect(await log.prune({ before: before + 1, limit: 9 })).toBe(3);
      expect((await log.latest({ limit: 9 })).length).toBe(2);
      expect(await claimAll(log)).toHaveLength(1);
    });

    it('clears no more at once than it is told to', async () => {
      const log = await openLog();
      for (let i = 0; i < 5; i += 1) await log.withdraw((await accepted(log)).id, NOON);
      const cleared: number[] = [];
      for (let time = 0; time < 4; time += 1) cleared.push(await log.prune({ before, limit: 2 }));
      expect(cleared).toEqual([2, 2, 1, 0]);
    });

    it('knows a repeat of what it cleared, and keeps the order of its case', async () => {
      const log = await openLog();
      const second = await accepted(log, { assessment: 'case', edition: 2 });
      await deliver(log, await claimOne(log));
      await log.prune({ before, limit: 9 });
      expect(await log.accept(second)).toMatchObject({
        outcome: 'repeat',
        id: second.id,
        state: 'delivered',
      });
      await accepted(log, { assessment: 'case', edition: 1 });
      expect((await log.ledger()).held).toEqual({ 'edition-late': 1 });
      expect((await log.ledger()).accepted).toBe(2);
    });

    it('still tells the sender what became of what it cleared', async () => {
      const log = await openLog({ newsTo: ['sender'] });
      const { id } = await accepted(log);
      await log.withdraw(id, NOON);
      await log.prune({ before, limit: 9 });
      const news = await sendNews(log);
      expect(told(news)).toEqual(['withdrawn']);
      expect(news[0]?.message.id).toBe(id);
    });
  });
}
