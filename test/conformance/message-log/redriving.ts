import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageLog } from '../../../src/log/log.ts';
import type { NewMessage } from '../../../src/log/message.ts';
import type { RedriveOrder } from '../../../src/log/people.ts';
import {
  ADA,
  accepted,
  acceptedAndHeld,
  claimAll,
  deliver,
  held,
  LATER,
  NOON,
  newMessage,
  type Suite,
} from './house.ts';

const everything: RedriveOrder = { cause: 'patient-unknown', limit: 1000, spacing: 0, dryRun: false };

/** Orders with any fields, and messages of which some fit them. */
const someMessage = fc.record({
  urgency: fc.constantFrom(0, 4, 9),
  sentAt: fc.integer({ min: NOON - 3, max: NOON }),
  kind: fc.constantFrom('ear', 'eye'),
  acceptedAt: fc.integer({ min: NOON, max: NOON + 9 }),
});
const someFields = fc.record(
  {
    kind: fc.constantFrom('ear', 'eye'),
    urgency: fc.constantFrom(0, 4),
    from: fc.integer({ min: NOON, max: NOON + 9 }),
    to: fc.integer({ min: NOON, max: NOON + 9 }),
  },
  { requiredKeys: [] },
);
const someCap = fc.record({
  limit: fc.integer({ min: 0, max: 12 }),
  spacing: fc.integer({ min: 0, max: 500 }),
});

function fits(message: NewMessage, { kind, urgency, from = 0, to = LATER }: Partial<RedriveOrder>): boolean {
  return (
    (kind ?? message.kind) === message.kind &&
    (urgency ?? message.urgency) === message.urgency &&
    message.acceptedAt >= from &&
    message.acceptedAt < to
  );
}

async function dueIds(log: MessageLog, now: number): Promise<readonly string[]> {
  return (await log.due({ now, limit: 1000 })).map(({ id }) => id);
}

export function redriving({ name, openLog }: Suite): void {
  describe(`the message log on ${name}: redriving`, () => {
    it('tells beforehand exactly what it then does, the most urgent and oldest first, capped and spaced', async () => {
      const log = await openLog();
      const cases = fc.tuple(fc.array(someMessage, { maxLength: 8 }), someFields, someCap);
      await fc.assert(
        fc.asyncProperty(cases, async ([given, fields, cap]) => {
          const messages = given.map((changes) => newMessage(changes));
          await Promise.all(messages.map((message) => log.accept(message)));
          await Promise.all((await claimAll(log)).map((claim) => log.finish(claim, held, NOON)));
          const order = { cause: 'patient-unknown', ...fields, ...cap } as const;

          const told = await log.redrive({ ...order, dryRun: true }, ADA, NOON);
          expect((await log.ledger()).states.held).toBe(messages.length);
          const key = ({ urgency, sentAt }: NewMessage) => `${urgency} ${sentAt}`;
          const fitting = messages
            .filter((message) => fits(message, fields))
            .map(key)
            .toSorted();
          expect(told.matching).toBe(fitting.length);
          const keys = new Map(messages.map((message) => [message.id, key(message)]));
          expect(told.messages.map(({ id }) => keys.get(id))).toEqual(fitting.slice(0, cap.limit));
          expect(told.messages.map(({ due }) => due)).toEqual(
            told.messages.map((_, i) => NOON + i * cap.spacing),
          );

          expect(await log.redrive({ ...order, dryRun: false }, ADA, NOON)).toEqual(told);
          expect((await log.ledger()).states.received).toBe(told.messages.length);
          for (const { id, due } of told.messages) {
            const [early, now] = await Promise.all([dueIds(log, due - 1), dueIds(log, due)]);
            expect(early).not.toContain(id);
            expect(now).toContain(id);
          }
          await Promise.all(messages.map(({ id }) => log.withdraw(id, NOON)));
        }),
        { numRuns: 15 },
      );
    });

    it('redrives only what is held for the cause', async () => {
      const log = await openLog();
      const mended = await acceptedAndHeld(log);
      const other = await acceptedAndHeld(log, {}, { state: 'held', cause: 'patient-several' });
      const { messages } = await log.redrive(everything, ADA, NOON);
      expect(messages.map(({ id }) => id)).toEqual([mended.id]);
      expect(await log.message(other.id)).toMatchObject({ state: 'held' });
      expect(await log.redrive(everything, ADA, NOON)).toEqual({ matching: 0, messages: [] });
    });

    it('is an act, and an event of each message, with who and why; a dry run is neither', async () => {
      const log = await openLog();
      const { id } = await acceptedAndHeld(log);
      const before = await log.message(id);
      await log.redrive({ ...everything, dryRun: true }, ADA, NOON);
      expect(await log.message(id)).toEqual(before);
      expect(await log.acts(9)).toEqual([]);
      await log.redrive(everything, ADA, NOON + 5);
      expect((await log.message(id))?.history.at(-1)).toEqual({
        at: NOON + 5,
        type: 'redriven',
        state: 'received',
        by: ADA,
      });
      const [act] = await log.acts(9);
      expect(act).toMatchObject({ at: NOON + 5, act: 'redrive', ...ADA });
      expect(act?.note).toContain('patient-unknown');
    });

    it('keeps the order of a case, whatever the order of the redrive', async () => {
      const log = await openLog();
      const urgent = { assessment: 'case', edition: 2, urgency: 0 };
      const second = await acceptedAndHeld(log, urgent);
      const first = await acceptedAndHeld(log, { assessment: 'case', edition: 1, urgency: 5 });
      const { messages } = await log.redrive({ ...everything, spacing: 1000 }, ADA, NOON);
      expect(messages).toEqual([
        { id: second.id, urgency: 0, due: NOON },
        { id: first.id, urgency: 5, due: NOON + 1000 },
      ]);
      const delivered: number[] = [];
      for (let time = 0; time < 2; time += 1) {
        const [claim, ...more] = await claimAll(log, NOON + 1000);
        expect(more).toEqual([]);
        if (claim !== undefined) await deliver(log, claim, NOON + 1000);
        delivered.push(claim?.edition ?? 0);
      }
      expect(delivered).toEqual([1, 2]);
    });

    it('leaves an edition that the limit does not let go behind no other', async () => {
      const log = await openLog();
      await acceptedAndHeld(log, { urgency: 1 });
      const kept = await acceptedAndHeld(log, { urgency: 2 });
      expect(await log.redrive({ ...everything, limit: 1 }, ADA, NOON)).toMatchObject({ matching: 2 });
      expect(await log.message(kept.id)).toMatchObject({ state: 'held' });
      await accepted(log, { assessment: kept.assessment, edition: 2 });
      expect((await claimAll(log)).map(({ urgency }) => urgency)).toEqual([1]);
    });
  });
}
