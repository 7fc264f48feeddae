import { describe, expect, it } from 'vitest';
import {
  ADA,
  accepted,
  acceptedAndHeld,
  claimOne,
  deliver,
  NOON,
  type Suite,
  sendNews,
  told,
} from './house.ts';

const MINUTE = 60_000;
const limits = new Map([
  [0, 15 * MINUTE],
  [1, 60 * MINUTE],
]);

export function alarms({ name, openLog }: Suite): void {
  describe(`the message log on ${name}: alarms`, () => {
    it('raises an alarm once for each urgent message that is not in the record in time', async () => {
      const log = await openLog({ newsTo: ['operations'] });
      const first = await accepted(log, { urgency: 0, acceptedAt: NOON });
      const second = await accepted(log, { urgency: 1, acceptedAt: NOON });
      await accepted(log, { urgency: 2, acceptedAt: NOON });
      const raised = async (now: number) => ({
        standing: await log.alarms({ now, limits }),
        told: (await sendNews(log, 'operations')).map(({ type, at, message }) => [type, at, message.id]),
      });
      expect(await raised(NOON + 15 * MINUTE)).toEqual({ standing: new Map(), told: [] });
      const late = NOON + 15 * MINUTE + 1;
      expect(await raised(late)).toEqual({
        standing: new Map([[0, 1]]),
        told: [['alarm', late, first.id]],
      });
      expect(await raised(late + 1)).toEqual({ standing: new Map([[0, 1]]), told: [] });
      const later = NOON + 60 * MINUTE + 1;
      expect(await raised(later)).toEqual({
        standing: new Map([
          [0, 1],
          [1, 1],
        ]),
        told: [['alarm', later, second.id]],
      });
    });

    it('raises it at once when an urgent message is held, and tells the cause', async () => {
      const log = await openLog({ newsTo: ['operations'] });
      await acceptedAndHeld(log, { urgency: 1 });
      await acceptedAndHeld(log, { urgency: 5 });
      expect(await log.alarms({ now: NOON, limits })).toEqual(new Map([[1, 1]]));
      const news = await sendNews(log, 'operations');
      expect(told(news)).toEqual(['alarm patient-unknown']);
      expect(news[0]?.message).toMatchObject({ urgency: 1, state: 'held' });
    });

    it('is over once the message is finished, and not before', async () => {
      const log = await openLog({ newsTo: ['operations'] });
      const delivered = await acceptedAndHeld(log, { urgency: 0 });
      const withdrawn = await acceptedAndHeld(log, { urgency: 0 });
      const news = async () => {
        await log.alarms({ now: NOON, limits });
        return (await sendNews(log, 'operations')).map(({ type, message }) => [type, message.id]);
      };
      expect(await news()).toEqual([
        ['alarm', delivered.id],
        ['alarm', withdrawn.id],
      ]);
      await log.resolve(delivered.id, { act: 'again' }, ADA, NOON);
      expect(await news()).toEqual([]);
      expect(await log.alarms({ now: NOON, limits })).toEqual(new Map([[0, 2]]));
      await deliver(log, await claimOne(log));
      expect(await news()).toEqual([['alarm-over', delivered.id]]);
      await log.withdraw(withdrawn.id, NOON);
      expect(await news()).toEqual([['alarm-over', withdrawn.id]]);
      expect(await news()).toEqual([]);
      expect(await log.alarms({ now: NOON, limits })).toEqual(new Map());
    });

    it('raises none for what was in the record in time, and none for trials', async () => {
      const log = await openLog({ newsTo: ['operations'] });
      await accepted(log, { urgency: 0 });
      await deliver(log, await claimOne(log));
      await accepted(log, { urgency: 0, trial: true });
      expect(await log.alarms({ now: NOON + 99 * MINUTE, limits })).toEqual(new Map());
      expect(await sendNews(log, 'operations')).toEqual([]);
    });

    it('tells the end of an alarm after its beginning, also while nobody takes the news', async () => {
      const log = await openLog({ newsTo: ['operations'] });
      await acceptedAndHeld(log, { urgency: 0 });
      await log.alarms({ now: NOON, limits });
      const [raised] = await log.claimNews({ to: 'operations', now: NOON, lease: 1, limit: 9 });
      if (raised === undefined) return expect.unreachable('there was no alarm');
      await log.newsFailed(raised, NOON + 500);
      await log.withdraw(raised.message.id, NOON);
      await log.alarms({ now: NOON, limits });
      expect(await log.claimNews({ to: 'operations', now: NOON, lease: 1, limit: 9 })).toEqual([]);
      expect(told(await sendNews(log, 'operations'))).toEqual(['alarm patient-unknown', 'alarm-over']);
    });

    it('counts alarms also where nobody is told', async () => {
      const log = await openLog();
      await acceptedAndHeld(log, { urgency: 0 });
      expect(await log.alarms({ now: NOON, limits })).toEqual(new Map([[0, 1]]));
      expect(await log.outbox()).toEqual([]);
    });
  });
}
