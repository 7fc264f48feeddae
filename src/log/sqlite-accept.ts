import type { DatabaseSync } from 'node:sqlite';
import { placeOfNew } from './editions.ts';
import type { Accepted, NewMessage } from './message.ts';
import { bytes, int, type Row, state, text } from './rows.ts';
import { sameContent } from './same-content.ts';
import type { Sealing } from './sealing.ts';
import type { CaseOrder } from './sqlite-case.ts';
import type { HistoryWriter } from './sqlite-history.ts';

/**
 * Accepting, inside the caller's transaction. Nothing is deduplicated by digest: a repeat is rare, so the stored
 * content itself is compared, and JSON that differs in white space or order of members only counts as the same.
 */
export function createAccept(db: DatabaseSync, sealing: Sealing, history: HistoryWriter, order: CaseOrder) {
  const find = db.prepare(
    'SELECT n, id, state, correlation, key_id, data_key FROM messages WHERE source = ? AND assessment = ? AND edition = ?',
  );
  const insert = db.prepare(
    `INSERT INTO messages (id, source, assessment, edition, kind, kind_version, title, urgency, sent_at, accepted_at,
       correlation, format, state, cause, ready, key_id, data_key)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertPayload = db.prepare('INSERT INTO payloads (n, sealed) VALUES (?, ?)');
  const readPayload = db.prepare('SELECT sealed FROM payloads WHERE n = ?');

  function isRepeat(stored: Row, payload: Uint8Array): boolean {
    // Its content was cleared, and nothing is left to compare: it was accepted, and is not accepted twice.
    if (stored['data_key'] === null) return true;
    const id = text(stored, 'id');
    const key = sealing.unwrap(id, text(stored, 'key_id'), bytes(stored, 'data_key'));
    const sealed = readPayload.get(int(stored, 'n'));
    if (sealed === undefined) return false;
    return sameContent(sealing.open(key, id, 'payload', bytes(sealed, 'sealed')), payload);
  }

  /** Where a new edition stands among those of its case; later ones that have not begun step aside for it. */
  function place(message: NewMessage) {
    if (message.trial) return { state: 'trial', cause: '' } as const;
    const found = placeOfNew(message.edition, order.editions(message.source, message.assessment));
    order.stepAside(found.aside, message.acceptedAt);
    return found;
  }

  return (message: NewMessage): Accepted => {
    const stored = find.get(message.source, message.assessment, message.edition);
    if (stored !== undefined) {
      return {
        outcome: isRepeat(stored, message.payload) ? 'repeat' : 'conflict',
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
      entry.state === 'received' ? 1 : 0,
      keyId,
      wrapped,
    );
    const n = Number(lastInsertRowid);
    insertPayload.run(n, sealing.seal(key, message.id, 'payload', message.payload));
    const at = message.acceptedAt;
    history.changed(n, { at, type: 'accepted', state: entry.state, cause: entry.cause });
    return { outcome: 'accepted', id: message.id, state: entry.state, correlation: message.correlation };
  };
}
