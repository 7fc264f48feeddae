import { DatabaseSync } from 'node:sqlite';
import { isRecord, text } from './json.ts';
import type { Entry, Stored } from './resource.ts';

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = OFF;
  CREATE TABLE IF NOT EXISTS resource (
    place INTEGER PRIMARY KEY, type TEXT NOT NULL, id TEXT NOT NULL, created TEXT NOT NULL, body TEXT NOT NULL,
    UNIQUE (type, id)
  ) STRICT;
`;

/** The resources of a store in a SQLite file. Throws where the file cannot be opened or is another database. */
export function openDisk(file: string) {
  const database = new DatabaseSync(file);
  database.exec(SCHEMA);
  const upsert = database.prepare(
    `INSERT INTO resource (place, type, id, created, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (type, id) DO UPDATE SET body = excluded.body`,
  );
  const one = database.prepare('SELECT place, created, body FROM resource WHERE type = ? AND id = ?');
  const searched = database.prepare(
    `SELECT place, created, body FROM resource WHERE type <> 'Binary' ORDER BY place`,
  );
  const binaries = database.prepare(`SELECT count(*) AS number FROM resource WHERE type = 'Binary'`);
  const last = database.prepare('SELECT max(place) AS place FROM resource');

  function entryOf(row: Record<string, unknown>): Entry {
    const resource: unknown = JSON.parse(String(row['body']));
    if (!isStored(resource)) throw new Error(`${file} holds something that is not a FHIR resource`);
    return { resource, order: Number(row['place']), created: String(row['created']) };
  }

  return {
    /** All resources but binaries, in the order of their creation. */
    *searched(): Generator<Entry> {
      for (const row of searched.iterate()) yield entryOf(row);
    },
    read(type: string, id: string): Entry | undefined {
      const row = one.get(type, id);
      return row === undefined ? undefined : entryOf(row);
    },
    /** Number of binaries. */
    binaries: () => Number(binaries.get()?.['number'] ?? 0),
    /** The greatest place in the order; 0 when empty. */
    last: () => Number(last.get()?.['place'] ?? 0),
    /** Writes all or nothing. */
    write(entries: readonly Entry[]): void {
      database.exec('BEGIN');
      try {
        for (const { resource, order, created } of entries) {
          upsert.run(order, resource.resourceType, resource.id, created, JSON.stringify(resource));
        }
        database.exec('COMMIT');
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => database.close(),
  };
}

function isStored(value: unknown): value is Stored {
  return isRecord(value) && text(value, 'resourceType') !== undefined && text(value, 'id') !== undefined;
}
