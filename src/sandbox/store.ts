import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { isRecord, text, values } from './json.ts';

/** Any FHIR resource that the twin keeps; what is in it is read by paths (json.ts). */
export type Stored = { resourceType: string; id: string };

/** A kept resource, with its place in the order of all creations and the instant of its creation. */
export type Entry = { resource: Stored; order: number; created: string };

/** The twin's memory: all resources, with look-ups by patient and by identifier. */
export type Store = {
  get(type: string, id: string): Entry | undefined;
  all(type: string): Iterable<Entry>;
  ofPatient(type: string, patientId: string): Iterable<Entry>;
  patientsByIdentifier(value: string): Iterable<Entry>;
  /** Number of resources per type. */
  counts(): Record<string, number>;
  /** Keeps new or changed resources: all of them or, if the process dies meanwhile, none. */
  put(...resources: Stored[]): void;
  close(): void;
};

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = OFF;
  CREATE TABLE IF NOT EXISTS resource (
    place INTEGER PRIMARY KEY, type TEXT NOT NULL, id TEXT NOT NULL, created TEXT NOT NULL, body TEXT NOT NULL,
    UNIQUE (type, id)
  ) STRICT;
`;

/**
 * Opens the memory. With a file every change is written through to SQLite, so that it outlives a killed process
 * (not a power cut: nothing is synced, since the twin holds nothing of worth).
 */
export function openStore(file: string | undefined, now: () => Date): Store {
  const byType = new Map<string, Map<string, Entry>>();
  const byPatient = new Map<string, Map<string, Entry>>();
  const byIdentifier = new Map<string, Map<string, Entry>>();
  const disk = file === undefined ? undefined : openDisk(file);
  let order = 0;

  function remember(entry: Entry): void {
    const { resource } = entry;
    within(byType, resource.resourceType).set(resource.id, entry);
    for (const patientId of patientsOf(resource)) {
      within(byPatient, `${resource.resourceType} ${patientId}`).set(resource.id, entry);
    }
    if (resource.resourceType !== 'Patient') return;
    for (const value of values(resource, 'identifier.value')) {
      within(byIdentifier, String(value)).set(resource.id, entry);
    }
  }

  for (const entry of disk?.entries() ?? []) {
    remember(entry);
    order = Math.max(order, entry.order);
  }

  return {
    get: (type, id) => byType.get(type)?.get(id),
    all: (type) => byType.get(type)?.values() ?? [],
    ofPatient: (type, patientId) => byPatient.get(`${type} ${patientId}`)?.values() ?? [],
    patientsByIdentifier: (value) => byIdentifier.get(value)?.values() ?? [],
    counts: () => Object.fromEntries([...byType].map(([type, entries]) => [type, entries.size])),
    put(...resources) {
      const entries = resources.map((resource) => {
        const known = byType.get(resource.resourceType)?.get(resource.id);
        if (known !== undefined) return { ...known, resource };
        order += 1;
        return { resource, order, created: now().toISOString() };
      });
      disk?.write(entries);
      for (const entry of entries) remember(entry);
    },
    close: () => disk?.close(),
  };
}

/** A new resource id: opaque, of letters, digits and hyphens as FHIR demands. */
export function newId(): string {
  return `e${randomBytes(15).toString('base64url').replaceAll('_', '.')}`;
}

/** The ids of the patients that a resource is about. */
function patientsOf(resource: Stored): string[] {
  const references = ['subject', 'for', 'patient', 'participant.actor'].flatMap((path) =>
    values(resource, `${path}.reference`),
  );
  return references
    .map((reference) => String(reference))
    .filter((reference) => reference.startsWith('Patient/'))
    .map((reference) => reference.slice('Patient/'.length));
}

function within<V>(outer: Map<string, Map<string, V>>, key: string): Map<string, V> {
  const known = outer.get(key);
  if (known !== undefined) return known;
  const made = new Map<string, V>();
  outer.set(key, made);
  return made;
}

function openDisk(file: string) {
  const database = new DatabaseSync(file);
  database.exec(SCHEMA);
  const upsert = database.prepare(
    `INSERT INTO resource (place, type, id, created, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (type, id) DO UPDATE SET body = excluded.body`,
  );
  return {
    *entries(): Generator<Entry> {
      for (const row of database
        .prepare('SELECT place, created, body FROM resource ORDER BY place')
        .iterate()) {
        const resource: unknown = JSON.parse(String(row['body']));
        if (!isStored(resource)) throw new Error(`${file} holds something that is not a FHIR resource`);
        yield { resource, order: Number(row['place']), created: String(row['created']) };
      }
    },
    write(entries: Entry[]): void {
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
