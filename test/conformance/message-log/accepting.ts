import fc from 'fast-check';
import { v7 } from 'uuid';
import { describe, expect, it, onTestFinished } from 'vitest';
import { claimAll, claimOne, NOON, newMessage, type Suite } from './house.ts';

export function accepting({ name, makeStore, openLog }: Suite): void {
  describe(`the message log on ${name}: accepting`, () => {
    it('takes a new edition as received', async () => {
      const log = await openLog();
      const message = newMessage();
      expect(await log.accept(message)).toEqual({
        outcome: 'accepted',
        id: message.id,
        state: 'received',
        correlation: message.correlation,
      });
    });

    it('answers a repeat with the first id, also when only white space and the order of members differ', async () => {
      const log = await openLog();
      const first = newMessage({ payload: Buffer.from('{"a":1,"b":[2]}') });
      await log.accept(first);
      for (const payload of ['{"a":1,"b":[2]}', '{ "b": [2],\n "a": 1 }']) {
        const attempt = { ...first, id: v7(), correlation: 'again', payload: Buffer.from(payload) };
        const { id, correlation } = first;
        expect(await log.accept(attempt)).toMatchObject({ outcome: 'repeat', id, correlation });
      }
      expect((await log.ledger()).accepted).toBe(1);
    });

    it('calls other content under the same edition a conflict and keeps what it has', async () => {
      const log = await openLog();
      const first = newMessage();
      await log.accept(first);
      const other = await log.accept({ ...first, id: v7(), payload: Buffer.from('{"answer":"ei"}') });
      expect(other).toMatchObject({ outcome: 'conflict', id: first.id });
      expect(Buffer.from((await claimOne(log)).payload).toString()).toBe('{"answer":"kyllä"}');
    });

    it('accepts one of many that come at once with the same id and edition', async () => {
      const log = await openLog();
      const same = newMessage({ assessment: 'same' });
      const answers = await Promise.all(Array.from({ length: 50 }, () => log.accept({ ...same, id: v7() })));
      expect(answers.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1);
      expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    });

    it('refuses one of several calls that come together without spoiling the others', async () => {
      const log = await openLog();
      const results = await Promise.allSettled([
        log.accept(newMessage()),
        log.withdraw(v7(), NOON),
        log.accept(newMessage()),
      ]);
      expect(results).toMatchObject([
        { status: 'fulfilled' },
        { status: 'rejected', reason: { code: 'not-found' } },
        { status: 'fulfilled' },
      ]);
      expect(await claimAll(log)).toHaveLength(2);
    });

    it('leaves nothing behind of what it could not store', async () => {
      const log = await openLog();
      await log.accept(newMessage({ assessment: 'case', edition: 2 }));
      const impossible = newMessage({ assessment: 'case', edition: 1, sentAt: Number.NaN });
      await expect(log.accept(impossible)).rejects.toMatchObject({ code: 'log-unavailable' });
      expect((await log.ledger()).accepted).toBe(1);
      expect((await claimOne(log)).edition).toBe(2);
    });

    it('keeps a trial in the books and gives it to no worker', async () => {
      const log = await openLog();
      expect(await log.accept(newMessage({ trial: true }))).toMatchObject({ state: 'trial' });
      expect(await claimAll(log)).toEqual([]);
      expect((await log.ledger()).states.trial).toBe(1);
    });

    it('gives a message to a worker byte for byte', async () => {
      const log = await openLog();
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 20_000 }), async (payload) => {
          await log.accept(newMessage({ payload }));
          const claim = await claimOne(log);
          expect(Buffer.from(claim.payload).equals(payload)).toBe(true);
        }),
        { numRuns: 30 },
      );
    });

    it('has what it acknowledged when it is opened again', async () => {
      const store = makeStore();
      const before = await store.open();
      const messages = Array.from({ length: 20 }, () => newMessage());
      await Promise.all(messages.map((message) => before.accept(message)));
      await before.close();
      const after = await store.open();
      onTestFinished(() => after.close());
      expect((await claimAll(after)).map(({ id }) => id).sort()).toEqual(messages.map(({ id }) => id).sort());
    });
  });
}
