import type { MessageLog } from './log.ts';
import { type Database, statement } from './postgres-database.ts';
import { int } from './rows.ts';

const clearing = statement(`WITH
  ended AS MATERIALIZED (
    SELECT n FROM states WHERE ended_at IS NOT NULL AND NOT cleared AND ended_at < $1
    ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED),
  payload AS (DELETE FROM payloads WHERE n IN (SELECT n FROM ended)),
  bundle AS (DELETE FROM bundles WHERE n IN (SELECT n FROM ended)),
  step AS (DELETE FROM steps WHERE n IN (SELECT n FROM ended)),
  event AS (DELETE FROM events WHERE n IN (SELECT n FROM ended)),
  key AS (UPDATE messages SET data_key = NULL WHERE n IN (SELECT n FROM ended)),
  done AS (UPDATE states SET cleared = true WHERE n IN (SELECT n FROM ended))
  SELECT count(*) AS count FROM ended`);

/** Clears the content of messages that ended long ago. */
export function createPrune(db: Database): Pick<MessageLog, 'prune'> {
  return {
    // Without its own key a message cannot be read either where old pages of the files still have it.
    async prune({ before, limit }) {
      const [row] = await db.query(clearing, [before, limit]);
      return row === undefined ? 0 : int(row, 'count');
    },
  };
}
