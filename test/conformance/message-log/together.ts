import fc from 'fast-check';
import { v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { MessageLog } from '../../../src/log/log.ts';
import type { Ending, MessageHistory, MessageSummary } from '../../../src/log/message.ts';
import type { Resolution } from '../../../src/log/people.ts';
import { isFinal, transitions } from '../../../src/log/state.ts';
import {
  ADA,
  held,
  inDoubt,
  LATER,
  LEASE,
  NOON,
  newMessage,
  PATIENT,
  type Suite,
  sendNews,
} from './house.ts';

/** Senders, workers and people, each doing anything at any time. */
const sender = fc.record({
  by: fc.constant('sender'),
  assessment: fc.constantFrom('a', 'b'),
  edition: fc.integer({ min: 1, max: 5 }),
  urgency: fc.constantFrom(0, 2, 7),
  trial: fc.constantFrom(false, false, false, true),
});
const withdrawal = fc.record({ by: fc.constant('withdrawal'), which: fc.nat(9) });
const worker = fc.record({
  by: fc.constant('worker'),
  which: fc.nat(3),
  act: fc.constantFrom('map', 'intend', 'done', 'refused', 'unknown', 'wait', 'hold', 'doubt', 'deliver'),
});
const claimer = fc.record({
  by: fc.constant('claimer'),
  limit: fc.integer({ min: 1, max: 3 }),
  fair: fc.constantFrom(undefined, 'yield', 'insist'),
});
const person = fc.record({
  by: fc.constant('person'),
  which: fc.nat(9),
  act: fc.constantFrom(
    'choose',
    'filed',
    'absent',
    'again',
    'withdraw',
    'hurry',
    'redrive',
    'pause',
    'resume',
  ),
});
const time = fc.record({ by: fc.constant('time'), passes: fc.constantFrom(1, LEASE) });
const deed = fc.oneof(
  { weight: 5, arbitrary: sender },
  { weight: 5, arbitrary: claimer },
  { weight: 10, arbitrary: worker },
  { weight: 6, arbitrary: person },
  { weight: 1, arbitrary: withdrawal },
  { weight: 2, arbitrary: time },
);
type Deed = typeof deed extends fc.Arbitrary<infer D> ? D : never;

const allowed = ['withdrawal-too-late', 'resolution-unfit', 'internal'];

/** What a call gives, or undefined where the log refused it as it may. */
async function unlessRefused<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    expect(allowed).toContain((error as { code?: unknown }).code);
    return undefined;
  }
}

function isActive({ state, cause }: MessageSummary): boolean {
  return !isFinal(state) && state !== 'held' && cause !== 'earlier-edition';
}

/** Does what anyone may do on one log, and looks after each deed whether the promises hold. */
function createWorld(log: MessageLog) {
  const source = v7();
  /** Editions that came after a later one was begun: they alone may be overtaken. */
  const late = new Set<string>();
  const claims: { id: string; fence: number; attempt?: number }[] = [];
  const ids: string[] = [];
  let now = NOON;

  async function accept({ by: _, ...given }: Extract<Deed, { by: 'sender' }>): Promise<void> {
    const message = newMessage({ source, ...given, acceptedAt: now, sentAt: now });
    const { outcome, id, state } = await log.accept(message);
    if (outcome !== 'accepted') return;
    ids.push(id);
    if (state === 'held') late.add(id);
  }

  async function work({ which, act }: Extract<Deed, { by: 'worker' }>): Promise<void> {
    const claim = claims[which % Math.max(claims.length, 1)];
    if (claim === undefined) return;
    const lease = { id: claim.id, fence: claim.fence };
    const due = now + 1;
    const endings: Readonly<Record<string, Ending>> = {
      wait: { state: 'waiting', reason: 'record-busy', due },
      hold: held,
      doubt: which === 0 ? inDoubt : { state: 'unknown', due },
      deliver: { state: 'delivered' },
    };
    const ending = endings[act];
    if (ending !== undefined) {
      await unlessRefused(log.finish(lease, ending, now));
    } else if (act === 'map') {
      await unlessRefused(log.mapped(lease, { mapping: 'm', digest: 'd', bundle: '{}', at: now }));
    } else if (act === 'intend') {
      const attempt = await unlessRefused(log.intend(lease, { name: 'note', at: now }));
      if (attempt !== undefined) claim.attempt = attempt;
    } else if (claim.attempt !== undefined && (act === 'done' || act === 'refused' || act === 'unknown')) {
      await unlessRefused(log.settle(lease, { name: 'note', attempt: claim.attempt, state: act, at: now }));
    }
  }

  async function decide({ which, act }: Extract<Deed, { by: 'person' }>): Promise<void> {
    const id = ids[which % Math.max(ids.length, 1)];
    if (act === 'pause' || act === 'resume') return log[act](ADA, now);
    if (act === 'redrive') {
      const order = { cause: held.cause, limit: 3, spacing: 5 };
      const told = await log.redrive({ ...order, dryRun: true }, ADA, now);
      expect(await log.redrive({ ...order, dryRun: false }, ADA, now)).toEqual(told);
      return;
    }
    if (id === undefined) return;
    if (act === 'hurry') {
      await log.hurry(id, ADA, now);
      return;
    }
    const resolution: Resolution = act === 'choose' ? { act, choice: PATIENT } : { act };
    await unlessRefused(log.resolve(id, resolution, ADA, now));
  }

  async function claim({ limit, fair }: Extract<Deed, { by: 'claimer' }>): Promise<void> {
    const options = { now, lease: LEASE, limit, ...(fair === undefined ? {} : { fair }) };
    const given = await log.claim(options);
    expect(given.length).toBeLessThanOrEqual((await log.paused()) === undefined ? limit : 0);
    for (const { id, fence } of given) claims.unshift({ id, fence });
  }

  const list = () => log.list({ source, limit: 1000 });

  /** One edition of a case in work, the lowest unfinished one; and nothing waits for nothing. */
  async function look(): Promise<void> {
    const messages = await list();
    for (const assessment of ['a', 'b']) {
      const unfinished = messages
        .filter((message) => message.assessment === assessment && !isFinal(message.state))
        .toSorted((one, other) => one.edition - other.edition);
      const active = unfinished.filter(isActive);
      expect(active.length).toBeLessThanOrEqual(1);
      const overtaken = unfinished.filter(({ edition }) => edition < (active[0]?.edition ?? 0));
      for (const { id } of overtaken) expect(late).toContain(id);
      if (active.length === 0) expect(unfinished[0]?.cause).not.toBe('earlier-edition');
    }
  }

  return {
    ids,
    list,
    async does(deed: Deed): Promise<void> {
      now += 1;
      if (deed.by === 'sender') await accept(deed);
      else if (deed.by === 'worker') await work(deed);
      else if (deed.by === 'claimer') await claim(deed);
      else if (deed.by === 'person') await decide(deed);
      else if (deed.by === 'withdrawal') {
        const id = ids[deed.which % Math.max(ids.length, 1)];
        if (id !== undefined) await unlessRefused(log.withdraw(id, now));
      } else now += deed.passes;
      await look();
    },

    /** Brings everything to an end, as workers and people can: nothing may be stuck. */
    async ends(): Promise<void> {
      await log.resume(ADA, now);
      for (let turn = 0; turn < 12; turn += 1) {
        now += LATER;
        const given = await log.claim({ now, lease: LEASE, limit: 1000 });
        for (const { id, fence } of given) await log.finish({ id, fence }, held, now);
        for (const { id } of await log.list({ state: 'held', limit: 1000 })) {
          await log.resolve(id, { act: 'filed' }, ADA, now);
        }
      }
      expect((await list()).filter(({ state }) => !isFinal(state))).toEqual([]);
    },
  };
}

/** What tells of a message alone, not of a state that it came into. */
const remarks = ['intended', 'mapped', 'done', 'refused', 'unknown', 'hurried'];

/** The news that a message's history says its sender should have had. */
function newsOf({ history }: MessageHistory): readonly string[] {
  const news: string[] = [];
  for (const { type, state, cause = '' } of history) {
    if (remarks.includes(type) || !['waiting', 'held', 'delivered', 'withdrawn'].includes(state)) continue;
    const line = `${state} ${cause}`;
    if (news.at(-1) !== line) news.push(line);
  }
  return news;
}

async function balance(log: MessageLog): Promise<number> {
  const { accepted, states, held: causes, waiting, unfinished } = await log.ledger();
  const sum = (counts: Iterable<number>) => [...counts].reduce((total, count) => total + count, 0);
  expect(sum(Object.values(states))).toBe(accepted);
  expect(sum(Object.values(causes))).toBe(states.held);
  expect(sum(Object.values(waiting))).toBe(states.waiting);
  const final = states.delivered + states.withdrawn + states.trial;
  expect(sum(unfinished.map(({ count }) => count))).toBe(accepted - final);
  return accepted;
}

export function together({ name, openLog }: Suite): void {
  describe(`the message log on ${name}: all at once`, () => {
    it('balances its books, keeps the order of each case and tells each news once, whatever anyone does', async () => {
      const log = await openLog({ newsTo: ['sender'] });
      await fc.assert(
        fc.asyncProperty(fc.array(deed, { minLength: 20, maxLength: 60, size: 'max' }), async (deeds) => {
          const before = await balance(log);
          const world = createWorld(log);
          for (const each of deeds) await world.does(each);
          expect(await balance(log)).toBe(before + world.ids.length);
          await world.ends();
          await balance(log);

          const news = await sendNews(log, 'sender', NOON + 1e14);
          for (const id of world.ids) {
            const message = await log.message(id);
            if (message === undefined) return expect.unreachable('a message is gone');
            const [first, ...rest] = message.history;
            expect(first?.type).toBe('accepted');
            let state = first?.state ?? 'received';
            for (const event of rest) {
              if (event.state !== state) expect(transitions[state]).toContain(event.state);
              state = event.state;
            }
            expect(state).toBe(message.state);
            const told = news.filter((each) => each.message.id === id);
            expect(told.map(({ type, cause = '' }) => `${type} ${cause}`)).toEqual(newsOf(message));
          }
          const seqs = news.map(({ seq }) => seq);
          expect(new Set(seqs).size).toBe(seqs.length);
          for (const assessment of ['a', 'b']) {
            const own = news.filter(({ message }) => message.assessment === assessment).map(({ seq }) => seq);
            expect(own).toEqual(own.toSorted((one, other) => one - other));
          }
        }),
        { numRuns: 25 },
      );
    });
  });
}
