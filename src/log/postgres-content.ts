import type { KeyObject } from 'node:crypto';
import { createOpener, unlessSpoilt } from './content.ts';
import type { MessageLog } from './log.ts';
import type { MessageContent } from './message.ts';
import { type Database, statement } from './postgres-database.ts';
import { bytes, int, type Row } from './rows.ts';
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

/** Opens what was sealed. */
export interface ContentReader {
  /** The message's own key. @throws BridgeError `data-key-wrong`. */
  key(row: Row): KeyObject;
  /** @throws BridgeError `data-key-wrong` when it cannot be opened. */
  read(row: Row): MessageContent;
  readonly calls: Pick<MessageLog, 'content' | 'latest'>;
}

function sealedIn(row: Row, column: 'payload' | 'bundle'): Uint8Array | undefined {
  return row[column] === null ? undefined : bytes(row, column);
}

export function createContentReader(db: Database, sealing: Sealing): ContentReader {
  const { key, open } = createOpener(sealing);
  const read = (row: Row) =>
    open(row, { payload: sealedIn(row, 'payload'), bundle: sealedIn(row, 'bundle') });

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
          contents.push(...rows.flatMap((row) => unlessSpoilt(() => read(row)) ?? []));
          const end = rows.at(-1);
          if (rows.length < limit || end === undefined) break;
          before = int(end, 'n');
        }
        return contents.slice(0, limit);
      },
    },
  };
}
