import { ledgerOf } from './books.ts';
import type { MessageLog } from './log.ts';
import type { Choice, MessageHistory } from './message.ts';
import { type Database, statement, type Value } from './postgres-database.ts';
import { rowsIn } from './postgres-rows.ts';
import { choice, int, logEvent, optional, type Row, step, summary } from './rows.ts';
import type { State } from './state.ts';

const byId = statement(`SELECT m.*, s.*,
    (SELECT json_agg(t ORDER BY intended_at, name, attempt)::text FROM steps t WHERE t.n = m.n) AS steps,
    (SELECT json_agg(e ORDER BY seq)::text FROM events e WHERE e.n = m.n) AS events
  FROM messages m JOIN states s ON s.n = m.n WHERE m.id = $1`);

// One statement, so that all numbers are of the same moment.
const books = statement(`SELECT
  (SELECT json_agg(c)::text FROM (
    SELECT state, cause, urgency, sum(count) AS count FROM counts GROUP BY 1, 2, 3 HAVING sum(count) <> 0) AS c) AS counts,
  (SELECT json_agg(o)::text FROM generate_series(0, 9) AS u CROSS JOIN LATERAL (
    SELECT urgency, accepted_at AS oldest FROM states WHERE ended_at IS NULL AND urgency = u
    ORDER BY accepted_at LIMIT 1) AS o) AS oldest`);

const clock = statement('SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now');

/** How a state is looked for by an index: those that messages pass through have none of their own. */
function conditionOf(state: State): string {
  if (state === 'delivered') return 's.state = $1';
  const passing = state === 'received' || state === 'mapped' || state === 'delivering';
  return passing ? 's.state = $1 AND s.ended_at IS NULL AND s.n > 0' : 's.shelf = $1';
}

/** The columns `messages` and `states`, `steps` and `events` of one message as its history. */
function history(row: Row): MessageHistory {
  return {
    ...summary(row),
    ...optional<'chosen', Choice>('chosen', row, 'chosen', choice),
    steps: rowsIn(row, 'steps').map(step),
    history: rowsIn(row, 'events').map(logEvent),
  };
}

/** What people and systems read of the log. */
export function createReading(db: Database): Pick<MessageLog, 'message' | 'list' | 'ledger' | 'time'> {
  return {
    async message(id) {
      const [row] = await db.query(byId, [id]);
      return row === undefined ? undefined : history(row);
    },

    async list(filter) {
      const conditions: string[] = [];
      const values: Value[] = [];
      const where = (condition: string, value: string | number | undefined) => {
        if (value === undefined) return;
        values.push(value);
        conditions.push(condition.replace('$1', `$${values.length}`));
      };
      where('m.source = $1', filter.source);
      where('m.assessment = $1', filter.assessment);
      if (filter.state !== undefined) where(conditionOf(filter.state), filter.state);
      where("s.cause <> '' AND s.cause = $1", filter.cause);
      where('m.kind = $1', filter.kind);
      where('s.urgency = $1', filter.urgency);
      where('s.accepted_at >= $1', filter.from);
      where('s.accepted_at < $1', filter.to);
      where('s.n < (SELECT n FROM messages WHERE id = $1)', filter.after);
      const condition = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
      values.push(filter.limit);
      const rows = await db.query(
        `SELECT m.*, s.* FROM states s JOIN messages m ON m.n = s.n ${condition}
         ORDER BY s.n DESC LIMIT $${values.length}`,
        values,
      );
      return rows.map(summary);
    },

    async ledger() {
      const [row] = await db.query(books);
      if (row === undefined) throw new Error('the books gave no row');
      const counts = rowsIn(row, 'counts');
      const accepted = counts.find((count) => count['state'] === 'accepted');
      return ledgerOf({
        accepted: accepted === undefined ? 0 : int(accepted, 'count'),
        counts: counts.filter((count) => count !== accepted),
        oldest: new Map(rowsIn(row, 'oldest').map((each) => [int(each, 'urgency'), int(each, 'oldest')])),
      });
    },

    async time() {
      const [row] = await db.query(clock);
      return row === undefined ? Number.NaN : int(row, 'now');
    },
  };
}
