import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Choice, LedgerCounts, MessageFilter, MessageHistory, MessageSummary } from './log.ts';
import { choice, int, logEvent, optional, type Row, state, step, summary, text } from './sqlite-rows.ts';
import { type State, transitions } from './state.ts';

/** What people and systems read of the log, inside the caller's transaction. */
export function createReading(db: DatabaseSync) {
  const byId = db.prepare('SELECT * FROM messages WHERE id = ?');
  const steps = db.prepare('SELECT * FROM steps WHERE n = ? ORDER BY intended_at, name, attempt');
  const events = db.prepare('SELECT * FROM events WHERE n = ? ORDER BY seq');
  const counts = db.prepare('SELECT state, cause, urgency, count FROM counts WHERE count > 0');
  const acceptedCount = db.prepare('SELECT count FROM accepted');
  const oldest = db.prepare(
    `SELECT min(accepted_at) AS oldest FROM messages
     WHERE urgency = ? AND state NOT IN ('delivered', 'trial', 'withdrawn')`,
  );

  function history(row: Row): MessageHistory {
    const n = int(row, 'n');
    return {
      ...summary(row),
      ...optional<'chosen', Choice>('chosen', row, 'chosen', choice),
      steps: steps.all(n).map(step),
      history: events.all(n).map(logEvent),
    };
  }

  return {
    history,
    calls: {
      message(id: string): MessageHistory | undefined {
        const row = byId.get(id);
        return row === undefined ? undefined : history(row);
      },

      list(filter: MessageFilter): readonly MessageSummary[] {
        const conditions: string[] = [];
        const values: SQLInputValue[] = [];
        const where = (condition: string, value: SQLInputValue | undefined) => {
          if (value === undefined) return;
          conditions.push(condition);
          values.push(value);
        };
        // With the source alone the index would give all its messages, to be sorted; the newest come first by themselves.
        where(filter.assessment === undefined ? '+source = ?' : 'source = ?', filter.source);
        where('assessment = ?', filter.assessment);
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
    },
  };
}
