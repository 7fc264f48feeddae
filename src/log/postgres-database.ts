import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { BridgeError } from '../errors.ts';
import type { Row } from './rows.ts';

/** SQL that every connection parses and plans once. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

export function statement(text: string): Statement {
  return { name: createHash('sha256').update(text).digest('base64url'), text };
}

/** What a value of a statement may be: arrays go as arrays, and what is JSON goes as its text. */
export type Value = string | number | boolean | null | Uint8Array | readonly string[] | readonly number[];

interface Session {
  query(sql: Statement | string, values?: readonly Value[]): Promise<readonly Row[]>;
}

export interface Transaction extends Session {
  /** Sends a last statement and the commit together, and gives its rows once the commit is confirmed. */
  commit(sql: Statement, values: readonly Value[]): Promise<readonly Row[]>;
}

/** PostgreSQL as the log uses it. Whatever fails, but for a BridgeError of `work`, rejects with `log-unavailable`. */
export interface Database extends Session {
  /**
   * Runs `work` in a transaction, and again where PostgreSQL gave it up for the sake of another one. Statements that
   * are sent without awaiting those before travel together.
   */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

/** How long one thing may take, in milliseconds: the server's limits first, so that it says what it was about. */
const times = { connect: 5000, lock: 5000, idleInTransaction: 10_000, statement: 15_000, answer: 20_000 };

/**
 * What every session must have whatever the server's defaults are. The log's statements go by an index to few rows
 * each, so plans that read whole tables are never right, also where a table was small when the plan was made.
 */
const SESSION = `
  SET default_transaction_isolation = 'read committed';
  SET jit = off;
  SET max_parallel_workers_per_gather = 0;
  SET enable_seqscan = off;
  SET enable_hashjoin = off;
  SET enable_mergejoin = off;
  SET enable_bitmapscan = off`;

const GIVEN_UP: readonly unknown[] = ['40001', '40P01'];
const ATTEMPTS = 10;

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** Whether the values of a statement were at fault, and neither the server nor the way to it. */
export function isAboutValues(error: unknown): boolean {
  return error instanceof BridgeError && /^2[23]/.test(String(codeOf(error.cause)));
}

/** `bigint` as a number: the log's numbers are times, counts and positions, all far below 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (type: number, format?: 'text' | 'binary') =>
    type === pg.types.builtins.INT8 && format !== 'binary' ? Number : pg.types.getTypeParser(type, format),
};

function unavailable(cause: unknown): BridgeError {
  return cause instanceof BridgeError ? cause : new BridgeError('log-unavailable', [], { cause });
}

/** A pool of connections, made when they are first needed and made again when they were lost. */
export function openDatabase(url: string, connections: number): Database {
  const pool = new pg.Pool({
    application_name: 'omaolo-apotti-bridge',
    connectionString: url,
    max: connections,
    pipeline: true,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    idleTimeoutMillis: 60_000,
    connectionTimeoutMillis: times.connect,
    statement_timeout: times.statement,
    lock_timeout: times.lock,
    idle_in_transaction_session_timeout: times.idleInTransaction,
    query_timeout: times.answer,
    types,
    onConnect: async (client) => {
      await client.query(SESSION);
    },
  });
  // A connection that is lost while nobody uses it has left the pool already, and nothing was under way on it.
  pool.on('error', () => undefined);
  let closed: Promise<void> | undefined;

  const send = async (client: pg.PoolClient, sql: Statement | string, values: readonly Value[] = []) => {
    const { rows } = await client.query<Row>(
      typeof sql === 'string' ? { text: sql, values: [...values] } : { ...sql, values: [...values] },
    );
    return rows;
  };

  async function attempt<T>(client: pg.PoolClient, work: (tx: Transaction) => Promise<T>): Promise<T> {
    let committed = false;
    const commit = async () => {
      committed = true;
      const { command } = await client.query('COMMIT');
      if (command !== 'COMMIT') throw new Error('the transaction was rolled back');
    };
    const working = async () => {
      const value = await work({
        query: (sql, values) => send(client, sql, values),
        async commit(sql, values) {
          const [rows] = await Promise.all([send(client, sql, values), commit()]);
          return rows;
        },
      });
      if (!committed) await commit();
      return value;
    };
    const [, value] = await Promise.all([client.query('BEGIN'), working()]);
    return value;
  }

  /** Uses a connection; one that something went wrong on is used again only when it is known to be in order. */
  async function using<T>(use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      const client = await pool.connect().catch((cause: unknown) => {
        throw unavailable(cause);
      });
      // A loss of the connection rejects what is under way on it.
      const lost = () => undefined;
      client.on('error', lost);
      try {
        const value = await use(client);
        client.off('error', lost);
        client.release();
        return value;
      } catch (error) {
        const sound = await client.query('ROLLBACK').then(
          () => true,
          () => false,
        );
        client.off('error', lost);
        client.release(!sound);
        if (!GIVEN_UP.includes(codeOf(error)) || tries === ATTEMPTS) throw unavailable(error);
      }
      await wait(Math.random() * 10 * tries);
    }
  }

  return {
    query: (sql, values) => using((client) => send(client, sql, values)),
    transaction: (work) => using((client) => attempt(client, work)),
    close() {
      closed ??= pool.end();
      return closed;
    },
  };
}
