import type { DatabaseSync } from 'node:sqlite';
import type { LogOptions, MessageLog } from './log.ts';
import { senderNews } from './news.ts';
import type { NewsClaim, Recipient } from './outbox.ts';
import { int, newsType, optional, type Row, recipient, summary, text } from './rows.ts';
import type { State } from './state.ts';

type Arguments<Method extends keyof MessageLog> = Parameters<MessageLog[Method]>;

/** Writes to the outbox, inside the transaction of what it tells. Nothing is written for whom nobody tells. */
export interface NewsWriter {
  /** Message `n` came into this state. */
  forSender(n: number, at: number, state: State, cause: string): void;
  forOperations(n: number, at: number, type: 'alarm' | 'alarm-over'): void;
}

export function createNewsWriter(db: DatabaseSync, newsTo: LogOptions['newsTo']): NewsWriter {
  const sender = newsTo.includes('sender');
  const operations = newsTo.includes('operations');
  const told = db.prepare('SELECT told FROM messages WHERE n = ?');
  const setTold = db.prepare('UPDATE messages SET told = ? WHERE n = ?');
  const insert = db.prepare(
    `INSERT INTO news (recipient, n, source, assessment, type, at, cause, ready)
     SELECT ?1, n, source, assessment, ?2, ?3, cause, NOT EXISTS (
       SELECT 1 FROM news e WHERE e.recipient = ?1 AND e.source = m.source AND e.assessment = m.assessment)
     FROM messages m WHERE n = ?4`,
  );

  return {
    forSender(n, at, state, cause) {
      if (!sender) return;
      const row = told.get(n);
      const last = row === undefined || row['told'] === null ? undefined : text(row, 'told');
      const news = senderNews(state, cause, last);
      if (news === undefined) return;
      setTold.run(news.told, n);
      insert.run('sender', news.type, at, n);
    },
    forOperations(n, at, type) {
      if (operations) insert.run('operations', type, at, n);
    },
  };
}

/**
 * The outbox, inside the caller's transaction. Of each case and recipient only the oldest line is `ready` or has a
 * `due_at`; when it is sent it is deleted, and the next one takes its place.
 */
export function createOutbox(db: DatabaseSync) {
  const wake = db.prepare(
    'UPDATE news SET ready = 1, leased = 0, due_at = NULL WHERE due_at IS NOT NULL AND due_at <= ?',
  );
  const pick = db.prepare('SELECT * FROM news WHERE recipient = ? AND ready = 1 ORDER BY seq LIMIT ?');
  const message = db.prepare('SELECT * FROM messages WHERE n = ?');
  const lease = db.prepare(
    'UPDATE news SET ready = 0, leased = 1, due_at = ?, fence = fence + 1, attempts = attempts + 1 WHERE seq = ?',
  );
  const claimed = db.prepare('SELECT * FROM news WHERE seq = ? AND fence = ?');
  const remove = db.prepare('DELETE FROM news WHERE seq = ?');
  const promote = db.prepare(
    `UPDATE news SET ready = 1 WHERE seq =
       (SELECT min(seq) FROM news WHERE recipient = ? AND source = ? AND assessment = ?)`,
  );
  const postpone = db.prepare(
    'UPDATE news SET ready = 0, leased = 0, due_at = ? WHERE seq = ? AND fence = ?',
  );
  const releaseLeases = db.prepare('UPDATE news SET ready = 1, leased = 0, due_at = NULL WHERE leased = 1');
  const counts = db.prepare('SELECT recipient, count FROM outbox WHERE count > 0 ORDER BY recipient');
  const oldest = db.prepare('SELECT at FROM news WHERE recipient = ? ORDER BY seq LIMIT 1');

  function claim(row: Row, told: Row): NewsClaim {
    return {
      seq: int(row, 'seq'),
      to: recipient(row),
      type: newsType(row),
      at: int(row, 'at'),
      attempts: int(row, 'attempts'),
      fence: int(row, 'fence') + 1,
      message: summary(told),
      ...optional('cause', row, 'cause', text),
    };
  }

  return {
    /** Ends all leases: for the start, when nobody can be sending. */
    releaseLeases(): void {
      releaseLeases.run();
    },
    calls: {
      claimNews({ to, now, lease: length, limit }: Arguments<'claimNews'>[0]): readonly NewsClaim[] {
        wake.run(now);
        return pick.all(to, limit).flatMap((row) => {
          const told = message.get(int(row, 'n'));
          if (told === undefined) return [];
          lease.run(now + length, int(row, 'seq'));
          return [claim(row, told)];
        });
      },

      newsSent({ seq, fence }: Arguments<'newsSent'>[0]): void {
        const row = claimed.get(seq, fence);
        if (row === undefined) return;
        remove.run(seq);
        promote.run(text(row, 'recipient'), text(row, 'source'), text(row, 'assessment'));
      },

      newsFailed({ seq, fence }: Arguments<'newsFailed'>[0], due: number): void {
        postpone.run(due, seq, fence);
      },

      outbox(): readonly { to: Recipient; count: number; oldest: number }[] {
        return counts.all().map((row) => {
          const first = oldest.get(text(row, 'recipient'));
          return {
            to: recipient(row),
            count: int(row, 'count'),
            oldest: first === undefined ? 0 : int(first, 'at'),
          };
        });
      },
    },
  };
}
