import type { MessageLog } from './log.ts';
import { type Database, statement } from './postgres-database.ts';
import { ADVISORY, advisory } from './postgres-schema.ts';
import { int } from './rows.ts';

const lock = statement(`SELECT pg_advisory_xact_lock(${ADVISORY}, ${advisory.alarms})`);

/** At most so many new alarms of an urgency at a time; the next look raises more. */
const AT_ONCE = 10_000;

const telling = (
  type: string,
  from: string,
) => `INSERT INTO news (recipient, n, source, assessment, type, at, cause)
  SELECT 'operations', m.n, m.source, m.assessment, '${type}', $1::bigint, s.cause
  FROM ${from} a JOIN messages m ON m.n = a.n JOIN states s ON s.n = a.n WHERE $2 ORDER BY a.n`;

const over = statement(`WITH over AS (
    DELETE FROM alarms a USING states s WHERE s.n = a.n AND s.ended_at IS NOT NULL RETURNING a.n)
  ${telling('alarm-over', 'over')}`);

const raised = statement(`WITH
  late AS (
    INSERT INTO alarms (n, urgency)
    SELECT late.n, l.urgency FROM unnest($3::integer[], $4::bigint[]) AS l (urgency, age) CROSS JOIN LATERAL (
      SELECT n FROM states s
      WHERE urgency = l.urgency AND ended_at IS NULL AND (accepted_at < $1 - l.age OR state = 'held')
        AND NOT EXISTS (SELECT FROM alarms a WHERE a.n = s.n)
      ORDER BY accepted_at LIMIT ${AT_ONCE}) AS late
    RETURNING n)
  ${telling('alarm', 'late')}`);

const standing = statement('SELECT urgency, count(*) AS count FROM alarms GROUP BY urgency ORDER BY urgency');

/** Alarms about urgent messages; `alarms` has those that stand. One process looks at a time. */
export function createAlarms(db: Database, tellsOperations: boolean): Pick<MessageLog, 'alarms'> {
  return {
    alarms: ({ now, limits }) =>
      db.transaction(async (tx) => {
        const [, , , rows] = await Promise.all([
          tx.query(lock),
          tx.query(over, [now, tellsOperations]),
          tx.query(raised, [now, tellsOperations, [...limits.keys()], [...limits.values()]]),
          tx.query(standing),
        ]);
        return new Map(rows.map((row) => [int(row, 'urgency'), int(row, 'count')]));
      }),
  };
}
