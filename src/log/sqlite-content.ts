import type { KeyObject } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { createOpener, unlessSpoilt } from './content.ts';
import type { MessageLog } from './log.ts';
import type { MessageContent } from './message.ts';
import { bytes, int, type Row } from './rows.ts';
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

  const { key, open } = createOpener(sealing);
  const sealedIn = (row: Row | undefined) => (row === undefined ? undefined : bytes(row, 'sealed'));

  function read(row: Row): MessageContent {
    const n = int(row, 'n');
    return open(row, {
      payload: sealedIn(readPayload.get(n)),
      bundle: row['mapping'] === null ? undefined : sealedIn(readBundle.get(n)),
    });
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
          const content = unlessSpoilt(() => read(row));
          if (content !== undefined) contents.push(content);
          if (contents.length === limit) break;
        }
        return contents;
      },
    },
  };
}
