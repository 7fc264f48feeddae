import fc from 'fast-check';
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MessageLog } from '../../src/log/log.ts';
import { isFinal } from '../../src/log/state.ts';
import { newMessage } from '../conformance/message-log.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { opened, schemaOn } from './postgres-stores.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

const NOON = Date.UTC(2026, 10, 21, 12);
const lease = 30_000;
const ADA = { who: 'Ada', why: 'the cause was mended' };

async function openTwo(): Promise<readonly [MessageLog, MessageLog]> {
  const url = await schemaOn(server.url);
  return [await opened(url), await opened(url)];
}

/** Runs deeds on two logs, those of one turn at the same time. */
const turns = fc.array(
  fc.array(
    fc.record({
      at: fc.nat(1),
      deed: fc.constantFrom('accept', 'accept', 'claim', 'deliver', 'hold', 'withdraw', 'again'),
      edition: fc.integer({ min: 1, max: 3 }),
    }),
    { minLength: 2, maxLength: 5 },
  ),
  { minLength: 2, maxLength: 6 },
);

it('keeps the order of a case and forgets none, whichever processes do what at the same moment', async () => {
  const logs = await openTwo();
  await fc.assert(
    fc.asyncProperty(turns, async (plan) => {
      const assessment = v7();
      const ids = new Map<number, string>();
      const late = new Set<string>();
      const claims: { id: string; fence: number }[] = [];
      let now = NOON;
      const refusable = async (call: Promise<unknown>) => {
        await call.catch((error: unknown) => {
          expect(['internal', 'withdrawal-too-late', 'resolution-unfit', 'not-found']).toContain(
            (error as { code?: unknown }).code,
          );
        });
      };
      const look = async () => {
        const editions = await logs[0].list({ source: 'omaolo', assessment, limit: 10 });
        const unfinished = editions
          .filter(({ state }) => !isFinal(state))
          .toSorted((one, other) => one.edition - other.edition);
        const active = unfinished.filter(
          ({ state, cause }) => state !== 'held' && cause !== 'earlier-edition',
        );
        expect(active.length).toBeLessThanOrEqual(1);
        if (active.length === 0) expect(unfinished[0]?.cause).not.toBe('earlier-edition');
        for (const { id, edition } of unfinished) {
          if (edition < (active[0]?.edition ?? 0)) expect(late).toContain(id);
        }
        return unfinished;
      };
      const does = async ({ at, deed, edition }: (typeof plan)[number][number]) => {
        const log = at === 0 ? logs[0] : logs[1];
        if (deed === 'accept') {
          const { id, state } = await log.accept(newMessage({ assessment, edition, acceptedAt: now }));
          ids.set(edition, id);
          if (state === 'held') late.add(id);
        } else if (deed === 'claim') {
          for (const claim of await log.claim({ now, lease, limit: 10 })) claims.push(claim);
        } else if (deed === 'deliver' || deed === 'hold') {
          const claim = claims.pop();
          if (claim === undefined) return;
          const held = { state: 'held', cause: 'patient-unknown' } as const;
          if (deed === 'hold') return refusable(log.finish(claim, held, now));
          await refusable(
            Promise.all([
              log.mapped(claim, { mapping: 'm', digest: 'd', bundle: '{}', at: now }),
              log.intend(claim, { name: 'note', at: now }),
              log.finish(claim, { state: 'delivered' }, now),
            ]),
          );
        } else {
          const id = ids.get(edition) ?? v7();
          await refusable(
            deed === 'withdraw' ? log.withdraw(id, now) : log.resolve(id, { act: 'again' }, ADA, now),
          );
        }
      };
      for (const turn of plan) {
        now += 1;
        await Promise.all(turn.map(does));
        await look();
      }
      // And everything comes to an end.
      for (let turn = 0; turn < 10; turn += 1) {
        now += lease;
        for (const claim of await logs[turn % 2 === 0 ? 0 : 1].claim({ now, lease, limit: 10 })) {
          await logs[1].finish(claim, { state: 'held', cause: 'internal' }, now);
        }
        for (const { id, state } of await look()) {
          if (state === 'held') await logs[0].resolve(id, { act: 'filed' }, ADA, now);
        }
      }
      expect(await look()).toEqual([]);
      const { accepted, states } = await logs[1].ledger();
      expect(Object.values(states).reduce((sum, count) => sum + count, 0)).toBe(accepted);
    }),
    { numRuns: 40 },
  );
});

it('gives each of many messages to one of many claimers, and to another only when the lease has ended', async () => {
  const logs = await openTwo();
  const count = 400;
  await Promise.all(Array.from({ length: count }, (_, i) => logs[0].accept(newMessage({ urgency: i % 9 }))));
  for (let round = 0; round < 3; round += 1) {
    const now = NOON + round * lease;
    const claimed: string[] = [];
    const claimer = async (log: MessageLog) => {
      for (let misses = 0; misses < 3; ) {
        const claims = await log.claim({ now, lease, limit: 7 });
        for (const { id, fence } of claims) {
          claimed.push(id);
          expect(fence).toBe(round + 1);
        }
        misses = claims.length === 0 ? misses + 1 : 0;
      }
    };
    await Promise.all([...logs, ...logs, ...logs].map(claimer));
    expect(new Set(claimed).size).toBe(claimed.length);
    expect(claimed).toHaveLength(count);
  }
});
