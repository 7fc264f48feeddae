import { BridgeError } from '../errors.ts';
import type { MessageLog } from './log.ts';
import type { Choice, MessageHistory } from './message.ts';
import { again, finish, lockMessages } from './postgres-cases.ts';
import { type Changes, createChanges, write } from './postgres-changes.ts';
import { type Database, statement } from './postgres-database.ts';
import { resolved } from './resolution.ts';
import { choice, int, optional, type Row, state, step } from './rows.ts';
import { transitions } from './state.ts';

const stepsOf = statement('SELECT s.* FROM messages m JOIN steps s ON s.n = m.n WHERE m.id = $1');

/** A message that something is done to, with its case locked. */
interface Held {
  readonly changes: Changes;
  readonly row: Row;
  readonly steps: readonly Row[];
}

/** What people and senders do to single messages. */
export function createActs(
  db: Database,
  tellsSender: boolean,
  read: (id: string) => Promise<MessageHistory | undefined>,
): Pick<MessageLog, 'withdraw' | 'hurry' | 'resolve'> {
  /** Does something to one message, and gives its history then. @throws BridgeError `not-found`, what `act` throws. */
  async function to(id: string, act: (held: Held) => void): Promise<MessageHistory> {
    await db.transaction(async (tx) => {
      const [rows, steps] = await Promise.all([lockMessages(tx, [id]), tx.query(stepsOf, [id])]);
      const row = rows.find((each) => each['id'] === id);
      if (row === undefined) throw new BridgeError('not-found');
      const changes = createChanges(rows, tellsSender);
      act({ changes, row, steps });
      await write(tx, changes);
    });
    const after = await read(id);
    if (after === undefined) throw new BridgeError('not-found');
    return after;
  }

  return {
    withdraw: (id, at) =>
      to(id, ({ changes, row, steps }) => {
        const now = state(row);
        if (now === 'withdrawn') return;
        const begun = row['leased'] === 1 || steps.length > 0;
        if (begun || !transitions[now].includes('withdrawn')) throw new BridgeError('withdrawal-too-late');
        finish(changes, row, 'withdrawn', at, { type: 'withdrawn' });
      }),

    hurry: (id, by, at) =>
      to(id, ({ changes, row }) => {
        if (row['due_at'] === null || row['leased'] === 1) return;
        changes.set(int(row, 'n'), { ready: 1, due_at: null });
        changes.happened(int(row, 'n'), { at, type: 'hurried', by });
      }),

    resolve: (id, resolution, by, at) =>
      to(id, ({ changes, row, steps }) => {
        const n = int(row, 'n');
        const change = resolved(
          {
            state: state(row),
            leased: row['leased'] === 1,
            steps: steps.map(step),
            ...optional<'chosen', Choice>('chosen', row, 'chosen', choice),
          },
          resolution,
        );
        const location = resolution.act === 'filed' ? (resolution.location ?? null) : null;
        for (const { name, attempt } of change.settled) {
          changes.settled({ n, name, attempt, state: change.settledAs, ended_at: at, location });
        }
        if (change.chosen !== undefined) changes.set(n, { chosen: JSON.stringify(change.chosen) });
        if (change.becomes === 'again') again(changes, row, by, at, { type: change.event });
        else finish(changes, row, change.becomes, at, { type: change.event, by });
      }),
  };
}
