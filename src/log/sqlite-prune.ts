import type { DatabaseSync } from 'node:sqlite';
import type { MessageLog } from './log.ts';
import { int } from './rows.ts';

/** Clears the content of messages that ended long ago, inside the caller's transaction. */
export function createPrune(db: DatabaseSync) {
  const ended = db.prepare(
    `SELECT n FROM messages INDEXED BY messages_ended WHERE data_key IS NOT NULL AND state IN ('delivered', 'trial', 'withdrawn')
       AND coalesce(delivered_at, withdrawn_at, accepted_at) < ?
     ORDER BY coalesce(delivered_at, withdrawn_at, accepted_at) LIMIT ?`,
  );
  const clear = [
    db.prepare('DELETE FROM payloads WHERE n = ?'),
    db.prepare('DELETE FROM bundles WHERE n = ?'),
    db.prepare('DELETE FROM steps WHERE n = ?'),
    db.prepare('DELETE FROM events WHERE n = ?'),
    // Without its own key a message cannot be read either where old pages of the file still have it.
    db.prepare('UPDATE messages SET data_key = NULL WHERE n = ?'),
  ];

  return {
    prune({ before, limit }: Parameters<MessageLog['prune']>[0]): number {
      const rows = ended.all(before, limit);
      for (const row of rows) for (const statement of clear) statement.run(int(row, 'n'));
      return rows.length;
    },
  };
}
