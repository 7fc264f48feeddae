import { v7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import type { MessageLog } from '../../../src/log/log.ts';
import type { Resolution } from '../../../src/log/people.ts';
import {
  ADA,
  accepted,
  acceptedAndHeld,
  beginWriting,
  claimAll,
  claimOne,
  deliver,
  heldInDoubt,
  LATER,
  NOON,
  PATIENT,
  type Suite,
} from './house.ts';

const again: Resolution = { act: 'again' };
const withdraw: Resolution = { act: 'withdraw' };
const everyAct: readonly Resolution[] = [
  { act: 'choose', choice: PATIENT },
  { act: 'filed' },
  { act: 'absent' },
  again,
  withdraw,
];

async function unfitFor(log: MessageLog, id: string, acts: readonly Resolution[] = everyAct): Promise<void> {
  const before = await log.message(id);
  for (const act of acts) {
    await expect(log.resolve(id, act, ADA, NOON)).rejects.toMatchObject({ code: 'resolution-unfit' });
  }
  expect(await log.message(id)).toEqual(before);
}

export function resolving({ name, openLog }: Suite): void {
  describe(`the message log on ${name}: resolving`, () => {
    it('goes on with the patient a person chose, and says who chose and why', async () => {
      const log = await openLog();
      const { id } = await acceptedAndHeld(log);
      const answer = await log.resolve(id, { act: 'choose', choice: PATIENT }, ADA, NOON + 5);
      expect(answer).toMatchObject({ state: 'received', chosen: PATIENT, attempts: 0 });
      expect(answer).not.toHaveProperty('cause');
      expect(answer.history.at(-1)).toEqual({ at: NOON + 5, type: 'chosen', state: 'received', by: ADA });
      expect(await claimOne(log)).toMatchObject({ id, chosen: PATIENT, attempts: 0, state: 'received' });
    });

    it('keeps a chosen patient when an encounter is chosen after it, and no encounter of another patient', async () => {
      const log = await openLog();
      const { id } = await acceptedAndHeld(log);
      const choose = async (choice: { patient?: string; encounter?: string }) => {
        const { chosen } = await log.resolve(id, { act: 'choose', choice }, ADA, NOON);
        await log.finish(await claimOne(log), { state: 'held', cause: 'encounter-several' }, NOON);
        return chosen;
      };
      expect(await choose(PATIENT)).toEqual(PATIENT);
      expect(await choose({ encounter: 'Encounter/3' })).toEqual({ ...PATIENT, encounter: 'Encounter/3' });
      expect(await choose({ patient: 'Patient/8' })).toEqual({ patient: 'Patient/8' });
    });

    it('lets a person choose or withdraw also while a message waits for the record', async () => {
      const log = await openLog();
      const wait = async () => {
        const message = await accepted(log);
        const waiting = { state: 'waiting', reason: 'encounter-missing', due: LATER } as const;
        await log.finish(await claimOne(log), waiting, NOON);
        return message.id;
      };
      const chosen = await wait();
      await log.resolve(chosen, { act: 'choose', choice: { encounter: 'Encounter/3' } }, ADA, NOON);
      const claim = await claimOne(log);
      expect(claim).toMatchObject({ id: chosen, chosen: { encounter: 'Encounter/3' }, state: 'received' });
      expect(claim).not.toHaveProperty('reason');
      const withdrawn = await wait();
      expect(await log.resolve(withdrawn, withdraw, ADA, NOON)).toMatchObject({ state: 'withdrawn' });
      await unfitFor(log, await wait(), [{ act: 'filed' }, { act: 'absent' }, again]);
    });

    it('ends as delivered what a person filed, with its place in the record where a write was in doubt', async () => {
      const log = await openLog();
      const { id, assessment } = await heldInDoubt(log);
      await accepted(log, { assessment, edition: 2 });
      const filed = { act: 'filed', location: 'DocumentReference/9' } as const;
      const answer = await log.resolve(id, filed, ADA, NOON + 5);
      expect(answer).toMatchObject({
        state: 'delivered',
        deliveredAt: NOON + 5,
        steps: [{ name: 'note', state: 'done', endedAt: NOON + 5, location: 'DocumentReference/9' }],
      });
      expect(answer.history.at(-1)).toEqual({ at: NOON + 5, type: 'filed', state: 'delivered', by: ADA });
      expect((await claimAll(log)).map(({ edition }) => edition)).toEqual([2]);
    });

    it('ends as delivered also what was filed by hand before anything was written', async () => {
      const log = await openLog();
      const { id } = await acceptedAndHeld(log);
      expect(await log.resolve(id, { act: 'filed' }, ADA, NOON)).toMatchObject({
        state: 'delivered',
        steps: [],
      });
      expect(await claimAll(log, LATER)).toEqual([]);
    });

    it('writes again what is certainly not in the record', async () => {
      const log = await openLog();
      const { id } = await heldInDoubt(log);
      const answer = await log.resolve(id, { act: 'absent' }, ADA, NOON + 5);
      expect(answer).toMatchObject({ state: 'received', steps: [{ state: 'refused', endedAt: NOON + 5 }] });
      expect(answer.history.at(-1)).toMatchObject({ type: 'absent', by: ADA });
      const claim = await claimOne(log);
      expect(claim).toMatchObject({ id, steps: [{ attempt: 1, state: 'refused' }] });
      expect(await beginWriting(log, claim)).toBe(2);
    });

    it('settles also a write of which nothing was heard since it was sent', async () => {
      const log = await openLog();
      const { id } = await accepted(log);
      const claim = await claimOne(log);
      await beginWriting(log, claim);
      await log.finish(claim, { state: 'held', cause: 'record-outcome-unknown' }, NOON);
      const { steps } = await log.resolve(id, { act: 'absent' }, ADA, NOON);
      expect(steps).toMatchObject([{ state: 'refused' }]);
    });

    it('does not take for absent what was never in doubt', async () => {
      const log = await openLog();
      const { id } = await acceptedAndHeld(log);
      await unfitFor(log, id, [{ act: 'absent' }]);
    });

    it('begins again with a held message, its tries counted anew', async () => {
      const log = await openLog();
      const { id } = await acceptedAndHeld(log);
      const { history } = await log.resolve(id, again, ADA, NOON);
      expect(history.at(-1)).toEqual({ at: NOON, type: 'redriven', state: 'received', by: ADA });
      expect(await claimOne(log)).toMatchObject({ id, attempts: 0 });
    });

    it('withdraws what a person decides shall not be written, and lets the next edition go', async () => {
      const log = await openLog();
      const { id, assessment } = await acceptedAndHeld(log);
      await accepted(log, { assessment, edition: 2 });
      const { state, history } = await log.resolve(id, withdraw, ADA, NOON);
      expect(state).toBe('withdrawn');
      expect(history.at(-1)).toEqual({ at: NOON, type: 'withdrawn', state: 'withdrawn', by: ADA });
      expect((await claimAll(log)).map(({ edition }) => edition)).toEqual([2]);
    });

    it('withdraws nothing of which a part was or may have been written, but what was refused', async () => {
      const log = await openLog();
      const late = (id: string) =>
        expect(log.resolve(id, withdraw, ADA, NOON)).rejects.toMatchObject({ code: 'withdrawal-too-late' });
      await late((await heldInDoubt(log)).id);
      const settled = async (state: 'done' | 'refused') => {
        const { id } = await accepted(log);
        const claim = await claimOne(log);
        const attempt = await beginWriting(log, claim);
        await log.settle(claim, { name: 'note', attempt, state, at: NOON });
        await log.finish(claim, { state: 'held', cause: 'record-refused' }, NOON);
        return id;
      };
      await late(await settled('done'));
      expect(await log.resolve(await settled('refused'), withdraw, ADA, NOON)).toMatchObject({
        state: 'withdrawn',
      });
    });

    it('decides about no message that is in work, new, finished, a trial or unknown to it', async () => {
      const log = await openLog();
      const { id } = await accepted(log);
      await unfitFor(log, id);
      const claim = await claimOne(log);
      await unfitFor(log, id);
      await deliver(log, claim);
      await unfitFor(log, id);
      await unfitFor(log, (await accepted(log, { trial: true })).id);
      await expect(log.resolve(v7(), again, ADA, NOON)).rejects.toMatchObject({ code: 'not-found' });
    });

    it('lets a waiting message that is in work to its worker', async () => {
      const log = await openLog();
      const { id } = await accepted(log);
      const waiting = { state: 'waiting', reason: 'encounter-missing', due: NOON + 1 } as const;
      await log.finish(await claimOne(log), waiting, NOON);
      const claim = await claimOne(log, NOON + 1);
      await unfitFor(log, id);
      await deliver(log, claim);
    });

    it('lets a resolved edition wait for the earlier ones of its case', async () => {
      const log = await openLog();
      const late = await acceptedAndHeld(log, { assessment: 'case', edition: 2 });
      const first = await acceptedAndHeld(log, { assessment: 'case', edition: 1 });
      expect(await log.resolve(late.id, { act: 'choose', choice: PATIENT }, ADA, NOON)).toMatchObject({
        state: 'waiting',
        cause: 'earlier-edition',
        chosen: PATIENT,
      });
      expect(await claimAll(log)).toEqual([]);
      await log.resolve(first.id, { act: 'filed' }, ADA, NOON);
      expect(await claimOne(log)).toMatchObject({ id: late.id, chosen: PATIENT });
    });

    it('lets an edition that came late wait while the later one is in work, and go when that is over', async () => {
      const log = await openLog();
      await accepted(log, { assessment: 'case', edition: 2 });
      const second = await claimOne(log);
      const late = await accepted(log, { assessment: 'case', edition: 1 });
      expect(await log.resolve(late.id, again, ADA, NOON)).toMatchObject({ state: 'waiting' });
      expect(await claimAll(log)).toEqual([]);
      await deliver(log, second);
      expect((await claimAll(log)).map(({ id }) => id)).toEqual([late.id]);
    });

    it('does not let the third edition go when the second is withdrawn before the first is finished', async () => {
      const log = await openLog();
      await acceptedAndHeld(log, { assessment: 'case', edition: 1 });
      const second = await accepted(log, { assessment: 'case', edition: 2 });
      await accepted(log, { assessment: 'case', edition: 3 });
      await log.withdraw(second.id, NOON);
      expect(await claimAll(log)).toEqual([]);
    });

    it('hurries what waits, says who did, and leaves what is held', async () => {
      const log = await openLog();
      const { id } = await acceptedAndHeld(log);
      const before = await log.message(id);
      expect(await log.hurry(id, ADA, NOON)).toEqual(before);
      const waiting = await accepted(log);
      await log.finish(await claimOne(log), { state: 'waiting', reason: 'record-busy', due: LATER }, NOON);
      const { history } = await log.hurry(waiting.id, ADA, NOON + 1);
      expect(history.at(-1)).toEqual({ at: NOON + 1, type: 'hurried', state: 'waiting', by: ADA });
      expect((await claimOne(log, NOON + 1)).id).toBe(waiting.id);
    });
  });
}
