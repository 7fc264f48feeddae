import { BridgeError } from '../errors.ts';
import type { Database, Transaction } from './postgres-database.ts';
import { int } from './rows.ts';

/**
 * The tables of the message log on PostgreSQL, as migrations: each is applied once, in order, and never changed.
 *
 * What never changes of a message is in `messages`; what changes while it is in work, and what it is looked for by, in
 * `states`: its rows are small, its indexes hold what is living, and most changes touch none of them (HOT). A message is
 * `ready` (may be claimed now), or has a `due_at` (when it becomes ready; for a leased one, when the lease ends), or
 * neither. `ended_at` is empty while it is unfinished; `shelf` is its state where it may stay in it.
 * `counts` gets a line for each change of a number in the books, written by triggers; their sum is the number. So no
 * line is written by all. What is sealed cannot be compressed, and stays in its row where a page holds it. Texts compare by their bytes ("C"): order and indexes do not depend on the server's locale.
 */
const migrations: readonly string[] = [
  `
  CREATE TABLE facts (name text COLLATE "C" PRIMARY KEY, value bytea NOT NULL);

  CREATE SEQUENCE messages_n;
  CREATE TABLE messages (
    n bigint PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    source text COLLATE "C" NOT NULL,
    assessment text COLLATE "C" NOT NULL,
    edition integer NOT NULL,
    kind text COLLATE "C" NOT NULL,
    kind_version text NOT NULL,
    correlation text NOT NULL,
    format text NOT NULL,
    key_id text NOT NULL,
    data_key bytea,
    UNIQUE (source, assessment, edition)
  );

  CREATE TABLE states (
    n bigint PRIMARY KEY,
    urgency smallint NOT NULL,
    sent_at bigint NOT NULL,
    title text COLLATE "C" NOT NULL,
    accepted_at bigint NOT NULL,
    state text COLLATE "C" NOT NULL,
    cause text COLLATE "C" NOT NULL,
    ready smallint NOT NULL,
    leased smallint NOT NULL DEFAULT 0,
    due_at bigint,
    fence bigint NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0,
    waiting_since bigint,
    delivered_at bigint,
    ended_at bigint,
    mapping text,
    digest text,
    chosen text,
    told text,
    cleared boolean NOT NULL DEFAULT false,
    shelf text COLLATE "C" GENERATED ALWAYS AS
      (CASE WHEN state IN ('received', 'mapped', 'delivering', 'delivered') THEN NULL ELSE state END) STORED
  ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000,
    autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0.02, autovacuum_analyze_threshold = 2000);
  CREATE INDEX states_ready ON states (urgency, sent_at, title) WHERE ready = 1;
  CREATE INDEX states_due ON states (urgency, due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX states_open ON states (urgency, accepted_at) WHERE ended_at IS NULL;
  -- For lists only: n > 0 holds for all, and keeps plans that do not ask for it to the index before.
  CREATE INDEX states_living ON states (n) WHERE ended_at IS NULL AND n > 0;
  CREATE INDEX states_shelf ON states (shelf, n) WHERE shelf IS NOT NULL;
  CREATE INDEX states_cause ON states (cause, n) WHERE cause <> '';
  CREATE INDEX states_ended ON states (ended_at) WHERE ended_at IS NOT NULL AND NOT cleared;

  CREATE TABLE payloads (n bigint PRIMARY KEY, sealed bytea NOT NULL) WITH (toast_tuple_target = 8160);
  ALTER TABLE payloads ALTER COLUMN sealed SET STORAGE EXTERNAL;
  CREATE TABLE bundles (n bigint PRIMARY KEY, sealed bytea NOT NULL) WITH (toast_tuple_target = 8160);
  ALTER TABLE bundles ALTER COLUMN sealed SET STORAGE EXTERNAL;

  CREATE TABLE steps (
    n bigint NOT NULL,
    name text COLLATE "C" NOT NULL,
    attempt integer NOT NULL,
    state text NOT NULL,
    intended_at bigint NOT NULL,
    ended_at bigint,
    location text,
    error text,
    search text,
    PRIMARY KEY (n, name, attempt)
  ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);

  CREATE TABLE events (
    n bigint NOT NULL,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    at bigint NOT NULL,
    type text NOT NULL,
    state text NOT NULL,
    cause text,
    note text,
    who text,
    why text,
    PRIMARY KEY (n, seq)
  );

  CREATE TABLE acts (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at bigint NOT NULL,
    act text NOT NULL,
    who text NOT NULL,
    why text NOT NULL,
    note text
  );
  CREATE INDEX acts_pause ON acts (seq) WHERE act <> 'redrive';

  CREATE TABLE alarms (n bigint PRIMARY KEY, urgency smallint NOT NULL);

  CREATE TABLE news (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recipient text COLLATE "C" NOT NULL,
    n bigint NOT NULL,
    source text COLLATE "C" NOT NULL,
    assessment text COLLATE "C" NOT NULL,
    type text NOT NULL,
    at bigint NOT NULL,
    cause text NOT NULL,
    due_at bigint,
    fence bigint NOT NULL DEFAULT 0,
    attempts integer NOT NULL DEFAULT 0
  ) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
  CREATE INDEX news_case ON news (recipient, source, assessment, seq);
  CREATE INDEX news_new ON news (recipient, seq) WHERE due_at IS NULL;
  CREATE INDEX news_due ON news (recipient, due_at) WHERE due_at IS NOT NULL;

  CREATE TABLE counts (
    state text NOT NULL,
    cause text NOT NULL,
    urgency smallint NOT NULL,
    count bigint NOT NULL
  ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

  CREATE FUNCTION count_accepted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO counts SELECT 'accepted', '', 0, count(*) FROM new_rows;
    RETURN NULL;
  END $$;
  CREATE TRIGGER count_accepted AFTER INSERT ON messages
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_accepted();

  CREATE FUNCTION count_entered() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO counts SELECT state, cause, urgency, count(*) FROM new_rows GROUP BY 1, 2, 3;
    RETURN NULL;
  END $$;
  CREATE TRIGGER count_entered AFTER INSERT ON states
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_entered();

  CREATE FUNCTION count_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO counts SELECT state, cause, urgency, sum(one) FROM
      (SELECT state, cause, urgency, 1 AS one FROM new_rows
       UNION ALL SELECT state, cause, urgency, -1 FROM old_rows) AS changes
      GROUP BY 1, 2, 3 HAVING sum(one) <> 0;
    RETURN NULL;
  END $$;
  CREATE TRIGGER count_changed AFTER UPDATE ON states
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_changed();

  CREATE TABLE mapping_folders (digest text COLLATE "C" PRIMARY KEY, at bigint NOT NULL, files bytea NOT NULL);
  CREATE TABLE mapping_versions (digest text COLLATE "C" PRIMARY KEY, name text NOT NULL, folder text NOT NULL);
  `,
];

/** Locks for what is done by one process at a time; cases have locks of their own. */
export const advisory = { schema: 1, acts: 2, alarms: 3, counts: 4 } as const;
/** The first of the two numbers of each advisory lock, so that other users of the database do not meet them. */
export const ADVISORY = 0x6f6d61;
/** The same for the locks of cases. */
export const ADVISORY_CASE = 0x6f6d62;

/**
 * Brings the tables up to date; processes that open a log at the same time do it one after the other.
 * @throws BridgeError `configuration-invalid` when the tables are of a newer bridge.
 */
export function prepareDatabase(db: Database): Promise<void> {
  return db.transaction(async (tx: Transaction) => {
    await tx.query(`SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
      SELECT pg_advisory_xact_lock(${ADVISORY}, ${advisory.schema})`);
    await tx.query('CREATE TABLE IF NOT EXISTS migrations (version integer PRIMARY KEY)');
    const [row] = await tx.query('SELECT coalesce(max(version), 0) AS version FROM migrations');
    const version = row === undefined ? 0 : int(row, 'version');
    if (version > migrations.length) {
      throw new BridgeError('configuration-invalid', [
        { text: `the message log has schema version ${version}, this bridge knows ${migrations.length}` },
      ]);
    }
    for (const [i, migration] of migrations.entries()) {
      if (i >= version) await tx.query(`${migration}; INSERT INTO migrations VALUES (${i + 1})`);
    }
  });
}
