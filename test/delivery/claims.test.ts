import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createClaims, type Fairness } from '../../src/delivery/claims.ts';
import type { Claim } from '../../src/log/message.ts';
import { assessment, openHouse } from './house.ts';
import { claimOf } from './stubs.ts';

/** Due messages as a message log gives them: the most urgent first, and a fair place to the oldest of any class. */
function dueMessages(urgencies: readonly number[]) {
  let due = urgencies.map((urgency, i) => claimOf({ id: String(i), urgency, acceptedAt: i }));
  const take = (claim: Claim | undefined) => {
    due = due.filter((each) => each !== claim);
    return claim === undefined ? [] : [claim];
  };
  const mostUrgent = () => due.toSorted((a, b) => a.urgency - b.urgency || a.acceptedAt - b.acceptedAt)[0];
  const oldest = () => due.toSorted((a, b) => a.acceptedAt - b.acceptedAt)[0];
  return {
    add: (claim: Claim) => {
      due = [...due, claim];
    },
    async claim(limit: number, fair: Fairness | undefined): Promise<readonly Claim[]> {
      const most = Array.from({ length: limit - 1 }, () => take(mostUrgent())).flat();
      const crowded = [...most, ...due.filter(({ urgency }) => urgency <= 1)].length >= limit;
      const yields = fair === 'yield' && crowded && most.every(({ urgency }) => urgency <= 1);
      const last = take(fair === undefined || yields ? mostUrgent() : oldest());
      return [...most, ...last];
    },
  };
}

/** Claims until the message comes, each claim followed by a new message of the class; gives how many came before it. */
async function claimedBefore(id: string, flow: { urgency: number; workers: number; backlog: number }) {
  const due = dueMessages([8, ...Array.from({ length: flow.backlog }, () => flow.urgency)]);
  const { next } = createClaims(due.claim);
  for (let before = 0; before < 1_000; before += flow.workers) {
    const claims = await Promise.all(Array.from({ length: flow.workers }, next));
    const place = claims.findIndex((claim) => claim?.id === id);
    if (place >= 0) return before + place;
    for (const [i] of claims.entries()) {
      due.add(claimOf({ id: `new ${before} ${i}`, urgency: flow.urgency, acceptedAt: 10_000 + before }));
    }
  }
  return undefined;
}

it.each([1, 4, 8, 32])(
  'a routine message is among the next fifteen behind an endless flow of P2, with %i workers',
  async (workers) => {
    const before = await claimedBefore('0', { urgency: 2, workers, backlog: 100 });
    expect(before).toBeLessThan(15);
  },
);

it.each([1, 4, 8, 32])(
  'it is among the next 72 behind an endless flow of P0, which goes before it until then, with %i workers',
  async (workers) => {
    const before = await claimedBefore('0', { urgency: 0, workers, backlog: 100 });
    expect(before).toBeGreaterThan(40);
    expect(before).toBeLessThan(72);
  },
);

it('never starves any message, whatever comes and however many workers ask', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 8 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 200 }),
      async (urgency, workers, backlog) => {
        expect(await claimedBefore('0', { urgency, workers, backlog })).toBeLessThan(72);
      },
    ),
  );
});

it('tells every worker that waits when a claim fails', async () => {
  const { next } = createClaims(() => Promise.reject(new RangeError('no log')));
  const answers = await Promise.allSettled([next(), next(), next()]);
  expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
});

it('gives a P0 next that is accepted behind 10,000 routine messages', async () => {
  const { accept, log } = await openHouse();
  const accepted = Array.from({ length: 10_000 }, () => accept(assessment(undefined), { urgency: 8 }));
  await Promise.all(accepted);
  const { next } = createClaims((limit, fair) =>
    log.claim({ now: Date.now(), lease: 60_000, limit, ...(fair === undefined ? {} : { fair }) }),
  );
  for (let n = 0; n < 20; n += 1) await next();
  const urgent = await accept(assessment(undefined), { urgency: 0 });
  expect(await next()).toMatchObject({ id: urgent, urgency: 0 });
});
