import type { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import type { Accepted, NewMessage } from './log.ts';
import type { Sealing } from './sealing.ts';
import type { EventWriter } from './sqlite-events.ts';
import { bytes, int, type Row, state, text } from './sqlite-rows.ts';
import { isFinal, type State } from './state.ts';

interface Entry {
  readonly state: State;
  readonly cause: string;
  readonly ready: 0 | 1;
}

/**
 * Accepting, inside the caller's transaction. Nothing is deduplicated by digest: a repeat is rare, so the stored
 * content itself is compared, and JSON that differs in white space or order of members only counts as the same.
 */
export function createAccept(db: DatabaseSync, sealing: Sealing, event: EventWriter) {
  const find = db.prepare(
    'SELECT n, id, state, correlation, key_id, data_key FROM messages WHERE source = ? AND assessment = ? AND edition = ?',
  );
  const others = db.prepare(
    `SELECT n, edition, state, cause, ready, leased, mapping FROM messages
     WHERE source = ? AND assessment = ? AND state NOT IN ('trial', 'withdrawn') ORDER BY edition`,
  );
  const insert = db.prepare(
    `INSERT INTO messages (id, source, assessment, edition, kind, kind_version, title, urgency, sent_at, accepted_at,
       correlation, format, state, cause, ready, key_id, data_key)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertPayload = db.prepare('INSERT INTO payloads (n, sealed) VALUES (?, ?)');
  const readPayload = db.prepare('SELECT sealed FROM payloads WHERE n = ?');
  const stepAside = db.prepare(
    "UPDATE messages SET state = 'waiting', cause = 'earlier-edition', ready = 0, due_at = NULL WHERE n = ?",
  );

  function sameContent(stored: Row, payload: Uint8Array): boolean {
    const id = text(stored, 'id');
    const key = sealing.unwrap(id, text(stored, 'key_id'), bytes(stored, 'data_key'));
    const sealed = readPayload.get(int(stored, 'n'));
    if (sealed === undefined) return false;
    const before = Buffer.from(sealing.open(key, id, 'payload', bytes(sealed, 'sealed')));
    return (
      before.equals(payload) ||
      isDeepStrictEqual(JSON.parse(before.toString()), JSON.parse(Buffer.from(payload).toString()))
    );
  }

  /** Where a new edition stands among those of its case; later ones that have not begun step aside for it. */
  function place(message: NewMessage): Entry {
    if (message.trial) return { state: 'trial', cause: '', ready: 0 };
    const editions = others.all(message.source, message.assessment);
    const later = editions.filter((row) => int(row, 'edition') > message.edition);
    const begun = later.some(
      (row) =>
        state(row) !== 'held' && (int(row, 'leased') === 1 || row['mapping'] !== null || isFinal(state(row))),
    );
    if (begun) return { state: 'held', cause: 'edition-late', ready: 0 };
    for (const row of later) {
      if (state(row) !== 'received') continue;
      stepAside.run(int(row, 'n'));
      event(int(row, 'n'), message.acceptedAt, 'waiting', 'waiting', 'earlier-edition');
    }
    const blocked = editions.some((row) => int(row, 'edition') < message.edition && !isFinal(state(row)));
    return blocked
      ? { state: 'waiting', cause: 'earlier-edition', ready: 0 }
      : { state: 'received', cause: '', ready: 1 };
  }

  return (message: NewMessage): Accepted => {
    const stored = find.get(message.source, message.assessment, message.edition);
    if (stored !== undefined) {
      return {
        outcome: sameContent(stored, message.payload) ? 'repeat' : 'conflict',
        id: text(stored, 'id'),
        state: state(stored),
        correlation: text(stored, 'correlation'),
      };
    }
    const entry = place(message);
    const { key, wrapped, keyId } = sealing.newKey(message.id);
    const { lastInsertRowid } = insert.run(
      message.id,
      message.source,
      message.assessment,
      message.edition,
      message.kind,
      message.kindVersion,
      message.title,
      message.urgency,
      message.sentAt,
      message.acceptedAt,
      message.correlation,
      message.format,
      entry.state,
      entry.cause,
      entry.ready,
      keyId,
      wrapped,
    );
    const n = Number(lastInsertRowid);
    insertPayload.run(n, sealing.seal(key, message.id, 'payload', message.payload));
    event(n, message.acceptedAt, 'accepted', entry.state, entry.cause);
    return { outcome: 'accepted', id: message.id, state: entry.state, correlation: message.correlation };
  };
}
