import type { MessageLog } from './log.ts';
import type { NewsClaim } from './outbox.ts';
import { type Database, statement } from './postgres-database.ts';
import { int, newsType, optional, type Row, recipient, summary, text } from './rows.ts';

/** Nothing earlier of the same case is still to be sent. */
const isFirst = `NOT EXISTS (SELECT FROM news e WHERE e.recipient = x.recipient AND e.source = x.source
  AND e.assessment = x.assessment AND e.seq < x.seq)`;

const claiming = statement(`WITH
  untried AS (
    SELECT seq FROM news x WHERE recipient = $1 AND due_at IS NULL AND ${isFirst}
    ORDER BY seq LIMIT $4 FOR UPDATE SKIP LOCKED),
  again AS (
    SELECT seq FROM news x WHERE recipient = $1 AND due_at <= $2 ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED),
  leased AS (
    UPDATE news SET due_at = $3, fence = fence + 1, attempts = attempts + 1
    WHERE seq IN (
      SELECT seq FROM (SELECT seq FROM untried UNION ALL SELECT seq FROM again) AS found ORDER BY seq LIMIT $4)
    RETURNING *)
  SELECT m.*, s.*, l.seq, l.recipient, l.type, l.at, l.fence AS news_fence, l.attempts AS news_attempts,
    l.cause AS news_cause
  FROM leased l JOIN messages m ON m.n = l.n JOIN states s ON s.n = l.n ORDER BY l.seq`);

const sent = statement('DELETE FROM news WHERE seq = $1 AND fence = $2');
const failed = statement('UPDATE news SET due_at = $3 WHERE seq = $1 AND fence = $2');
const waiting = statement(
  'SELECT recipient, count(*) AS count, min(at) AS oldest FROM news GROUP BY recipient ORDER BY recipient',
);

function claim(row: Row): NewsClaim {
  return {
    seq: int(row, 'seq'),
    to: recipient(row),
    type: newsType(row),
    at: int(row, 'at'),
    attempts: int(row, 'news_attempts') - 1,
    fence: int(row, 'news_fence'),
    message: summary(row),
    ...optional('cause', row, 'news_cause', text),
  };
}

/**
 * The outbox. A line has a `due_at` from its first try on: the end of its lease, or when it is to be sent again. When
 * it is sent it is deleted, and only then the next one of its case can be claimed.
 */
export function createOutbox(
  db: Database,
): Pick<MessageLog, 'claimNews' | 'newsSent' | 'newsFailed' | 'outbox'> {
  return {
    async claimNews({ to, now, lease, limit }) {
      return (await db.query(claiming, [to, now, now + lease, limit])).map(claim);
    },
    async newsSent({ seq, fence }) {
      await db.query(sent, [seq, fence]);
    },
    async newsFailed({ seq, fence }, due) {
      await db.query(failed, [seq, fence, due]);
    },
    async outbox() {
      return (await db.query(waiting)).map((row) => ({
        to: recipient(row),
        count: int(row, 'count'),
        oldest: int(row, 'oldest'),
      }));
    },
  };
}
