import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { BridgeError } from '../errors.ts';
import type { LedgerCounts, MessageFilter, MessageHistory, MessageSummary } from './log.ts';
import type { EventWriter } from './sqlite-events.ts';
import { int, logEvent, type Row, state, step, summary, text } from './sqlite-rows.ts';
import { type State, transitions } from './state.ts';

/** What people and systems read of the log, and what they do to a message, inside the caller's transaction. */
export function createReading(
  db: DatabaseSync,
  event: EventWriter,
  wakeNextEdition: (row: Row, at: number) => void,
) {
  const byId = db.prepare('SELECT * FROM messages WHERE id = ?');
  const steps = db.prepare('SELECT * FROM steps WHERE n = ? ORDER BY intended_at, name, attempt');
  const events = db.prepare('SELECT * FROM events WHERE n = ? ORDER BY seq');
  const setWithdrawn = db.prepare(
    "UPDATE messages SET state = 'withdrawn', cause = '', waiting_since = NULL, ready = 0, due_at = NULL WHERE n = ?",
  );
  const setDue = db.prepare('UPDATE messages SET ready = 1, due_at = NULL WHERE n = ?');
  const setState = db.prepare(
    'UPDATE messages SET state = ?, cause = ?, waiting_since = NULL, attempts = 0, ready = ?, due_at = NULL WHERE n = ?',
  );
  const earlier = db.prepare(
    `SELECT 1 FROM messages WHERE source = ? AND assessment = ? AND edition < ?
       AND state NOT IN ('delivered', 'trial', 'withdrawn') LIMIT 1`,
  );
  const counts = db.prepare('SELECT state, cause, urgency, count FROM counts WHERE count > 0');
  const acceptedCount = db.prepare('SELECT count FROM accepted');
  const oldest = db.prepare(
    `SELECT min(accepted_at) AS oldest FROM messages
     WHERE urgency = ? AND state NOT IN ('delivered', 'trial', 'withdrawn')`,
  );

  function history(row: Row): MessageHistory {
    const n = int(row, 'n');
    return { ...summary(row), steps: steps.all(n).map(step), history: events.all(n).map(logEvent) };
  }

  return {
    message(id: string): MessageHistory | undefined {
      const row = byId.get(id);
      return row === undefined ? undefined : history(row);
    },

    withdraw(id: string, at: number): MessageHistory {
      const row = byId.get(id);
      if (row === undefined) throw new BridgeError('not-found');
      const now = state(row);
      if (now === 'withdrawn') return history(row);
      const n = int(row, 'n');
      const begun = int(row, 'leased') === 1 || steps.all(n).length > 0;
      if (begun || !transitions[now].includes('withdrawn')) throw new BridgeError('withdrawal-too-late');
      setWithdrawn.run(n);
      event(n, at, 'withdrawn', 'withdrawn');
      wakeNextEdition(row, at);
      return history(byId.get(id) ?? row);
    },

    retry(id: string, at: number): MessageHistory {
      const row = byId.get(id);
      if (row === undefined) throw new BridgeError('not-found');
      const n = int(row, 'n');
      if (state(row) === 'held') {
        const blocked = earlier.get(text(row, 'source'), text(row, 'assessment'), int(row, 'edition'));
        if (blocked === undefined) setState.run('received', '', 1, n);
        else setState.run('waiting', 'earlier-edition', 0, n);
        event(n, at, 'redriven', blocked === undefined ? 'received' : 'waiting');
      } else if (row['due_at'] !== null && int(row, 'leased') === 0) {
        setDue.run(n);
        event(n, at, 'hurried', state(row));
      }
      return history(byId.get(id) ?? row);
    },

    list(filter: MessageFilter): readonly MessageSummary[] {
      const conditions: string[] = [];
      const values: SQLInputValue[] = [];
      const where = (condition: string, value: SQLInputValue | undefined) => {
        if (value === undefined) return;
        conditions.push(condition);
        values.push(value);
      };
      where('state = ?', filter.state);
      where('cause = ?', filter.cause);
      where('kind = ?', filter.kind);
      where('urgency = ?', filter.urgency);
      where('accepted_at >= ?', filter.from);
      where('accepted_at < ?', filter.to);
      where('n < (SELECT n FROM messages WHERE id = ?)', filter.after);
      const condition = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
      return db
        .prepare(`SELECT * FROM messages ${condition} ORDER BY n DESC LIMIT ?`)
        .all(...values, filter.limit)
        .map(summary);
    },

    ledger(): LedgerCounts {
      const states: Record<State, number> = {
        received: 0,
        mapped: 0,
        delivering: 0,
        delivered: 0,
        waiting: 0,
        held: 0,
        unknown: 0,
        trial: 0,
        withdrawn: 0,
      };
      const held: Record<string, number> = {};
      const waiting: Record<string, number> = {};
      const open = new Map<number, number>();
      for (const row of counts.all()) {
        const of = state(row);
        const count = int(row, 'count');
        const cause = text(row, 'cause');
        const urgency = int(row, 'urgency');
        states[of] += count;
        if (of === 'held') held[cause] = (held[cause] ?? 0) + count;
        if (of === 'waiting') waiting[cause] = (waiting[cause] ?? 0) + count;
        if (transitions[of].length > 0) open.set(urgency, (open.get(urgency) ?? 0) + count);
      }
      const accepted = acceptedCount.get();
      return {
        accepted: accepted === undefined ? 0 : int(accepted, 'count'),
        states,
        held,
        waiting,
        unfinished: [...open].map(([urgency, count]) => {
          const row = oldest.get(urgency);
          return { urgency, count, oldest: row === undefined ? 0 : int(row, 'oldest') };
        }),
      };
    },
  };
}
