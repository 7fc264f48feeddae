import { BridgeError } from '../errors.ts';
import type { MessageLog } from './log.ts';
import type { Choice, Claim } from './message.ts';
import { type ContentReader, sealedColumns, sealedTables } from './postgres-content.ts';
import { type Database, statement } from './postgres-database.ts';
import { rowsIn } from './postgres-rows.ts';
import type { WorkCall } from './postgres-work.ts';
import { choice, int, optional, type Row, state, step, text, waitReason } from './rows.ts';

/** Whether delivery goes on, as a condition. */
const goesOn = `coalesce((SELECT act <> 'pause' FROM acts WHERE act <> 'redrive' ORDER BY seq DESC LIMIT 1), true)`;

/** At most so many messages whose time has come are made ready by one claim, so that a storm of them delays none. */
const WOKEN = 1000;

/** The messages whose time has come, of the most urgent classes first; `u` has the classes. */
const due = (more: string) => `SELECT d.* FROM generate_series(0, 9) AS u CROSS JOIN LATERAL (
  SELECT n, urgency, sent_at, title, due_at FROM states
  WHERE urgency = u AND due_at <= $1 AND ${goesOn} ORDER BY due_at LIMIT ${more}) AS d`;

/**
 * Claims by one statement: $1 now, $2 when the lease ends, $3 how many, $4 whether the last place is fair, $5 whether P0
 * and P1 cannot keep it (see fairness.ts). Rows that another process has just locked are passed over.
 */
const claiming = statement(`WITH
  ready AS (
    SELECT n, urgency, sent_at, title FROM states WHERE ready = 1 AND ${goesOn}
    ORDER BY urgency, sent_at, title LIMIT $3 FOR UPDATE SKIP LOCKED),
  woken AS (SELECT n, urgency, sent_at, title FROM (${due(`${WOKEN} FOR UPDATE SKIP LOCKED`)}) AS d LIMIT ${WOKEN}),
  heads AS (
    SELECT h.n FROM generate_series(0, 9) AS u CROSS JOIN LATERAL (
      SELECT n, urgency, sent_at, title FROM states WHERE ready = 1 AND urgency = u AND $4 AND ${goesOn}
      ORDER BY sent_at, title LIMIT 1) AS h
    ORDER BY sent_at, urgency, title LIMIT 1),
  head AS (
    -- Written so that the index of ready rows does not fit, but the key.
    SELECT n, urgency, sent_at, title FROM states WHERE n = (SELECT n FROM heads) AND ready <> 0
    FOR UPDATE SKIP LOCKED),
  ranked AS (
    SELECT *, row_number() OVER (ORDER BY urgency, sent_at, title, n) AS place
    FROM (SELECT * FROM ready UNION SELECT * FROM woken UNION SELECT * FROM head) AS candidates),
  oldest AS (
    SELECT n FROM (SELECT n, place FROM ranked ORDER BY sent_at, urgency, title LIMIT 1) AS first
    WHERE $4 AND place > $3 AND ($5 OR EXISTS (SELECT FROM ranked WHERE place <= $3 AND urgency > 1))),
  chosen AS MATERIALIZED (
    SELECT n, place <= $3 - (SELECT count(*) FROM oldest) OR n IN (SELECT n FROM oldest) AS taken FROM ranked),
  leased AS (
    UPDATE states AS s SET
      ready = CASE WHEN taken THEN 0 ELSE 1 END,
      leased = CASE WHEN taken THEN 1 ELSE 0 END,
      due_at = CASE WHEN taken THEN $2::bigint END,
      fence = fence + CASE WHEN taken THEN 1 ELSE 0 END,
      attempts = attempts + CASE WHEN taken THEN 1 ELSE 0 END
    FROM chosen AS c WHERE s.n = c.n AND (taken OR s.ready = 0) RETURNING s.*)
  SELECT m.*, s.*, ${sealedColumns}, (
      SELECT json_agg(t ORDER BY intended_at)::text
      FROM (SELECT DISTINCT ON (name) * FROM steps WHERE n = m.n ORDER BY name, attempt DESC) AS t) AS steps
  FROM leased s JOIN messages m ON m.n = s.n ${sealedTables}
  WHERE s.leased = 1 ORDER BY s.urgency, s.sent_at, s.title, s.n`);

const allDue = statement(`SELECT id, urgency, due_at AS due FROM (
    SELECT * FROM (SELECT n, urgency, sent_at, title, accepted_at AS due_at FROM states WHERE ready = 1 AND ${goesOn}
      ORDER BY urgency, sent_at, title LIMIT $2) AS ready
    UNION ALL SELECT * FROM (${due('$2')}) AS woken
    ORDER BY urgency, sent_at, title LIMIT $2) AS s
  JOIN messages USING (n) ORDER BY urgency, sent_at, title`);

const next = statement(`SELECT CASE
    WHEN NOT ${goesOn} THEN NULL
    WHEN EXISTS (SELECT FROM states WHERE ready = 1) THEN 0
    ELSE (SELECT min(due_at) FROM generate_series(0, 9) AS u CROSS JOIN LATERAL (
      SELECT due_at FROM states WHERE urgency = u AND due_at IS NOT NULL ORDER BY due_at LIMIT 1) AS d)
  END AS due`);

/** Which messages may go, and who has them. */
export function createClaims(
  db: Database,
  content: ContentReader,
  work: (call: WorkCall) => Promise<unknown>,
): Pick<MessageLog, 'claim' | 'due' | 'nextDue'> {
  function claimed(row: Row): Claim {
    return {
      ...content.read(row),
      fence: int(row, 'fence'),
      assessment: text(row, 'assessment'),
      edition: int(row, 'edition'),
      kindVersion: text(row, 'kind_version'),
      urgency: int(row, 'urgency'),
      sentAt: int(row, 'sent_at'),
      state: state(row),
      ...optional('reason', row, 'cause', waitReason),
      attempts: int(row, 'attempts') - 1,
      ...optional('waitingSince', row, 'waiting_since', int),
      ...optional<'chosen', Choice>('chosen', row, 'chosen', choice),
      steps: rowsIn(row, 'steps').map(step),
    };
  }

  /** A message that cannot be opened is held: it must not stand before all others. */
  async function readable(row: Row, now: number): Promise<readonly Claim[]> {
    try {
      return [claimed(row)];
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      const lease = { id: text(row, 'id'), fence: int(row, 'fence') };
      await work({ lease, name: 'finish', args: [{ state: 'held', cause: error.code }, now] });
      return [];
    }
  }

  return {
    async claim({ now, lease, limit, fair }) {
      const values = [now, now + lease, limit, fair !== undefined, fair === 'insist'];
      const rows = await db.query(claiming, values);
      return (await Promise.all(rows.map((row) => readable(row, now)))).flat();
    },

    async due({ now, limit }) {
      const rows = await db.query(allDue, [now, limit]);
      return rows.map((row) => ({ id: text(row, 'id'), urgency: int(row, 'urgency'), due: int(row, 'due') }));
    },

    async nextDue() {
      const [row] = await db.query(next);
      return row === undefined || row['due'] === null ? undefined : int(row, 'due');
    },
  };
}
