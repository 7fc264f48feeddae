import fc from 'fast-check';
import { v7 } from 'uuid';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import type { Claim, Ending, MessageLog, NewMessage } from '../../src/log/log.ts';
import { isFinal } from '../../src/log/state.ts';

/** A store that a log can be opened on again and again, as after a crash. */
export interface LogStore {
  open(): Promise<MessageLog>;
}

const NOON = Date.UTC(2026, 10, 21, 12);
const LEASE = 30_000;
const BY = { who: 'Ada', why: 'mended' };

export function newMessage(changes: Partial<NewMessage> = {}): NewMessage {
  const id = v7();
  return {
    id,
    source: 'omaolo',
    assessment: id,
    edition: 1,
    kind: 'uti',
    kindVersion: '1',
    title: 'Virtsatietulehdus',
    urgency: 4,
    sentAt: NOON,
    acceptedAt: NOON,
    trial: false,
    correlation: `c-${id}`,
    format: 'assessment',
    payload: Buffer.from('{"answer":"kyllä"}'),
    ...changes,
  };
}

async function claimAll(log: MessageLog, now = NOON): Promise<readonly Claim[]> {
  return log.claim({ now, lease: LEASE, limit: 1000 });
}

async function claimOne(log: MessageLog, now = NOON): Promise<Claim> {
  const [claim] = await log.claim({ now, lease: LEASE, limit: 1 });
  if (claim === undefined) throw new Error('there was nothing to claim');
  return claim;
}

async function deliver(log: MessageLog, claim: Claim, at = NOON): Promise<void> {
  if (claim.mapped === undefined) {
    await log.mapped(claim, { mapping: 'symptom', digest: 'd1', bundle: '{}', at });
  }
  const attempt = await log.intend(claim, { name: 'note', at });
  await log.settle(claim, { name: 'note', attempt, state: 'done', at, location: 'DocumentReference/1' });
  await log.finish(claim, { state: 'delivered' }, at);
}

/** What every message log must do, whatever it stores in. */
export function messageLogConformance(name: string, makeStore: () => LogStore): void {
  async function openLog(): Promise<MessageLog> {
    const log = await makeStore().open();
    onTestFinished(() => log.close());
    return log;
  }

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

    it('gives an urgent message next, before ten thousand that came earlier', async () => {
      const log = await openLog();
      await Promise.all(Array.from({ length: 10_000 }, () => log.accept(newMessage({ urgency: 5 }))));
      const urgent = newMessage({ urgency: 0, sentAt: NOON + 1 });
      await log.accept(urgent);
      expect((await claimOne(log)).id).toBe(urgent.id);
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
      const again = await claimOne(after);
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
      await log.resolve(stuck.id, { act: 'again' }, BY, NOON);
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
              if (state === 'held') await log.resolve(last.id, { act: 'again' }, BY, now);
              else await log.hurry(last.id, BY, now);
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

  describe(`the message log on ${name}: acts and books`, () => {
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
      await log.hurry(hurried.id, BY, NOON);
      expect(await types(hurried.id)).toEqual(['accepted', 'waiting', 'hurried']);
    });

    it('leaves a message that is in work to its worker when a person asks to hurry', async () => {
      const log = await openLog();
      const message = newMessage();
      await log.accept(message);
      const claim = await claimOne(log);
      await log.hurry(message.id, BY, NOON);
      expect(await claimAll(log)).toEqual([]);
      await deliver(log, claim);
    });

    it('counts the tries of a redriven message anew, and redrives no edition before an earlier one', async () => {
      const log = await openLog();
      const first = newMessage({ assessment: 'case', edition: 1 });
      await log.accept(first);
      await log.finish(await claimOne(log), { state: 'held', cause: 'patient-unknown' }, NOON);
      await log.resolve(first.id, { act: 'again' }, BY, NOON);
      const again = await claimOne(log);
      expect(again.attempts).toBe(0);
      await log.accept(newMessage({ assessment: 'other', edition: 2 }));
      await log.finish(await claimOne(log), { state: 'held', cause: 'patient-unknown' }, NOON);
      await log.accept(newMessage({ assessment: 'other', edition: 1 }));
      const [later] = await log.list({ state: 'held', limit: 1 });
      expect(await log.resolve(later?.id ?? '', { act: 'again' }, BY, NOON)).toMatchObject({
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
      await log.hurry(message.id, BY, NOON);
      expect((await claimOne(log)).id).toBe(message.id);
      await expect(log.hurry(v7(), BY, NOON)).rejects.toMatchObject({ code: 'not-found' });
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

    it('balances its books after any sequence of endings', async () => {
      const log = await openLog();
      const endings: readonly Ending[] = [
        { state: 'held', cause: 'patient-unknown' },
        { state: 'waiting', reason: 'encounter-missing', due: NOON + 1e9 },
        { state: 'waiting', reason: 'record-busy', due: NOON + 1e9 },
      ];
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.constantFrom('delivered', 0, 1, 2, 'leave'), { maxLength: 20 }),
          async (ends) => {
            const before = await log.ledger();
            await Promise.all(ends.map(() => log.accept(newMessage())));
            const claims = await claimAll(log);
            for (const [i, end] of ends.entries()) {
              const claim = claims[i];
              if (claim === undefined || end === 'leave') continue;
              if (end === 'delivered') await deliver(log, claim);
              else await log.finish(claim, endings[Number(end)] ?? { state: 'delivered' }, NOON);
            }
            const after = await log.ledger();
            expect(after.accepted - before.accepted).toBe(ends.length);
            expect(Object.values(after.states).reduce((sum, count) => sum + count, 0)).toBe(after.accepted);
            const unfinished = Object.entries(after.states)
              .filter(([state]) => !isFinal(state as keyof typeof after.states))
              .reduce((sum, [, count]) => sum + count, 0);
            expect(after.unfinished.reduce((sum, { count }) => sum + count, 0)).toBe(unfinished);
          },
        ),
        { numRuns: 20 },
      );
    });

    it('tells how old the oldest unfinished message of each class is', async () => {
      const log = await openLog();
      await log.accept(newMessage({ urgency: 1, acceptedAt: NOON + 5 }));
      await log.accept(newMessage({ urgency: 1, acceptedAt: NOON + 2 }));
      await log.accept(newMessage({ urgency: 9, acceptedAt: NOON + 7 }));
      expect((await log.ledger()).unfinished).toEqual([
        { urgency: 1, count: 2, oldest: NOON + 2 },
        { urgency: 9, count: 1, oldest: NOON + 7 },
      ]);
    });
  });

  describe(`the message log on ${name}: what messages say`, () => {
    it('keeps what a payload is written in', async () => {
      const log = await openLog();
      const message = newMessage({ format: 'questionnaire-response' });
      await log.accept(message);
      await log.accept(newMessage());
      expect((await claimAll(log)).map(({ format }) => format).sort()).toEqual([
        'assessment',
        'questionnaire-response',
      ]);
      expect(await log.content(message.id)).toMatchObject({ format: 'questionnaire-response' });
    });

    it('gives a message back as it came, and the bundle once it is mapped', async () => {
      const log = await openLog();
      const message = newMessage();
      await log.accept(message);
      const { id, source, kind, format, acceptedAt, correlation, payload } = message;
      const content = await log.content(id);
      expect(content).toEqual({
        id,
        source,
        kind,
        format,
        acceptedAt,
        correlation,
        payload: new Uint8Array(payload),
      });
      const mapped = { mapping: 'symptom', digest: 'd1', bundle: '{"ä":1}' };
      await log.mapped(await claimOne(log), { ...mapped, at: NOON });
      expect((await log.content(id))?.mapped).toEqual(mapped);
      expect(await log.content(v7())).toBeUndefined();
    });

    it('gives the newest messages first, of one kind where asked, in pages', async () => {
      const log = await openLog();
      const messages = Array.from({ length: 7 }, (_, i) =>
        newMessage({ kind: i % 2 === 0 ? 'ear' : 'eye', payload: Buffer.from(`{"number":${i}}`) }),
      );
      for (const message of messages) await log.accept(message);
      const numbers = async (options: Parameters<MessageLog['latest']>[0]) =>
        (await log.latest(options)).map(({ payload }) => JSON.parse(Buffer.from(payload).toString()).number);
      expect(await numbers({ limit: 3 })).toEqual([6, 5, 4]);
      expect(await numbers({ limit: 3, after: messages[4]?.id ?? '' })).toEqual([3, 2, 1]);
      expect(await numbers({ limit: 9, kind: 'eye' })).toEqual([5, 3, 1]);
      expect(await numbers({ limit: 1, kind: 'ear', after: messages[4]?.id ?? '' })).toEqual([2]);
      expect(await numbers({ limit: 9, kind: 'nose' })).toEqual([]);
    });

    it('keeps each version of the mappings, found by its own digest and by those of its mappings', async () => {
      const store = makeStore();
      const before = await store.open();
      const version = {
        digest: 'folder-1',
        at: NOON,
        mappings: [
          { name: 'symptom', digest: 'symptom-1' },
          { name: 'generic', digest: 'generic-1' },
        ],
        files: '{"generic/mapping.yaml":"ä"}',
      };
      await before.keepMappings(version);
      await before.keepMappings({ ...version, at: NOON + 1 });
      await before.keepMappings({
        digest: 'folder-2',
        at: NOON + 2,
        mappings: [
          { name: 'symptom', digest: 'symptom-2' },
          { name: 'generic', digest: 'generic-1' },
        ],
        files: '{"generic/mapping.yaml":"ä","symptom/mapping.yaml":"ö"}',
      });
      await before.close();
      const log = await store.open();
      onTestFinished(() => log.close());
      for (const digest of ['folder-1', 'symptom-1', 'generic-1']) {
        expect(await log.mappingFiles(digest)).toBe(version.files);
      }
      for (const digest of ['folder-2', 'symptom-2']) {
        expect(await log.mappingFiles(digest)).toContain('symptom/mapping.yaml');
      }
      expect(await log.mappingFiles('symptom-3')).toBeUndefined();
    });
  });
}
