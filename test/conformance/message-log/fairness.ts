import { describe, expect, it } from 'vitest';
import { accepted, deliver, LEASE, NOON, newMessage, type Suite } from './house.ts';

export function fairness({ name, openLog }: Suite): void {
  describe(`the message log on ${name}: fairness`, () => {
    it('gives the last place to the oldest of any class when asked, and else to the most urgent', async () => {
      const log = await openLog();
      const routine = await accepted(log, { urgency: 7, sentAt: NOON - 3 });
      const others = [await accepted(log, { urgency: 8, sentAt: NOON - 2 })];
      for (let i = 0; i < 6; i += 1) others.push(await accepted(log, { urgency: 2, sentAt: NOON + i }));
      const claim = async (fair?: 'yield' | 'insist') => {
        const options = { now: NOON, lease: LEASE, limit: 2, ...(fair === undefined ? {} : { fair }) };
        return (await log.claim(options)).map(({ id }) => id);
      };
      expect(await claim()).toEqual([others[1]?.id, others[2]?.id]);
      expect(await claim('yield')).toEqual([others[3]?.id, routine.id]);
      expect(await claim('insist')).toEqual([others[4]?.id, others[0]?.id]);
      expect(await claim('insist')).toEqual([others[5]?.id, others[6]?.id]);
      expect(await claim('insist')).toEqual([]);
    });

    it('claims a routine message within eight claims of an endless supply of more urgent ones', async () => {
      const log = await openLog();
      const routine = await accepted(log, { urgency: 7, sentAt: NOON });
      for (let i = 0; i < 20; i += 1) await accepted(log, { urgency: 2, sentAt: NOON - 1 });
      for (let claims = 1; claims <= 8; claims += 1) {
        // More come than go: the backlog only grows.
        for (let i = 0; i < 3; i += 1) await accepted(log, { urgency: 2, sentAt: NOON + claims });
        const fair = claims % 4 === 0 ? ({ fair: 'yield' } as const) : {};
        for (const claim of await log.claim({ now: NOON, lease: LEASE, limit: 20, ...fair })) {
          if (claim.id === routine.id) return;
          await deliver(log, claim);
        }
      }
      expect.unreachable('the routine message starved');
    });

    it('lets P0 and P1 take all places while they yield, and not when they may not', async () => {
      const log = await openLog();
      const routine = await accepted(log, { urgency: 9, sentAt: NOON - 1 });
      for (const urgency of [1, 0, 1, 0, 0]) await accepted(log, { urgency });
      const claim = async (fair: 'yield' | 'insist', limit: number) =>
        (await log.claim({ now: NOON, lease: LEASE, limit, fair })).map(({ urgency }) => urgency);
      expect(await claim('yield', 2)).toEqual([0, 0]);
      expect(await claim('yield', 1)).toEqual([0]);
      expect(await claim('insist', 1)).toEqual([routine.urgency]);
      expect(await claim('insist', 3)).toEqual([1, 1]);
    });

    it('gives an urgent message first, before ten thousand that came earlier, fair or not', async () => {
      const log = await openLog();
      await Promise.all(Array.from({ length: 10_000 }, () => log.accept(newMessage({ urgency: 5 }))));
      for (const fair of [{}, { fair: 'yield' }] as const) {
        for (const limit of [1, 4]) {
          const urgent = await accepted(log, { urgency: 0, sentAt: NOON + 1 });
          const [first] = await log.claim({ now: NOON, lease: LEASE, limit, ...fair });
          expect(first?.id).toBe(urgent.id);
        }
      }
    });
  });
}
