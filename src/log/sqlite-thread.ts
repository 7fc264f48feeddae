import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { BridgeError, type ErrorCode, type ErrorDetail } from '../errors.ts';
import type { LogOptions } from './log.ts';
import { bytes } from './rows.ts';
import { createSealing, type DataKey } from './sealing.ts';
import { createAccept } from './sqlite-accept.ts';
import { createActs } from './sqlite-acts.ts';
import { createAlarms } from './sqlite-alarms.ts';
import { createCaseOrder } from './sqlite-case.ts';
import { createClaims } from './sqlite-claims.ts';
import { createContentReader } from './sqlite-content.ts';
import { createHistoryWriter } from './sqlite-history.ts';
import { createMappingVersions } from './sqlite-mappings.ts';
import { createNewsWriter, createOutbox } from './sqlite-news.ts';
import { createPrune } from './sqlite-prune.ts';
import { createReading } from './sqlite-reading.ts';
import { prepareDatabase } from './sqlite-schema.ts';

/**
 * The thread that owns the database. It takes batches of calls, runs each batch in one transaction and answers
 * after the commit: calls that came together share one fsync.
 */

export interface ThreadOptions extends LogOptions {
  readonly file: string;
  readonly keys: readonly DataKey[];
}

/** A failure as it crosses the thread border. */
interface Failure {
  readonly code: ErrorCode;
  readonly details: readonly ErrorDetail[];
  readonly cause?: string;
}

export type CallResult = { readonly value: unknown } | { readonly error: Failure };

export type Reply =
  | { readonly opened: true }
  | { readonly failed: Failure }
  | { readonly results: readonly CallResult[] };

function failure(error: unknown, otherwise: ErrorCode): Failure {
  if (error instanceof BridgeError) return { code: error.code, details: error.details };
  return { code: otherwise, details: [], cause: error instanceof Error ? error.message : String(error) };
}

/** Proves that the key ring opens this log: a value sealed at its first opening must still open. */
function checkKey(db: DatabaseSync, sealing: ReturnType<typeof createSealing>): void {
  const stored = db.prepare("SELECT value FROM facts WHERE name = 'key-check'").get();
  if (stored === undefined) {
    const { wrapped, keyId } = sealing.newKey('key-check');
    const value = Buffer.concat([Buffer.from(`${keyId}\n`), wrapped]);
    db.prepare("INSERT INTO facts VALUES ('key-check', ?)").run(value);
    return;
  }
  const value = Buffer.from(bytes(stored, 'value'));
  const end = value.indexOf(0x0a);
  sealing.unwrap('key-check', value.toString('utf8', 0, end), value.subarray(end + 1));
}

function open(options: ThreadOptions) {
  const sealing = createSealing(options.keys);
  const db = new DatabaseSync(options.file);
  prepareDatabase(db);
  checkKey(db, sealing);
  const news = createNewsWriter(db, options.newsTo);
  const history = createHistoryWriter(db, news);
  const order = createCaseOrder(db, history);
  const content = createContentReader(db, sealing);
  const reading = createReading(db);
  const acts = createActs(db, history, order, reading.history);
  const claims = createClaims(db, { sealing, content, history, order, paused: acts.paused });
  const outbox = createOutbox(db);
  claims.releaseLeases();
  outbox.releaseLeases();
  return {
    db,
    calls: {
      accept: createAccept(db, sealing, history, order),
      ...claims.calls,
      ...acts,
      ...reading.calls,
      ...content.calls,
      ...outbox.calls,
      ...createAlarms(db, news),
      ...createPrune(db),
      ...createMappingVersions(db),
    },
  };
}

/** The calls of the log as the thread runs them: name and arguments. */
type Calls = ReturnType<typeof open>['calls'];
export type CallName = keyof Calls;
export interface Call {
  readonly name: CallName;
  readonly args: readonly unknown[];
}

function run(calls: Calls, { name, args }: Call): CallResult {
  try {
    return { value: Reflect.apply(calls[name], undefined, args) };
  } catch (error) {
    // A BridgeError is thrown before the first write of its call; anything else spoils the whole batch.
    if (error instanceof BridgeError) return { error: failure(error, 'internal') };
    throw error;
  }
}

/** Null when this file is read outside its thread. */
const port = parentPort;
if (port !== null) {
  const answer = (reply: Reply) => port.postMessage(reply);
  try {
    const { db, calls } = open(workerData as ThreadOptions);
    port.on('message', (batch: readonly Call[] | 'close') => {
      if (batch === 'close') {
        db.close();
        port.close();
        return;
      }
      try {
        db.exec('BEGIN IMMEDIATE');
        const results = batch.map((call) => run(calls, call));
        db.exec('COMMIT');
        answer({ results });
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        const failed = failure(error, 'log-unavailable');
        answer({ results: batch.map(() => ({ error: failed })) });
      }
    });
    answer({ opened: true });
  } catch (error) {
    answer({ failed: failure(error, 'log-unavailable') });
    port.close();
  }
}
