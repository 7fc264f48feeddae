import type { KeyObject } from 'node:crypto';
import { BridgeError } from '../errors.ts';
import { exactly } from './exactly.ts';
import type { MessageContent, MessageLog } from './log.ts';
import { type Database, statement } from './postgres-database.ts';
import { bytes, format, int, type Row, text } from './rows.ts';
import type { Sealing } from './sealing.ts';

/** The sealed columns that `read` needs, beside those of `messages` and `states`. */
export const sealedColumns = 'p.sealed AS payload, b.sealed AS bundle';
export const sealedTables = `LEFT JOIN payloads p ON p.n = m.n
  LEFT JOIN bundles b ON b.n = m.n AND s.mapping IS NOT NULL`;

const byId = statement(`SELECT m.*, s.*, ${sealedColumns}
  FROM messages m JOIN states s ON s.n = m.n ${sealedTables} WHERE m.id = $1`);

const newest = (kind: string) =>
  statement(`SELECT m.*, s.*, ${sealedColumns} FROM messages m JOIN states s ON s.n = m.n ${sealedTables}
    WHERE m.n < $1 AND m.data_key IS NOT NULL ${kind} ORDER BY m.n DESC LIMIT $2`);
const newestOfAll = newest('');
const newestOfKind = newest('AND m.kind = $3');
const position = statement('SELECT n FROM messages WHERE id = $1');

const decoder = new TextDecoder();

/** Opens what was sealed. */
export interface ContentReader {
  /** The message's own key. @throws BridgeError `data-key-wrong`. */
  key(row: Row): KeyObject;
  /** @throws BridgeError `data-key-wrong` when it cannot be opened. */
  read(row: Row): MessageContent;
  readonly calls: Pick<MessageLog, 'content' | 'latest'>;
}

export function createContentReader(db: Database, sealing: Sealing): ContentReader {
  function key(row: Row): KeyObject {
    return sealing.unwrap(text(row, 'id'), text(row, 'key_id'), bytes(row, 'data_key'));
  }

  function read(row: Row): MessageContent {
    const id = text(row, 'id');
    const own = key(row);
    if (row['payload'] === null) {
      throw new BridgeError('internal', [{ text: 'a message has lost its payload' }]);
    }
    const open = (what: 'payload' | 'bundle') => sealing.open(own, id, what, bytes(row, what));
    return {
      id,
      source: text(row, 'source'),
      kind: text(row, 'kind'),
      acceptedAt: int(row, 'accepted_at'),
      correlation: text(row, 'correlation'),
      format: format(row),
      payload: exactly(open('payload')),
      ...(row['bundle'] === null
        ? {}
        : {
            mapped: {
              mapping: text(row, 'mapping'),
              digest: text(row, 'digest'),
              bundle: decoder.decode(open('bundle')),
            },
          }),
    };
  }

  /** One spoilt message must not stand before all others; delivery holds it and says why. */
  function readable(row: Row): MessageContent | undefined {
    try {
      return read(row);
    } catch (error) {
      if (error instanceof BridgeError) return undefined;
      throw error;
    }
  }

  return {
    key,
    read,
    calls: {
      async content(id) {
        const [row] = await db.query(byId, [id]);
        return row === undefined || row['data_key'] === null ? undefined : read(row);
      },

      async latest({ limit, kind, after }) {
        const [last] = after === undefined ? [] : await db.query(position, [after]);
        let before = last === undefined ? Number.MAX_SAFE_INTEGER : int(last, 'n');
        const contents: MessageContent[] = [];
        while (contents.length < limit) {
          const rows = await (kind === undefined
            ? db.query(newestOfAll, [before, limit])
            : db.query(newestOfKind, [before, limit, kind]));
          contents.push(...rows.map(readable).filter((content) => content !== undefined));
          const end = rows.at(-1);
          if (rows.length < limit || end === undefined) break;
          before = int(end, 'n');
        }
        return contents.slice(0, limit);
      },
    },
  };
}
