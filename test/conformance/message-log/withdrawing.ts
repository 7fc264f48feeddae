import { v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { ADA, claimAll, claimOne, deliver, NOON, newMessage, type Suite } from './house.ts';

export function withdrawing({ name, openLog }: Suite): void {
  describe(`the message log on ${name}: withdrawing`, () => {
    it('withdraws what has not been written, once', async () => {
      const log = await openLog();
      const message = newMessage();
      await log.accept(message);
      expect(await log.withdraw(message.id, NOON)).toMatchObject({ state: 'withdrawn' });
      expect(await log.withdraw(message.id, NOON)).toMatchObject({ state: 'withdrawn' });
      expect(await claimAll(log)).toEqual([]);
    });

    it('refuses to withdraw what is in work, delivered or unknown to it', async () => {
      const log = await openLog();
      const message = newMessage();
      await log.accept(message);
      const claim = await claimOne(log);
      await expect(log.withdraw(message.id, NOON)).rejects.toMatchObject({ code: 'withdrawal-too-late' });
      await deliver(log, claim);
      await expect(log.withdraw(message.id, NOON)).rejects.toMatchObject({ code: 'withdrawal-too-late' });
      await expect(log.withdraw(v7(), NOON)).rejects.toMatchObject({ code: 'not-found' });
    });

    it('withdraws what is held, and lets the next edition go', async () => {
      const log = await openLog();
      const first = newMessage({ assessment: 'case', edition: 1 });
      await log.accept(first);
      await log.accept(newMessage({ assessment: 'case', edition: 2 }));
      await log.finish(await claimOne(log), { state: 'held', cause: 'patient-unknown' }, NOON);
      expect(await log.withdraw(first.id, NOON)).toMatchObject({ state: 'withdrawn' });
      expect((await claimOne(log)).edition).toBe(2);
    });

    it('refuses to withdraw what may have been written, also while nobody works at it', async () => {
      const log = await openLog();
      const message = newMessage();
      await log.accept(message);
      const claim = await claimOne(log);
      await log.mapped(claim, { mapping: 'm', digest: 'd', bundle: '{}', at: NOON });
      await log.intend(claim, { name: 'note', at: NOON });
      await log.finish(claim, { state: 'waiting', reason: 'record-unreachable', due: NOON + 1e9 }, NOON);
      await expect(log.withdraw(message.id, NOON)).rejects.toMatchObject({ code: 'withdrawal-too-late' });
      const trial = newMessage({ trial: true });
      await log.accept(trial);
      await expect(log.withdraw(trial.id, NOON)).rejects.toMatchObject({ code: 'withdrawal-too-late' });
    });

    it('tells of a withdrawal once, and of each act of a person', async () => {
      const log = await openLog();
      const types = async (id: string) => (await log.message(id))?.history.map(({ type }) => type);
      const withdrawn = newMessage();
      await log.accept(withdrawn);
      await log.withdraw(withdrawn.id, NOON);
      await log.withdraw(withdrawn.id, NOON);
      expect(await types(withdrawn.id)).toEqual(['accepted', 'withdrawn']);
      const hurried = newMessage();
      await log.accept(hurried);
      const due = NOON + 1e9;
      await log.finish(await claimOne(log), { state: 'waiting', reason: 'encounter-missing', due }, NOON);
      await log.hurry(hurried.id, ADA, NOON);
      expect(await types(hurried.id)).toEqual(['accepted', 'waiting', 'hurried']);
    });
  });
}
