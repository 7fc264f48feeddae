import type { KeyObject } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { BridgeError } from '../errors.ts';
import { exactly } from './exactly.ts';
import type { MessageContent, MessageLog } from './log.ts';
import { bytes, format, int, type Row, text } from './rows.ts';
import type { Sealing } from './sealing.ts';

/** Opens what was sealed. Rows are those of `messages`, with all columns. */
export interface ContentReader {
  /** The message's own key. @throws BridgeError `data-key-wrong`. */
  key(row: Row): KeyObject;
  /** @throws BridgeError `data-key-wrong` when it cannot be opened. */
  read(row: Row): MessageContent;
  readonly calls: {
    content(id: string): MessageContent | undefined;
    latest(options: Parameters<MessageLog['latest']>[0]): readonly MessageContent[];
  };
}

const decoder = new TextDecoder();

/** A message whose data key was destroyed has been erased. */
function erased(row: Row): boolean {
  return row['data_key'] === null;
}

export function createContentReader(db: DatabaseSync, sealing: Sealing): ContentReader {
  const readPayload = db.prepare('SELECT sealed FROM payloads WHERE n = ?');
  const readBundle = db.prepare('SELECT sealed FROM bundles WHERE n = ?');
  const byId = db.prepare('SELECT * FROM messages WHERE id = ?');
  const position = db.prepare('SELECT n FROM messages WHERE id = ?');
  const newest = db.prepare('SELECT * FROM messages WHERE n < ? AND data_key IS NOT NULL ORDER BY n DESC');
  const newestOfKind = db.prepare(
    'SELECT * FROM messages WHERE n < ? AND kind = ? AND data_key IS NOT NULL ORDER BY n DESC',
  );

  function key(row: Row): KeyObject {
    return sealing.unwrap(text(row, 'id'), text(row, 'key_id'), bytes(row, 'data_key'));
  }

  function read(row: Row): MessageContent {
    const n = int(row, 'n');
    const id = text(row, 'id');
    const own = key(row);
    const payload = readPayload.get(n);
    if (payload === undefined)
      throw new BridgeError('internal', [{ text: 'a message has lost its payload' }]);
    const bundle = row['mapping'] === null ? undefined : readBundle.get(n);
    const open = (what: string, sealed: Row) => sealing.open(own, id, what, bytes(sealed, 'sealed'));
    return {
      id,
      source: text(row, 'source'),
      kind: text(row, 'kind'),
      acceptedAt: int(row, 'accepted_at'),
      correlation: text(row, 'correlation'),
      format: format(row),
      payload: exactly(open('payload', payload)),
      ...(bundle === undefined
        ? {}
        : {
            mapped: {
              mapping: text(row, 'mapping'),
              digest: text(row, 'digest'),
              bundle: decoder.decode(open('bundle', bundle)),
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
      content(id) {
        const row = byId.get(id);
        return row === undefined || erased(row) ? undefined : read(row);
      },
      latest({ limit, kind, after }) {
        const last = after === undefined ? undefined : position.get(after);
        const before = last === undefined ? Number.MAX_SAFE_INTEGER : int(last, 'n');
        const rows = kind === undefined ? newest.iterate(before) : newestOfKind.iterate(before, kind);
        const contents: MessageContent[] = [];
        for (const row of rows) {
          const content = readable(row);
          if (content !== undefined) contents.push(content);
          if (contents.length === limit) break;
        }
        return contents;
      },
    },
  };
}
