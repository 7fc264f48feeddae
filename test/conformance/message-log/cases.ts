import fc from 'fast-check';
import { v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { NewMessage } from '../../../src/log/message.ts';
import { ADA, claimAll, claimOne, deliver, LEASE, NOON, newMessage, type Suite } from './house.ts';

export function cases({ name, openLog }: Suite): void {
  describe(`the message log on ${name}: order within a case`, () => {
    it('keeps a later edition back until the earlier one is delivered', async () => {
      const log = await openLog();
      await log.accept(newMessage({ assessment: 'case', edition: 1 }));
      expect(await log.accept(newMessage({ assessment: 'case', edition: 2, urgency: 0 }))).toMatchObject({
        state: 'waiting',
      });
      const first = await claimOne(log);
      expect(first.edition).toBe(1);
      expect(await claimAll(log)).toEqual([]);
      await deliver(log, first);
      const second = await claimOne(log);
      expect(second.edition).toBe(2);
      await deliver(log, second);
      expect(await log.accept(newMessage({ assessment: 'case', edition: 3 }))).toMatchObject({
        state: 'received',
      });
    });

    it('keeps it back behind a held one too, while other cases go on', async () => {
      const log = await openLog();
      const stuck = newMessage({ assessment: 'case', edition: 1 });
      await log.accept(stuck);
      await log.finish(await claimOne(log), { state: 'held', cause: 'patient-unknown' }, NOON);
      await log.accept(newMessage({ assessment: 'case', edition: 2 }));
      const other = newMessage();
      await log.accept(other);
      expect((await claimAll(log)).map(({ id }) => id)).toEqual([other.id]);
      await log.resolve(stuck.id, { act: 'again' }, ADA, NOON);
      const first = await claimOne(log);
      expect(first.edition).toBe(1);
      await deliver(log, first);
      expect((await claimOne(log)).edition).toBe(2);
    });

    it('lets an earlier edition that comes late pass when the later one has not begun', async () => {
      const log = await openLog();
      await log.accept(newMessage({ assessment: 'case', edition: 2 }));
      await log.accept(newMessage({ assessment: 'case', edition: 1 }));
      const first = await claimOne(log);
      expect(first.edition).toBe(1);
      await deliver(log, first);
      expect((await claimOne(log)).edition).toBe(2);
    });

    it('says of a later edition that it stepped aside', async () => {
      const log = await openLog();
      const second = newMessage({ assessment: 'case', edition: 2 });
      await log.accept(second);
      await log.accept(newMessage({ assessment: 'case', edition: 1, acceptedAt: NOON + 5 }));
      const { history } = (await log.message(second.id)) ?? {};
      expect(history?.at(-1)).toEqual({
        at: NOON + 5,
        type: 'waiting',
        state: 'waiting',
        cause: 'earlier-edition',
      });
    });

    it('lets an earlier edition that comes late pass when the later one is held, trial or withdrawn', async () => {
      const log = await openLog();
      const late = async (assessment: string) =>
        (await log.accept(newMessage({ assessment, edition: 1 }))).state;
      await log.accept(newMessage({ assessment: 'held', edition: 2 }));
      const claim = await claimOne(log);
      await log.mapped(claim, { mapping: 'm', digest: 'd', bundle: '{}', at: NOON });
      await log.finish(claim, { state: 'held', cause: 'patient-unknown' }, NOON);
      expect(await late('held')).toBe('received');
      await log.accept(newMessage({ assessment: 'trial', edition: 2, trial: true }));
      expect(await late('trial')).toBe('received');
      const withdrawn = newMessage({ assessment: 'withdrawn', edition: 2 });
      await log.accept(withdrawn);
      await log.withdraw(withdrawn.id, NOON);
      expect(await late('withdrawn')).toBe('received');
    });

    it('holds an earlier edition that comes while the later one is in work', async () => {
      const log = await openLog();
      await log.accept(newMessage({ assessment: 'case', edition: 2 }));
      await claimOne(log);
      expect(await log.accept(newMessage({ assessment: 'case', edition: 1 }))).toMatchObject({
        state: 'held',
      });
    });

    it('keeps the cases of one sender apart from those of another', async () => {
      const log = await openLog();
      const ours = newMessage({ source: 'omaolo', assessment: 'case', edition: 1 });
      const theirs = newMessage({ source: 'other', assessment: 'case', edition: 1 });
      expect(await log.accept(ours)).toMatchObject({ outcome: 'accepted', state: 'received' });
      expect(await log.accept(theirs)).toMatchObject({ outcome: 'accepted', state: 'received' });
      expect(await log.accept(newMessage({ source: 'third', assessment: 'case', edition: 2 }))).toMatchObject(
        { state: 'received' },
      );
    });

    it('wakes the editions of a case one after another, the lowest first, and says so', async () => {
      const log = await openLog();
      const editions = [1, 2, 3].map((edition) => newMessage({ assessment: 'case', edition }));
      for (const message of editions) await log.accept(message);
      await log.withdraw(editions[0]?.id ?? '', NOON);
      const second = await claimOne(log);
      expect(second.edition).toBe(2);
      const { history } = (await log.message(second.id)) ?? {};
      expect(history?.map(({ type }) => type)).toEqual(['accepted', 'woken']);
      await deliver(log, second);
      expect((await claimAll(log)).map(({ edition }) => edition)).toEqual([3]);
    });

    it('holds an earlier edition that comes after the later one was begun', async () => {
      const log = await openLog();
      await log.accept(newMessage({ assessment: 'case', edition: 2 }));
      await deliver(log, await claimOne(log));
      expect(await log.accept(newMessage({ assessment: 'case', edition: 1 }))).toMatchObject({
        state: 'held',
      });
      expect((await log.ledger()).held).toEqual({ 'edition-late': 1 });
    });

    it('lets an earlier edition pass also when the later one waits and nothing was made of it yet', async () => {
      const log = await openLog();
      const second = newMessage({ assessment: 'case', edition: 2 });
      await log.accept(second);
      await log.finish(await claimOne(log), { state: 'waiting', reason: 'internal', due: NOON + 5 }, NOON);
      await log.accept(newMessage({ assessment: 'case', edition: 1 }));
      expect((await claimAll(log, NOON + 5)).map(({ edition }) => edition)).toEqual([1]);
      expect(await log.message(second.id)).toMatchObject({ state: 'waiting', cause: 'earlier-edition' });
    });

    it('lets an edition that came late go once the later one is held, and none beside one in work', async () => {
      const log = await openLog();
      await log.accept(newMessage({ assessment: 'case', edition: 2 }));
      const second = await claimOne(log);
      const late = newMessage({ assessment: 'case', edition: 1 });
      const third = newMessage({ assessment: 'case', edition: 3 });
      for (const message of [late, third]) await log.accept(message);
      await log.resolve(late.id, { act: 'again' }, ADA, NOON);
      await log.withdraw(third.id, NOON);
      expect(await claimAll(log)).toEqual([]);
      await log.finish(second, { state: 'held', cause: 'patient-unknown' }, NOON);
      expect((await claimAll(log)).map(({ edition }) => edition)).toEqual([1]);
    });

    it('never has two editions of a case in work, nor a later one before an earlier, whatever happens', async () => {
      const log = await openLog();
      const act = fc.constantFrom('accept', 'deliver', 'hold', 'wait', 'lose', 'retry', 'withdraw');
      await fc.assert(
        fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 40 }), async (acts) => {
          const assessment = v7();
          const known: NewMessage[] = [];
          const delivered: number[] = [];
          let now = NOON;
          for (const next of acts) {
            now += LEASE;
            if (next === 'accept') {
              const message = newMessage({ assessment, edition: known.length + 1 });
              known.push(message);
              await log.accept(message);
              continue;
            }
            const last = known.at(-1);
            if (last !== undefined && next === 'retry') {
              const { state } = (await log.message(last.id)) ?? {};
              if (state === 'held') await log.resolve(last.id, { act: 'again' }, ADA, now);
              else await log.hurry(last.id, ADA, now);
            }
            if (last !== undefined && next === 'withdraw') {
              await log.withdraw(last.id, now).catch((error: unknown) => {
                expect(error).toMatchObject({ code: 'withdrawal-too-late' });
              });
            }
            const claims = (await claimAll(log, now)).filter((claim) => claim.assessment === assessment);
            expect(claims.length).toBeLessThanOrEqual(1);
            const [claim] = claims;
            if (claim === undefined) continue;
            if (next === 'deliver') {
              await deliver(log, claim, now);
              delivered.push(claim.edition);
            }
            if (next === 'hold') await log.finish(claim, { state: 'held', cause: 'patient-unknown' }, now);
            if (next === 'wait') {
              await log.finish(claim, { state: 'waiting', reason: 'record-unreachable', due: now + 1 }, now);
            }
          }
          expect(delivered).toEqual([...delivered].sort((a, b) => a - b));
          const ledger = await log.ledger();
          expect(Object.values(ledger.states).reduce((sum, count) => sum + count, 0)).toBe(ledger.accepted);
        }),
        { numRuns: 30 },
      );
    });
  });
}
