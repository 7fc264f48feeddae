import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ErrorCode } from '../../../src/errors.ts';
import { claimAll, claimOne, deliver, LEASE, NOON, newMessage, type Suite } from './house.ts';

export function claiming({ name, makeStore, openLog }: Suite): void {
  describe(`the message log on ${name}: claiming`, () => {
    it('gives the most urgent first, then the oldest, then by title', async () => {
      const log = await openLog();
      const entry = fc.record({
        // Few of each, so that many messages differ in the last key only.
        urgency: fc.constantFrom(0, 4, 9),
        sentAt: fc.integer({ min: NOON - 1, max: NOON }),
        title: fc.constantFrom('Korvakipu', 'Närästys', 'Yskä'),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(entry, { minLength: 2, maxLength: 30 }), async (entries) => {
          const messages = entries.map((changes) => newMessage(changes));
          await Promise.all(messages.map((message) => log.accept(message)));
          const claims = await claimAll(log);
          expect(claims).toHaveLength(entries.length);
          const titles = new Map(messages.map(({ id, title }) => [id, title]));
          const keys = claims.map(({ id, urgency, sentAt }) => `${urgency} ${sentAt} ${titles.get(id)}`);
          expect(keys).toEqual(keys.toSorted());
          for (const claim of claims) await log.finish(claim, { state: 'held', cause: 'internal' }, NOON);
        }),
        { numRuns: 20 },
      );
    });

    it('gives a message to one worker only, and again when its lease has ended', async () => {
      const log = await openLog();
      await log.accept(newMessage());
      const claims = await Promise.all(Array.from({ length: 10 }, () => claimAll(log)));
      expect(claims.flat()).toHaveLength(1);
      expect(await log.nextDue()).toBe(NOON + LEASE);
      expect(await claimAll(log, NOON + LEASE - 1)).toEqual([]);
      const again = await claimOne(log, NOON + LEASE);
      expect(again.fence).toBeGreaterThan(claims.flat()[0]?.fence ?? 0);
      expect(again.attempts).toBe(1);
    });

    it('lets a lease be made longer', async () => {
      const log = await openLog();
      await log.accept(newMessage());
      await log.extend(await claimOne(log), NOON + 2 * LEASE);
      expect(await claimAll(log, NOON + LEASE)).toEqual([]);
    });

    it('writes nothing for a worker that lost its lease', async () => {
      const log = await openLog();
      const message = newMessage();
      await log.accept(message);
      const lost = await claimOne(log);
      const holder = await claimOne(log, NOON + LEASE);
      const endings: Promise<unknown>[] = [
        log.extend(lost, NOON),
        log.mapped(lost, { mapping: 'm', digest: 'd', bundle: '{}', at: NOON }),
        log.intend(lost, { name: 'note', at: NOON }),
        log.settle(lost, { name: 'note', attempt: 1, state: 'done', at: NOON }),
        log.finish(lost, { state: 'held', cause: 'internal' }, NOON),
      ];
      for (const result of await Promise.allSettled(endings)) expect(result.status).toBe('rejected');
      expect((await log.message(message.id))?.history).toHaveLength(1);
      await deliver(log, holder);
      expect((await log.message(message.id))?.state).toBe('delivered');
    });

    it('writes nothing for a worker that has ended its claim', async () => {
      const log = await openLog();
      await log.accept(newMessage());
      const claim = await claimOne(log);
      const waiting = { state: 'waiting', reason: 'record-unreachable', due: NOON + 5 } as const;
      await log.finish(claim, waiting, NOON);
      await expect(log.finish(claim, waiting, NOON)).rejects.toMatchObject({ code: 'internal' });
      await expect(log.extend(claim, NOON + 1e9)).rejects.toMatchObject({ code: 'internal' });
      expect(await log.nextDue()).toBe(NOON + 5);
    });

    it('gives a message that was in work at a crash again, with its bundle and its steps', async () => {
      const store = makeStore();
      const before = await store.open();
      await before.accept(newMessage());
      const claim = await claimOne(before);
      await before.mapped(claim, { mapping: 'symptom', digest: 'd1', bundle: '{"ä":1}', at: NOON });
      const search = { patient: 'Patient/1', encounter: 'Encounter/2', contentDigest: 'abc' };
      expect(await before.intend(claim, { name: 'note', at: NOON, search })).toBe(1);
      await before.close();
      const after = await store.open();
      onTestFinished(() => after.close());
      const again = await claimOne(after, NOON + LEASE);
      expect(again).toMatchObject({
        state: 'delivering',
        mapped: { mapping: 'symptom', digest: 'd1', bundle: '{"ä":1}' },
        steps: [{ name: 'note', attempt: 1, state: 'intended', search }],
      });
    });

    it('tells when the next message is due', async () => {
      const log = await openLog();
      expect(await log.nextDue()).toBeUndefined();
      await log.accept(newMessage());
      expect(await log.nextDue()).toBe(0);
      const claim = await claimOne(log);
      await log.finish(claim, { state: 'waiting', reason: 'encounter-missing', due: NOON + 5 }, NOON);
      expect(await log.nextDue()).toBe(NOON + 5);
      expect(await claimAll(log, NOON + 4)).toEqual([]);
      expect(await claimOne(log, NOON + 5)).toMatchObject({
        reason: 'encounter-missing',
        waitingSince: NOON,
      });
    });

    it('counts waiting from its first moment as long as the reason stays the same', async () => {
      const log = await openLog();
      await log.accept(newMessage());
      const wait = async (reason: ErrorCode, at: number) => {
        const claim = await claimOne(log, at);
        await log.finish(claim, { state: 'waiting', reason, due: at + 1 }, at);
        return claim.waitingSince;
      };
      expect(await wait('encounter-missing', NOON)).toBeUndefined();
      expect(await wait('encounter-missing', NOON + 10)).toBe(NOON);
      expect(await wait('record-unreachable', NOON + 20)).toBe(NOON);
      expect((await claimOne(log, NOON + 30)).waitingSince).toBe(NOON + 20);
    });
  });
}
