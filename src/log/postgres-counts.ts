import { statement, type Transaction } from './postgres-database.ts';
import { ADVISORY, advisory } from './postgres-schema.ts';

/** Every so many batches of a process, one brings its lines together. */
const EVERY = 256;

const gather = statement(`WITH
  mine AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(${ADVISORY}, ${advisory.counts}) AS yes),
  gone AS (DELETE FROM counts WHERE (SELECT yes FROM mine) RETURNING *)
  INSERT INTO counts SELECT state, cause, urgency, sum(count) FROM gone GROUP BY 1, 2, 3 HAVING sum(count) <> 0`);

/**
 * Keeps `counts` short, so that its sum costs the same whatever was counted: now and then a transaction that writes
 * anyway replaces all lines it sees by their sums. Nobody waits for it, and a reader sees either.
 */
export function createGathering(): (tx: Transaction) => Promise<unknown> {
  let batches = 0;
  return async (tx) => {
    batches += 1;
    if (batches % EVERY === 0) await tx.query(gather);
  };
}
