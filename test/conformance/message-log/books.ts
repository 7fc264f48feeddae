import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ending } from '../../../src/log/message.ts';
import { isFinal } from '../../../src/log/state.ts';
import { claimAll, deliver, NOON, newMessage, type Suite } from './house.ts';

export function books({ name, openLog }: Suite): void {
  describe(`the message log on ${name}: books`, () => {
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
}
