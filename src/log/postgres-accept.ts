import { placeOfNew } from './editions.ts';
import type { Outcome } from './lane.ts';
import type { Accepted, NewMessage } from './message.ts';
import { senderNews } from './news.ts';
import { editionsOf, lockCases, stepAside } from './postgres-cases.ts';
import { type Changes, caseKey, createChanges } from './postgres-changes.ts';
import { type Database, statement, type Transaction } from './postgres-database.ts';
import { type Part, packed } from './postgres-parts.ts';
import { bytes, int, type Row, state, text } from './rows.ts';
import { sameContent } from './same-content.ts';
import type { Sealing } from './sealing.ts';

const readPayload = statement('SELECT sealed FROM payloads WHERE n = $1');

const insert: Part['sql'] = (first) => `given AS MATERIALIZED (
    SELECT nextval('messages_n') AS n, c.* FROM json_to_recordset($${first}) AS c (
      id text, source text, assessment text, edition integer, kind text, kind_version text, title text,
      urgency smallint, sent_at bigint, accepted_at bigint, correlation text, format text, state text, cause text,
      ready smallint, ended_at bigint, told text, news text, key_id text, start integer, size integer,
      key_start integer, key_size integer)),
  message AS (
    INSERT INTO messages (n, id, source, assessment, edition, kind, kind_version, correlation, format, key_id, data_key)
    SELECT n, id, source, assessment, edition, kind, kind_version, correlation, format, key_id,
      substr($${first + 1}::bytea, key_start, key_size) FROM given),
  stating AS (
    INSERT INTO states (n, urgency, sent_at, title, accepted_at, state, cause, ready, ended_at, told)
    SELECT n, urgency, sent_at, title, accepted_at, state, cause, ready, ended_at, told FROM given),
  payload AS (
    INSERT INTO payloads (n, sealed) SELECT n, substr($${first + 1}::bytea, start, size) FROM given),
  entering AS (
    INSERT INTO events (n, at, type, state, cause)
    SELECT n, accepted_at, 'accepted', state, nullif(cause, '') FROM given),
  telling_new AS (
    INSERT INTO news (recipient, n, source, assessment, type, at, cause)
    SELECT 'sender', n, source, assessment, news, accepted_at, cause FROM given WHERE news IS NOT NULL)`;

/** Accepting batches of editions of different cases. A repeat is rare, so the stored content itself is compared. */
export function createAccept(
  db: Database,
  {
    sealing,
    tellsSender,
    gather,
  }: {
    readonly sealing: Sealing;
    readonly tellsSender: boolean;
    readonly gather: (tx: Transaction) => Promise<unknown>;
  },
) {
  async function found(tx: Transaction, stored: Row, { payload }: NewMessage): Promise<Accepted> {
    const id = text(stored, 'id');
    const same = async () => {
      // Its content was cleared, before or just now, and nothing is left to compare: it is not accepted twice.
      if (stored['data_key'] === null) return true;
      const [sealed] = await tx.query(readPayload, [int(stored, 'n')]);
      if (sealed === undefined) return true;
      const key = sealing.unwrap(id, text(stored, 'key_id'), bytes(stored, 'data_key'));
      return sameContent(sealing.open(key, id, 'payload', bytes(sealed, 'sealed')), payload);
    };
    const outcome = (await same()) ? 'repeat' : 'conflict';
    return { outcome, id, state: state(stored), correlation: text(stored, 'correlation') };
  }

  /** Where a new edition stands among those of its case; later ones that have not begun step aside for it. */
  function place(message: NewMessage, changes: Changes) {
    if (message.trial) return { state: 'trial', cause: '' } as const;
    const place = placeOfNew(message.edition, editionsOf(changes, message));
    stepAside(changes, place.aside, message.acceptedAt);
    return place;
  }

  function seal(message: NewMessage) {
    const { key, wrapped, keyId } = sealing.newKey(message.id);
    return { wrapped, keyId, sealed: sealing.seal(key, message.id, 'payload', message.payload) };
  }

  function inserted(
    messages: readonly {
      message: NewMessage;
      accepted: Accepted;
      cause: string;
      sealing: ReturnType<typeof seal>;
    }[],
  ): Part {
    const { places, bytes: blob } = packed(
      messages.flatMap(({ sealing: { sealed, wrapped } }) => [sealed, wrapped]),
    );
    const rows = messages.map(({ message, accepted, cause, sealing: { keyId } }, i) => {
      const told = tellsSender ? senderNews(accepted.state, cause, undefined) : undefined;
      return {
        id: message.id,
        source: message.source,
        assessment: message.assessment,
        edition: message.edition,
        kind: message.kind,
        kind_version: message.kindVersion,
        title: message.title,
        urgency: message.urgency,
        sent_at: message.sentAt,
        accepted_at: message.acceptedAt,
        correlation: message.correlation,
        format: message.format,
        state: accepted.state,
        cause,
        ready: accepted.state === 'received' ? 1 : 0,
        ended_at: accepted.state === 'trial' ? message.acceptedAt : null,
        told: told?.told,
        news: told?.type,
        key_id: keyId,
        ...places[2 * i],
        key_start: places[2 * i + 1]?.start,
        key_size: places[2 * i + 1]?.size,
      };
    });
    return { name: 'insert', sql: insert, values: [JSON.stringify(rows), blob] };
  }

  /** Accepts editions of different cases in one transaction, in one order of cases everywhere. */
  async function run(messages: readonly NewMessage[]): Promise<readonly Outcome<Accepted>[]> {
    // Before any lock is taken: sealing takes time.
    const sealings = messages.map(seal);
    return db.transaction(async (tx) => {
      const [rows] = await Promise.all([lockCases(tx, messages), gather(tx)]);
      const changes = createChanges(rows, tellsSender);
      const entering: {
        message: NewMessage;
        accepted: Accepted;
        cause: string;
        sealing: ReturnType<typeof seal>;
      }[] = [];
      const outcomes: Outcome<Accepted>[] = [];
      for (const [i, message] of messages.entries()) {
        const stored = changes.editions(message).find((row) => row['edition'] === message.edition);
        if (stored !== undefined) {
          outcomes.push({ value: await found(tx, stored, message) });
          continue;
        }
        const entry = place(message, changes);
        const { id, correlation } = message;
        const accepted = { outcome: 'accepted', id, state: entry.state, correlation } as const;
        const sealed = sealings[i];
        if (sealed !== undefined) entering.push({ message, accepted, cause: entry.cause, sealing: sealed });
        outcomes.push({ value: accepted });
      }
      const write = changes.statement(entering.length === 0 ? [] : [inserted(entering)]);
      if (write !== undefined) await tx.commit(write.sql, write.values);
      return outcomes;
    });
  }

  return { run, keyOf: caseKey };
}
