import fc from 'fast-check';
import { v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { MessageLog } from '../../../src/log/log.ts';
import type { WaitReason } from '../../../src/log/message.ts';
import {
  ADA,
  accepted,
  acceptedAndHeld,
  claimOne,
  deliver,
  held,
  LATER,
  LEASE,
  NOON,
  opened,
  type Suite,
  sendNews,
  told,
} from './house.ts';

const forSender = { newsTo: ['sender'] } as const;

async function wait(log: MessageLog, reason: WaitReason): Promise<void> {
  await log.finish(await claimOne(log), { state: 'waiting', reason, due: NOON }, NOON);
}

/** Takes news for sending, under a lease. */
function take(log: MessageLog, now = NOON) {
  return log.claimNews({ to: 'sender', now, lease: LEASE, limit: 1000 });
}

export function news({ name, openLog, makeStore }: Suite): void {
  describe(`the message log on ${name}: news`, () => {
    it('tells the sender when a message waits, is held and is in the record', async () => {
      const log = await openLog(forSender);
      const message = await accepted(log);
      await wait(log, 'encounter-missing');
      await log.finish(await claimOne(log), held, NOON + 1);
      await log.resolve(message.id, { act: 'again' }, ADA, NOON + 2);
      await deliver(log, await claimOne(log), NOON + 3);
      const sent = await sendNews(log);
      expect(told(sent)).toEqual(['waiting encounter-missing', 'held patient-unknown', 'delivered']);
      expect(sent.map(({ at }) => at)).toEqual([NOON, NOON + 1, NOON + 3]);
      const { id, source, assessment, edition, correlation } = message;
      for (const { message: about, to } of sent) {
        expect(to).toBe('sender');
        expect(about).toMatchObject({ id, source, assessment, edition, correlation });
      }
    });

    it('tells nothing twice in a row, and a former cause again when another came between', async () => {
      const log = await openLog(forSender);
      await accepted(log);
      await wait(log, 'encounter-missing');
      await wait(log, 'encounter-missing');
      await wait(log, 'record-unreachable');
      await wait(log, 'encounter-missing');
      expect(told(await sendNews(log))).toEqual([
        'waiting encounter-missing',
        'waiting record-unreachable',
        'waiting encounter-missing',
      ]);
      await wait(log, 'encounter-missing');
      expect(await sendNews(log)).toEqual([]);
    });

    it('tells of what a sender withdrew and of what a person ended', async () => {
      const log = await openLog(forSender);
      const { id } = await accepted(log);
      await log.withdraw(id, NOON);
      await log.withdraw(id, NOON);
      expect(told(await sendNews(log))).toEqual(['withdrawn']);
      for (const act of ['withdraw', 'filed'] as const) {
        await log.resolve((await acceptedAndHeld(log)).id, { act }, ADA, NOON);
      }
      expect(told(await sendNews(log)).toSorted()).toEqual([
        'delivered',
        'held patient-unknown',
        'held patient-unknown',
        'withdrawn',
      ]);
    });

    it('tells of an edition that waits for an earlier one or comes late', async () => {
      const log = await openLog(forSender);
      const { assessment } = await accepted(log, { edition: 2 });
      await accepted(log, { assessment, edition: 3 });
      await accepted(log, { assessment, edition: 1 });
      expect((await sendNews(log)).map(({ message, cause }) => [message.edition, cause])).toEqual([
        [3, 'earlier-edition'],
        [2, 'earlier-edition'],
      ]);
      await deliver(log, await claimOne(log));
      await accepted(log, { assessment, edition: 0 });
      expect((await sendNews(log)).map(({ message, type }) => [message.edition, type])).toEqual([
        [1, 'delivered'],
        [0, 'held'],
      ]);
    });

    it('tells nothing of trials, nor to anyone who is not to be told', async () => {
      const log = await openLog(forSender);
      await accepted(log, { trial: true });
      expect(await log.outbox()).toEqual([]);
      const silent = await openLog();
      await acceptedAndHeld(silent);
      expect(await silent.outbox()).toEqual([]);
      expect(await sendNews(silent)).toEqual([]);
    });

    it('gives the news of a case one at a time and in order, those of other cases beside it', async () => {
      const log = await openLog(forSender);
      const { assessment } = await acceptedAndHeld(log, { edition: 1 });
      await accepted(log, { assessment, edition: 2 });
      await acceptedAndHeld(log);
      const first = await take(log);
      expect(first.map(({ message }) => message.edition)).toEqual([1, 1]);
      expect(await take(log)).toEqual([]);
      for (const claim of first) await log.newsSent(claim, NOON);
      expect((await take(log)).map(({ message }) => message.edition)).toEqual([2]);
    });

    it('keeps later news back until the failed one has arrived, and counts its tries', async () => {
      const log = await openLog(forSender);
      const { id } = await acceptedAndHeld(log);
      await log.withdraw(id, NOON);
      const [first] = await take(log);
      if (first === undefined) return expect.unreachable('there was no news');
      expect(first).toMatchObject({ type: 'held', attempts: 0 });
      await log.newsFailed(first, NOON + 5);
      expect(await take(log, NOON + 4)).toEqual([]);
      const [again] = await take(log, NOON + 5);
      expect(again).toMatchObject({ seq: first.seq, type: 'held', attempts: 1 });
      expect(again?.fence).toBeGreaterThan(first.fence);
      await log.newsSent(again ?? first, NOON + 5);
      expect(told(await sendNews(log))).toEqual(['withdrawn']);
    });

    it('gives news again whose lease has ended, and lets the one that lost it change nothing', async () => {
      const log = await openLog(forSender);
      await acceptedAndHeld(log);
      const [lost] = await take(log);
      if (lost === undefined) return expect.unreachable('there was no news');
      expect(await take(log, NOON + LEASE - 1)).toEqual([]);
      const [holder] = await take(log, NOON + LEASE);
      expect(holder).toMatchObject({ seq: lost.seq });
      await log.newsSent(lost, NOON + LEASE);
      await log.newsFailed(lost, NOON);
      expect(await take(log, NOON + LEASE)).toEqual([]);
      expect(await log.outbox()).toHaveLength(1);
      await log.newsSent(holder ?? lost, NOON + LEASE);
      await log.newsSent(holder ?? lost, NOON + LEASE);
      expect(await log.outbox()).toEqual([]);
      expect(await sendNews(log)).toEqual([]);
    });

    it('gives the oldest first, no more than asked for', async () => {
      const log = await openLog(forSender);
      const ids: string[] = [];
      for (let i = 0; i < 4; i += 1) ids.push((await acceptedAndHeld(log)).id);
      const claim = async (limit: number) =>
        (await log.claimNews({ to: 'sender', now: NOON, lease: LEASE, limit })).map(
          ({ message }) => message.id,
        );
      expect(await claim(2)).toEqual(ids.slice(0, 2));
      expect(await claim(9)).toEqual(ids.slice(2));
    });

    it('counts what waits in the outbox, and since when', async () => {
      const log = await openLog({ newsTo: ['sender', 'operations'] });
      await acceptedAndHeld(log, { urgency: 0 });
      await log.withdraw((await accepted(log)).id, NOON + 5);
      await log.alarms({ now: NOON + 7, limits: new Map([[0, 1]]) });
      const outbox = new Map((await log.outbox()).map(({ to, ...rest }) => [to, rest]));
      expect(outbox).toEqual(
        new Map([
          ['sender', { count: 2, oldest: NOON }],
          ['operations', { count: 1, oldest: NOON + 7 }],
        ]),
      );
      await sendNews(log);
      expect((await log.outbox()).map(({ to }) => to)).toEqual(['operations']);
    });

    it('loses and doubles none whatever fails, and keeps the order of each case', async () => {
      const store = makeStore();
      let log = await store.open(forSender);
      const often = fc.constantFrom('wait', 'hold', 'deliver', 'sent', 'failed', 'lost');
      const step = fc.oneof({ weight: 12, arbitrary: often }, { weight: 1, arbitrary: fc.constant('crash') });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
          const assessment = v7();
          let edition = 0;
          let now = NOON;
          const happened: string[] = [];
          const arrived: string[] = [];
          for (const next of steps) {
            now += LEASE;
            if (next === 'crash') {
              await log.close();
              log = await store.open(forSender);
            } else if (next === 'wait' || next === 'hold' || next === 'deliver') {
              edition += 1;
              await accepted(log, { assessment, edition, acceptedAt: now });
              const claim = await claimOne(log, now);
              const due = now + 1;
              if (next === 'deliver') await deliver(log, claim, now);
              else {
                const waiting = { state: 'waiting', reason: 'record-busy', due } as const;
                await log.finish(claim, next === 'wait' ? waiting : held, now);
                await log.withdraw(claim.id, now);
                happened.push(`${edition} ${next === 'wait' ? 'waiting' : 'held'}`);
              }
              happened.push(`${edition} ${next === 'deliver' ? 'delivered' : 'withdrawn'}`);
            } else {
              const claims = (await take(log, now)).filter(
                ({ message }) => message.assessment === assessment,
              );
              expect(claims.length).toBeLessThanOrEqual(1);
              for (const claim of claims) {
                if (next === 'failed') await log.newsFailed(claim, now + 1);
                if (next !== 'sent') continue;
                arrived.push(`${claim.message.edition} ${claim.type}`);
                await log.newsSent(claim, now);
              }
            }
          }
          const rest = await sendNews(log, 'sender', now + LATER);
          arrived.push(...rest.map(({ message, type }) => `${message.edition} ${type}`));
          expect(arrived).toEqual(happened);
          expect(await log.outbox()).toEqual([]);
        }),
        { numRuns: 10 },
      );
      await log.close();
    });

    it('has its news still when it is opened again', async () => {
      const store = makeStore();
      const before = await store.open(forSender);
      await acceptedAndHeld(before);
      await take(before);
      await before.close();
      const log = await opened(store, forSender);
      expect(told(await sendNews(log, 'sender', NOON + LEASE))).toEqual(['held patient-unknown']);
    });
  });
}
