import { describe, expect, it } from 'vitest';
import type { LogOptions, MessageLog } from '../../../src/log/log.ts';
import {
  ADA,
  accepted,
  acceptedAndHeld,
  beginWriting,
  claimAll,
  claimOne,
  deliver,
  held,
  LATER,
  LEASE,
  NOON,
  newMessage,
  opened,
  type Suite,
  sendNews,
} from './house.ts';

/** What holds when several processes have the same log open; only for stores that allow it. */
export function sharing({ name, makeStore }: Suite): void {
  async function openTwo(options?: Partial<LogOptions>): Promise<readonly [MessageLog, MessageLog]> {
    const store = makeStore();
    return [await opened(store, options), await opened(store, options)];
  }

  describe(`the message log on ${name}: shared by several processes`, () => {
    it('shows each process what another one accepted', async () => {
      const [one, other] = await openTwo();
      const { id } = await accepted(one);
      expect(await other.message(id)).toMatchObject({ state: 'received' });
      expect((await claimOne(other)).id).toBe(id);
      expect(await claimAll(one)).toEqual([]);
    });

    it('accepts an edition once, whoever is asked', async () => {
      const [one, other] = await openTwo();
      const messages = Array.from({ length: 20 }, () => newMessage());
      const answers = await Promise.all(
        messages.flatMap((message) =>
          [one, other].map((log) => log.accept({ ...message, id: newMessage().id })),
        ),
      );
      expect(answers.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(20);
      expect(answers.filter(({ outcome }) => outcome === 'repeat')).toHaveLength(20);
      expect((await one.ledger()).accepted).toBe(20);
    });

    it('gives each message to one process only, the most urgent first in each', async () => {
      const [one, other] = await openTwo();
      await Promise.all(
        Array.from({ length: 60 }, (_, i) => one.accept(newMessage({ urgency: i % 9, sentAt: NOON + i }))),
      );
      const claims = await Promise.all(
        Array.from({ length: 12 }, (_, i) =>
          (i % 2 === 0 ? one : other).claim({ now: NOON, lease: LEASE, limit: 5 }),
        ),
      );
      const ids = claims.flat().map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const claim of claims) {
        const urgencies = claim.map(({ urgency }) => urgency);
        expect(urgencies).toEqual(urgencies.toSorted());
      }
      const rest = await claimAll(one);
      expect(ids.length + rest.length).toBe(60);
    });

    it('keeps a process that lost its lease from writing, and lets the other deliver', async () => {
      const [one, other] = await openTwo();
      const { id } = await accepted(one);
      const lost = await claimOne(one);
      expect(await claimAll(other, NOON + LEASE - 1)).toEqual([]);
      const holder = await claimOne(other, NOON + LEASE);
      await expect(beginWriting(one, lost)).rejects.toMatchObject({ code: 'internal' });
      await expect(one.finish(lost, held, NOON)).rejects.toMatchObject({ code: 'internal' });
      await deliver(other, holder);
      expect(await one.message(id)).toMatchObject({ state: 'delivered' });
    });

    it('leaves the leases of the living alone when another process starts', async () => {
      const store = makeStore();
      const living = await opened(store);
      await accepted(living);
      const claim = await claimOne(living);
      const newcomer = await opened(store, { newsTo: ['sender'] });
      expect(await claimAll(newcomer)).toEqual([]);
      await deliver(living, claim);
    });

    it('never has two editions of a case in work, however they come in', async () => {
      const [one, other] = await openTwo();
      for (let round = 0; round < 15; round += 1) {
        const assessment = `case-${round}`;
        const logs = [one, other, one, other];
        await Promise.all(
          logs.map((log, i) => log.accept(newMessage({ assessment, edition: 4 - i, urgency: i }))),
        );
      }
      const delivered = new Map<string, number[]>();
      for (let turn = 0; turn < 4; turn += 1) {
        const claims = await Promise.all([claimAll(one), claimAll(other)]);
        const cases = claims.flat().map(({ assessment }) => assessment);
        expect(new Set(cases).size).toBe(cases.length);
        await Promise.all(
          claims.flatMap((own, i) =>
            own.map(async (claim) => {
              const editions = delivered.get(claim.assessment) ?? [];
              delivered.set(claim.assessment, [...editions, claim.edition]);
              await deliver(i === 0 ? one : other, claim);
            }),
          ),
        );
      }
      for (const editions of delivered.values()) expect(editions).toEqual([1, 2, 3, 4]);
      expect((await other.ledger()).states.delivered).toBe(60);
    });

    it('forgets no edition whose earlier one ends at the moment it comes', async () => {
      const [one, other] = await openTwo();
      for (let round = 0; round < 20; round += 1) {
        const { assessment } = await accepted(one, { edition: 1 });
        const first = await claimOne(one);
        await beginWriting(one, first);
        await Promise.all([
          one.finish(first, { state: 'delivered' }, NOON),
          accepted(other, { assessment, edition: 2 }),
        ]);
        expect((await claimAll(other)).map(({ edition }) => edition)).toEqual([2]);
      }
    });

    it('pauses and goes on for all', async () => {
      const [one, other] = await openTwo();
      await accepted(one);
      await one.pause(ADA, NOON);
      expect(await other.paused()).toMatchObject(ADA);
      expect(await claimAll(other, LATER)).toEqual([]);
      await other.resume(ADA, NOON);
      expect(await claimAll(one, LATER)).toHaveLength(1);
    });

    it('sends each piece of news from one process only', async () => {
      const [one, other] = await openTwo({ newsTo: ['sender'] });
      for (let i = 0; i < 20; i += 1) await acceptedAndHeld(one);
      const claims = await Promise.all(
        [one, other, one, other].map((log) =>
          log.claimNews({ to: 'sender', now: NOON, lease: LEASE, limit: 4 }),
        ),
      );
      const seqs = claims.flat().map(({ seq }) => seq);
      expect(new Set(seqs).size).toBe(seqs.length);
      for (const claim of claims.flat()) await one.newsSent(claim, NOON);
      expect(seqs.length + (await sendNews(other)).length).toBe(20);
    });

    it('raises an alarm once, whichever processes look', async () => {
      const [one, other] = await openTwo({ newsTo: ['operations'] });
      for (let i = 0; i < 5; i += 1) await acceptedAndHeld(one, { urgency: 0 });
      const limits = new Map([[0, 1]]);
      await Promise.all([one, other, one, other].map((log) => log.alarms({ now: NOON, limits })));
      expect(await sendNews(one, 'operations')).toHaveLength(5);
      expect(await other.alarms({ now: NOON, limits })).toEqual(new Map([[0, 5]]));
    });

    it('redrives a message once when two people ask at the same time', async () => {
      const [one, other] = await openTwo();
      for (let i = 0; i < 10; i += 1) await acceptedAndHeld(one);
      const order = { cause: 'patient-unknown', limit: 7, spacing: 0, dryRun: false } as const;
      const redriven = await Promise.all([one, other].map((log) => log.redrive(order, ADA, NOON)));
      const ids = redriven.flatMap(({ messages }) => messages.map(({ id }) => id));
      expect(new Set(ids).size).toBe(ids.length);
      expect((await one.ledger()).states.received).toBe(ids.length);
      const events = await Promise.all(ids.map(async (id) => (await one.message(id))?.history.length));
      expect(events).toEqual(ids.map(() => 3));
    });
  });
}
