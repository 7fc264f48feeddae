import { v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { MessageLog } from '../../../src/log/log.ts';
import { ADA, claimAll, claimOne, deliver, NOON, newMessage, type Suite } from './house.ts';

export function history({ name, openLog }: Suite): void {
  describe(`the message log on ${name}: history and acts`, () => {
    it('leaves a message that is in work to its worker when a person asks to hurry', async () => {
      const log = await openLog();
      const message = newMessage();
      await log.accept(message);
      const claim = await claimOne(log);
      await log.hurry(message.id, ADA, NOON);
      expect(await claimAll(log)).toEqual([]);
      await deliver(log, claim);
    });

    it('counts the tries of a redriven message anew, and redrives no edition before an earlier one', async () => {
      const log = await openLog();
      const first = newMessage({ assessment: 'case', edition: 1 });
      await log.accept(first);
      await log.finish(await claimOne(log), { state: 'held', cause: 'patient-unknown' }, NOON);
      await log.resolve(first.id, { act: 'again' }, ADA, NOON);
      const again = await claimOne(log);
      expect(again.attempts).toBe(0);
      await log.accept(newMessage({ assessment: 'other', edition: 2 }));
      await log.finish(await claimOne(log), { state: 'held', cause: 'patient-unknown' }, NOON);
      await log.accept(newMessage({ assessment: 'other', edition: 1 }));
      const [later] = await log.list({ state: 'held', limit: 1 });
      expect(await log.resolve(later?.id ?? '', { act: 'again' }, ADA, NOON)).toMatchObject({
        state: 'waiting',
        cause: 'earlier-edition',
      });
    });

    it('makes a message whose write is in doubt due again at its time', async () => {
      const log = await openLog();
      await log.accept(newMessage());
      const claim = await claimOne(log);
      await log.mapped(claim, { mapping: 'm', digest: 'd', bundle: '{"try":1}', at: NOON });
      await log.mapped(claim, { mapping: 'm', digest: 'd', bundle: '{"try":2}', at: NOON });
      await log.intend(claim, { name: 'note', at: NOON });
      await log.finish(claim, { state: 'unknown', due: NOON + 5 }, NOON);
      expect(await log.nextDue()).toBe(NOON + 5);
      expect((await claimOne(log, NOON + 5)).mapped?.bundle).toBe('{"try":2}');
    });

    it('makes a waiting message due when a person asks for it', async () => {
      const log = await openLog();
      const message = newMessage();
      await log.accept(message);
      await log.finish(
        await claimOne(log),
        { state: 'waiting', reason: 'encounter-missing', due: NOON + 1e9 },
        NOON,
      );
      await log.hurry(message.id, ADA, NOON);
      expect((await claimOne(log)).id).toBe(message.id);
      await expect(log.hurry(v7(), ADA, NOON)).rejects.toMatchObject({ code: 'not-found' });
    });

    it('tells the whole history of a message', async () => {
      const log = await openLog();
      const message = newMessage();
      await log.accept(message);
      await deliver(log, await claimOne(log));
      expect(await log.message(message.id)).toMatchObject({
        id: message.id,
        state: 'delivered',
        deliveredAt: NOON,
        mapping: 'd1',
        steps: [{ name: 'note', attempt: 1, state: 'done', location: 'DocumentReference/1' }],
        history: [
          { type: 'accepted', state: 'received' },
          { type: 'mapped' },
          { type: 'intended' },
          { type: 'done' },
          { type: 'delivered', state: 'delivered' },
        ],
      });
      expect(await log.message(v7())).toBeUndefined();
    });

    it('keeps each attempt of a step', async () => {
      const log = await openLog();
      const message = newMessage();
      await log.accept(message);
      const first = await claimOne(log);
      await log.mapped(first, { mapping: 'm', digest: 'd', bundle: '{}', at: NOON });
      const attempt = await log.intend(first, { name: 'note', at: NOON });
      await log.settle(first, {
        name: 'note',
        attempt,
        state: 'unknown',
        at: NOON,
        error: 'record-outcome-unknown',
      });
      await log.finish(first, { state: 'unknown', due: NOON + 1 }, NOON);
      const second = await claimOne(log, NOON + 1);
      expect(second.steps).toMatchObject([{ attempt: 1, state: 'unknown', error: 'record-outcome-unknown' }]);
      expect(await log.intend(second, { name: 'note', at: NOON + 1 })).toBe(2);
      expect((await log.message(message.id))?.steps.map(({ attempt: number }) => number)).toEqual([1, 2]);
      await log.finish(second, { state: 'unknown', due: NOON + 2 }, NOON + 1);
      // A worker needs the newest attempt only.
      expect((await claimOne(log, NOON + 2)).steps).toMatchObject([{ attempt: 2, state: 'intended' }]);
    });

    it('refuses a step that the table of states does not know', async () => {
      const log = await openLog();
      await log.accept(newMessage());
      const claim = await claimOne(log);
      const refused = [
        () => log.finish(claim, { state: 'delivered' }, NOON),
        () => log.intend(claim, { name: 'note', at: NOON }),
      ];
      for (const act of refused) await expect(act()).rejects.toMatchObject({ code: 'internal' });
    });

    it('lists messages newest first, by what is asked for, in pages', async () => {
      const log = await openLog();
      const messages = Array.from({ length: 7 }, (_, i) =>
        newMessage({ urgency: i % 2, kind: i < 3 ? 'ear' : 'eye', acceptedAt: NOON + i }),
      );
      for (const message of messages) await log.accept(message);
      const ids = async (filter: Parameters<MessageLog['list']>[0]) =>
        (await log.list(filter)).map(({ id }) => messages.findIndex((message) => message.id === id));
      expect(await ids({ limit: 3 })).toEqual([6, 5, 4]);
      expect(await ids({ limit: 3, after: messages[4]?.id ?? '' })).toEqual([3, 2, 1]);
      expect(await ids({ limit: 9, kind: 'ear' })).toEqual([2, 1, 0]);
      expect(await ids({ limit: 9, urgency: 1 })).toEqual([5, 3, 1]);
      expect(await ids({ limit: 9, from: NOON + 2, to: NOON + 4 })).toEqual([3, 2]);
      expect(await ids({ limit: 9, state: 'delivered' })).toEqual([]);
      const claim = await claimOne(log);
      await log.finish(claim, { state: 'held', cause: 'patient-unknown' }, NOON);
      expect(await ids({ limit: 9, cause: 'patient-unknown' })).toEqual([
        messages.findIndex(({ id }) => id === claim.id),
      ]);
      expect(await ids({ limit: 9, cause: 'internal' })).toEqual([]);
    });

    it('lists the messages of one source, and all editions of one of its assessments', async () => {
      const log = await openLog();
      const theirs = newMessage();
      const first = newMessage({ source: 'portal' });
      const second = newMessage({ source: 'portal', assessment: first.assessment, edition: 2 });
      const same = newMessage({ assessment: first.assessment });
      for (const message of [theirs, first, second, same]) await log.accept(message);
      const ids = async (filter: Parameters<MessageLog['list']>[0]) =>
        (await log.list(filter)).map(({ id }) => id);
      expect(await ids({ limit: 9, source: 'portal' })).toEqual([second.id, first.id]);
      expect(await ids({ limit: 9, source: 'portal', assessment: first.assessment })).toEqual([
        second.id,
        first.id,
      ]);
      expect(await ids({ limit: 9, source: 'portal', assessment: theirs.assessment })).toEqual([]);
    });
  });
}
