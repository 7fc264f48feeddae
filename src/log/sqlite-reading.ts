import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { ledgerOf } from './books.ts';
import type { Choice, LedgerCounts, MessageFilter, MessageHistory, MessageSummary } from './message.ts';
import { choice, int, logEvent, optional, type Row, step, summary } from './rows.ts';

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

  function oldestOf(urgency: number): readonly (readonly [number, number])[] {
    const row = oldest.get(urgency);
    return row === undefined || row['oldest'] === null ? [] : [[urgency, int(row, 'oldest')]];
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
        const accepted = acceptedCount.get();
        const rows = counts.all();
        const urgencies = new Set(rows.map((row) => int(row, 'urgency')));
        return ledgerOf({
          accepted: accepted === undefined ? 0 : int(accepted, 'count'),
          counts: rows,
          oldest: new Map([...urgencies].flatMap(oldestOf)),
        });
      },
    },
  };
}
