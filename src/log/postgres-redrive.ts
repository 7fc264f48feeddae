import type { MessageLog } from './log.ts';
import type { RedriveOrder } from './people.ts';
import { again, lockMessages } from './postgres-cases.ts';
import { createChanges, write } from './postgres-changes.ts';
import type { Database, Value } from './postgres-database.ts';
import { insertAct } from './postgres-pausing.ts';
import { redriveNote, redriven } from './redrive.ts';
import { int, text } from './rows.ts';

/** The messages that fit an order, the most urgent first, and how many they are. */
function matching({ cause, kind, urgency, from, to, limit }: RedriveOrder) {
  const values: Value[] = [limit, cause];
  const conditions: string[] = [];
  const where = (condition: string, value: string | number | undefined) => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(`AND ${condition} $${values.length}`);
  };
  where('m.kind =', kind);
  where('s.urgency =', urgency);
  where('s.accepted_at >=', from);
  where('s.accepted_at <', to);
  const sql = `SELECT m.id, s.urgency, count(*) OVER () AS matching
    FROM states s JOIN messages m ON m.n = s.n
    WHERE s.cause <> '' AND s.cause = $2 AND s.state = 'held' ${conditions.join(' ')}
    ORDER BY s.urgency, s.sent_at, s.title, s.n LIMIT $1`;
  return { sql, values };
}

/** Sends held messages of one cause again. */
export function createRedrive(db: Database, tellsSender: boolean): Pick<MessageLog, 'redrive'> {
  return {
    redrive: (order, by, at) =>
      db.transaction(async (tx) => {
        const { sql, values } = matching(order);
        const found = await tx.query(sql, values);
        const count = found[0] === undefined ? 0 : int(found[0], 'matching');
        const ids = found.map((row) => ({ id: text(row, 'id'), urgency: int(row, 'urgency') }));
        if (order.dryRun) return { matching: count, messages: redriven(ids, order, at) };
        const rows = await lockMessages(
          tx,
          ids.map(({ id }) => id),
        );
        // Between the two statements somebody may have sent one of them on.
        const held = new Map(
          rows
            .filter((row) => row['state'] === 'held' && row['cause'] === order.cause)
            .map((row) => [text(row, 'id'), row]),
        );
        const messages = redriven(
          ids.filter(({ id }) => held.has(id)),
          order,
          at,
        );
        const changes = createChanges(rows, tellsSender);
        for (const { id, due } of messages) {
          const row = held.get(id);
          if (row !== undefined) again(changes, row, by, at, { type: 'redriven', due });
        }
        await write(tx, changes);
        const note = redriveNote(order, count, messages.length);
        await tx.query(insertAct, [at, 'redrive', by.who, by.why, note]);
        return { matching: count, messages };
      }),
  };
}
