import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { BridgeError } from '../errors.ts';
import { placeAgain } from './editions.ts';
import type { MessageLog } from './log.ts';
import type { By, Choice, Due, MessageHistory } from './message.ts';
import type { Act, Pause, Redriven } from './people.ts';
import { redriveNote, redriven } from './redrive.ts';
import { resolved } from './resolution.ts';
import { actOf, choice, int, optional, type Row, state, step, text } from './rows.ts';
import type { CaseOrder } from './sqlite-case.ts';
import type { HistoryWriter } from './sqlite-history.ts';
import { transitions } from './state.ts';

type Arguments<Method extends keyof MessageLog> = Parameters<MessageLog[Method]>;

/** What people and senders do to messages and to delivery as a whole, inside the caller's transaction. */
export function createActs(
  db: DatabaseSync,
  history: HistoryWriter,
  order: CaseOrder,
  read: (row: Row) => MessageHistory,
) {
  const byId = db.prepare('SELECT * FROM messages WHERE id = ?');
  const steps = db.prepare('SELECT * FROM steps WHERE n = ?');
  const end = db.prepare(
    `UPDATE messages SET state = ?, cause = '', waiting_since = NULL, ready = 0, due_at = NULL,
       delivered_at = ?, withdrawn_at = ? WHERE n = ?`,
  );
  const setDue = db.prepare('UPDATE messages SET ready = 1, due_at = NULL WHERE n = ?');
  const beginAgain = db.prepare(
    'UPDATE messages SET state = ?, cause = ?, waiting_since = ?, attempts = 0, ready = ?, due_at = ? WHERE n = ?',
  );
  const choose = db.prepare('UPDATE messages SET chosen = ? WHERE n = ?');
  const settle = db.prepare(
    `UPDATE steps SET state = ?, ended_at = ?, location = coalesce(?, location)
     WHERE n = ? AND name = ? AND attempt = ?`,
  );
  const insertAct = db.prepare('INSERT INTO acts (at, act, who, why, note) VALUES (?, ?, ?, ?, ?)');
  const newestActs = db.prepare('SELECT * FROM acts ORDER BY seq DESC LIMIT ?');
  const lastPause = db.prepare("SELECT * FROM acts WHERE act <> 'redrive' ORDER BY seq DESC LIMIT 1");

  function find(id: string): Row {
    const row = byId.get(id);
    if (row === undefined) throw new BridgeError('not-found');
    return row;
  }

  /** Sends a message on from its start, as soon as its case allows. */
  function again(row: Row, by: By, at: number, event: { type: string; due?: number }): void {
    const n = int(row, 'n');
    const editions = order.editions(text(row, 'source'), text(row, 'assessment'));
    const { state: next, cause, aside } = placeAgain(int(row, 'edition'), editions);
    order.stepAside(aside, at);
    const goes = next === 'received';
    const due = goes ? (event.due ?? null) : null;
    beginAgain.run(next, cause, goes ? null : at, goes && due === null ? 1 : 0, due, n);
    history.changed(n, { at, type: event.type, state: next, cause, by });
  }

  function finish(row: Row, to: 'delivered' | 'withdrawn', at: number, event: { type: string; by?: By }) {
    const n = int(row, 'n');
    end.run(to, to === 'delivered' ? at : null, to === 'withdrawn' ? at : null, n);
    history.changed(n, { at, ...event, state: to });
    order.wakeNext(row, at);
  }

  function paused(): Pause | undefined {
    const row = lastPause.get();
    if (row === undefined || actOf(row) !== 'pause') return undefined;
    return { at: int(row, 'at'), who: text(row, 'who'), why: text(row, 'why') };
  }

  function matching({ cause, kind, urgency, from, to }: Arguments<'redrive'>[0]): readonly Row[] {
    const conditions = ["state = 'held'", 'cause = ?'];
    const values: SQLInputValue[] = [cause];
    const where = (condition: string, value: SQLInputValue | undefined) => {
      if (value === undefined) return;
      conditions.push(condition);
      values.push(value);
    };
    where('kind = ?', kind);
    where('urgency = ?', urgency);
    where('accepted_at >= ?', from);
    where('accepted_at < ?', to);
    return db
      .prepare(
        `SELECT id, n, urgency, source, assessment, edition FROM messages INDEXED BY messages_held WHERE ${conditions.join(' AND ')}
         ORDER BY urgency, sent_at, title, n`,
      )
      .all(...values);
  }

  return {
    withdraw(id: string, at: number): MessageHistory {
      const row = find(id);
      const now = state(row);
      if (now === 'withdrawn') return read(row);
      const begun = int(row, 'leased') === 1 || steps.all(int(row, 'n')).length > 0;
      if (begun || !transitions[now].includes('withdrawn')) throw new BridgeError('withdrawal-too-late');
      finish(row, 'withdrawn', at, { type: 'withdrawn' });
      return read(find(id));
    },

    hurry(id: string, by: By, at: number): MessageHistory {
      const row = find(id);
      if (row['due_at'] === null || int(row, 'leased') === 1) return read(row);
      const n = int(row, 'n');
      setDue.run(n);
      history.happened(n, { at, type: 'hurried', state: state(row), by });
      return read(find(id));
    },

    resolve(...[id, resolution, by, at]: Arguments<'resolve'>): MessageHistory {
      const row = find(id);
      const n = int(row, 'n');
      const change = resolved(
        {
          state: state(row),
          leased: int(row, 'leased') === 1,
          steps: steps.all(n).map(step),
          ...optional<'chosen', Choice>('chosen', row, 'chosen', choice),
        },
        resolution,
      );
      const location = resolution.act === 'filed' ? (resolution.location ?? null) : null;
      for (const { name, attempt } of change.settled) {
        settle.run(change.settledAs, at, location, n, name, attempt);
      }
      if (change.chosen !== undefined) choose.run(JSON.stringify(change.chosen), n);
      if (change.becomes === 'again') again(row, by, at, { type: change.event });
      else finish(row, change.becomes, at, { type: change.event, by });
      return read(find(id));
    },

    redrive(...[wanted, by, at]: Arguments<'redrive'>): Redriven {
      const rows = matching(wanted);
      const messages: readonly Due[] = redriven(
        rows.map((row) => ({ id: text(row, 'id'), urgency: int(row, 'urgency') })),
        wanted,
        at,
      );
      if (wanted.dryRun) return { matching: rows.length, messages };
      for (const [i, { due }] of messages.entries()) {
        const row = rows[i];
        if (row !== undefined) again(row, by, at, { type: 'redriven', due });
      }
      insertAct.run(at, 'redrive', by.who, by.why, redriveNote(wanted, rows.length, messages.length));
      return { matching: rows.length, messages };
    },

    pause({ who, why }: By, at: number): void {
      if (paused() === undefined) insertAct.run(at, 'pause', who, why, null);
    },
    resume({ who, why }: By, at: number): void {
      if (paused() !== undefined) insertAct.run(at, 'resume', who, why, null);
    },
    paused,

    acts(limit: number): readonly Act[] {
      return newestActs.all(limit).map((row) => ({
        at: int(row, 'at'),
        act: actOf(row),
        who: text(row, 'who'),
        why: text(row, 'why'),
        ...optional('note', row, 'note', text),
      }));
    },
  };
}
