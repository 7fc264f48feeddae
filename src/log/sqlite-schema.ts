import type { DatabaseSync } from 'node:sqlite';
import { BridgeError } from '../errors.ts';

/**
 * The tables of the message log on SQLite, as migrations: each is applied once, in order, and never changed.
 *
 * A message is `ready` (may be claimed now), or has a `due_at` (when it becomes ready; for a leased one, when
 * the lease ends), or neither (only an act or another message wakes it). Bodies lie apart, so that a change of
 * state does not rewrite them. `counts` is kept by triggers, so that the ledger costs the same at any size.
 * `mapping_folders` has the files of every version that was live (zstd; they hold no personal data), and
 * `mapping_versions` tells which of them a mapping's digest belongs to.
 * `news` has what is still to be sent, `alarms` what stands, `outbox` (by triggers) how many lines `news` has: all three
 * are as large as what is living. A message's `told` is its last news for its sender, so that nothing is told twice.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;

  CREATE TABLE messages (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    assessment TEXT NOT NULL,
    edition INTEGER NOT NULL,
    kind TEXT NOT NULL,
    kind_version TEXT NOT NULL,
    title TEXT NOT NULL,
    urgency INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    accepted_at INTEGER NOT NULL,
    delivered_at INTEGER,
    correlation TEXT NOT NULL,
    state TEXT NOT NULL,
    cause TEXT NOT NULL DEFAULT '',
    waiting_since INTEGER,
    ready INTEGER NOT NULL,
    leased INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER,
    fence INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    mapping TEXT,
    digest TEXT,
    key_id TEXT NOT NULL,
    data_key BLOB,
    UNIQUE (source, assessment, edition)
  ) STRICT;
  CREATE INDEX messages_ready ON messages (urgency, sent_at, title) WHERE ready = 1;
  CREATE INDEX messages_due ON messages (due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX messages_leased ON messages (n) WHERE leased = 1;
  CREATE INDEX messages_open ON messages (urgency, accepted_at)
    WHERE state NOT IN ('delivered', 'trial', 'withdrawn');
  CREATE INDEX messages_state ON messages (state, n);

  CREATE TABLE payloads (n INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;
  CREATE TABLE bundles (n INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT;

  CREATE TABLE steps (
    n INTEGER NOT NULL,
    name TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    state TEXT NOT NULL,
    intended_at INTEGER NOT NULL,
    ended_at INTEGER,
    location TEXT,
    error TEXT,
    search TEXT,
    PRIMARY KEY (n, name, attempt)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE events (
    n INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    type TEXT NOT NULL,
    state TEXT NOT NULL,
    cause TEXT,
    note TEXT,
    PRIMARY KEY (n, seq)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE counts (
    state TEXT NOT NULL,
    cause TEXT NOT NULL,
    urgency INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (state, cause, urgency)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE accepted (one INTEGER PRIMARY KEY CHECK (one = 1), count INTEGER NOT NULL) STRICT;
  INSERT INTO accepted VALUES (1, 0);
  CREATE TRIGGER count_accepted AFTER INSERT ON messages BEGIN
    UPDATE accepted SET count = count + 1;
    INSERT INTO counts VALUES (NEW.state, NEW.cause, NEW.urgency, 1)
      ON CONFLICT DO UPDATE SET count = count + 1;
  END;
  CREATE TRIGGER count_changed AFTER UPDATE OF state, cause ON messages
    WHEN OLD.state <> NEW.state OR OLD.cause <> NEW.cause BEGIN
    UPDATE counts SET count = count - 1
      WHERE state = OLD.state AND cause = OLD.cause AND urgency = OLD.urgency;
    INSERT INTO counts VALUES (NEW.state, NEW.cause, NEW.urgency, 1)
      ON CONFLICT DO UPDATE SET count = count + 1;
  END;
  `,
  `
  ALTER TABLE messages ADD COLUMN format TEXT NOT NULL DEFAULT 'assessment';

  CREATE TABLE mapping_folders (digest TEXT PRIMARY KEY, at INTEGER NOT NULL, files BLOB NOT NULL) STRICT;
  CREATE TABLE mapping_versions (digest TEXT PRIMARY KEY, name TEXT NOT NULL, folder TEXT NOT NULL) STRICT;
  `,
  `
  ALTER TABLE messages ADD COLUMN chosen TEXT;
  ALTER TABLE messages ADD COLUMN told TEXT;
  ALTER TABLE messages ADD COLUMN withdrawn_at INTEGER;
  ALTER TABLE events ADD COLUMN who TEXT;
  ALTER TABLE events ADD COLUMN why TEXT;
  UPDATE messages SET withdrawn_at = (SELECT max(at) FROM events e WHERE e.n = messages.n)
    WHERE state = 'withdrawn';
  CREATE INDEX messages_held ON messages (urgency, sent_at, title) WHERE state = 'held';
  CREATE INDEX messages_ended ON messages (coalesce(delivered_at, withdrawn_at, accepted_at))
    WHERE data_key IS NOT NULL AND state IN ('delivered', 'trial', 'withdrawn');

  CREATE TABLE acts (
    seq INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    act TEXT NOT NULL,
    who TEXT NOT NULL,
    why TEXT NOT NULL,
    note TEXT
  ) STRICT;
  CREATE INDEX acts_pause ON acts (seq) WHERE act <> 'redrive';

  CREATE TABLE alarms (n INTEGER PRIMARY KEY, urgency INTEGER NOT NULL) STRICT;

  CREATE TABLE news (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    recipient TEXT NOT NULL,
    n INTEGER NOT NULL,
    source TEXT NOT NULL,
    assessment TEXT NOT NULL,
    type TEXT NOT NULL,
    at INTEGER NOT NULL,
    cause TEXT NOT NULL,
    ready INTEGER NOT NULL,
    leased INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER,
    fence INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE INDEX news_order ON news (recipient, seq);
  CREATE INDEX news_case ON news (recipient, source, assessment, seq);
  CREATE INDEX news_ready ON news (recipient, seq) WHERE ready = 1;
  CREATE INDEX news_due ON news (due_at) WHERE due_at IS NOT NULL;

  CREATE TABLE outbox (recipient TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TRIGGER count_news AFTER INSERT ON news BEGIN
    INSERT INTO outbox VALUES (NEW.recipient, 1) ON CONFLICT DO UPDATE SET count = count + 1;
  END;
  CREATE TRIGGER count_news_sent AFTER DELETE ON news BEGIN
    UPDATE outbox SET count = count - 1 WHERE recipient = OLD.recipient;
  END;
  `,
];

/**
 * Sets what every connection must have and brings the tables up to date.
 * FULL: a commit returns after its fsync; NORMAL lost every acknowledged row at a power cut when tried.
 * EXCLUSIVE: one process owns the file, and a second one is told so.
 * @throws BridgeError `log-in-use` when another process has the file, `configuration-invalid` when the file is of a newer bridge.
 */
export function prepareDatabase(db: DatabaseSync): void {
  try {
    db.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA foreign_keys = ON;
      PRAGMA temp_store = MEMORY;
      PRAGMA cache_size = -65536;
      PRAGMA wal_autocheckpoint = 4000;
      BEGIN IMMEDIATE;
      COMMIT;
    `);
  } catch (cause) {
    throw new BridgeError('log-in-use', [], { cause });
  }
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > migrations.length) {
    throw new BridgeError('configuration-invalid', [
      { text: `the message log has schema version ${version}, this bridge knows ${migrations.length}` },
    ]);
  }
  for (const [i, migration] of migrations.entries()) {
    if (i < version) continue;
    db.exec(`BEGIN IMMEDIATE; ${migration}; PRAGMA user_version = ${i + 1}; COMMIT;`);
  }
}
