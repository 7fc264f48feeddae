import type { DatabaseSync } from 'node:sqlite';
import type { MessageLog } from './log.ts';
import { int } from './rows.ts';
import type { NewsWriter } from './sqlite-news.ts';

/** Alarms about urgent messages, inside the caller's transaction. `alarms` has those that stand. */
export function createAlarms(db: DatabaseSync, news: NewsWriter) {
  // CROSS JOIN and INDEXED BY: what is finished must not be gone through, however much of it there is.
  const over = db.prepare(
    `SELECT a.n FROM alarms a CROSS JOIN messages m ON m.n = a.n
     WHERE m.state IN ('delivered', 'trial', 'withdrawn') ORDER BY a.n`,
  );
  const remove = db.prepare('DELETE FROM alarms WHERE n = ?');
  const late = db.prepare(
    `SELECT n FROM messages m WHERE urgency = ? AND accepted_at < ? AND state NOT IN ('delivered', 'trial', 'withdrawn')
       AND NOT EXISTS (SELECT 1 FROM alarms a WHERE a.n = m.n) ORDER BY accepted_at`,
  );
  const held = db.prepare(
    `SELECT n FROM messages m INDEXED BY messages_held WHERE state = 'held' AND urgency = ?
       AND NOT EXISTS (SELECT 1 FROM alarms a WHERE a.n = m.n) ORDER BY n`,
  );
  const insert = db.prepare('INSERT INTO alarms (n, urgency) VALUES (?, ?)');
  const standing = db.prepare(
    'SELECT urgency, count(*) AS count FROM alarms GROUP BY urgency ORDER BY urgency',
  );

  return {
    alarms({ now, limits }: Parameters<MessageLog['alarms']>[0]): ReadonlyMap<number, number> {
      for (const row of over.all()) {
        remove.run(int(row, 'n'));
        news.forOperations(int(row, 'n'), now, 'alarm-over');
      }
      for (const [urgency, limit] of limits) {
        // One after the other: what the first finds is no longer found by the second.
        for (const find of [() => late.all(urgency, now - limit), () => held.all(urgency)]) {
          for (const row of find()) {
            insert.run(int(row, 'n'), urgency);
            news.forOperations(int(row, 'n'), now, 'alarm');
          }
        }
      }
      return new Map(standing.all().map((row) => [int(row, 'urgency'), int(row, 'count')]));
    },
  };
}
