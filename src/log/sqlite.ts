import { Worker } from 'node:worker_threads';
import { BridgeError } from '../errors.ts';
import { exactly } from './exactly.ts';
import type { LogOptions, MessageLog } from './log.ts';
import type { Lease } from './message.ts';
import type { DataKey } from './sealing.ts';
import type { Call, CallName, CallResult, Reply, ThreadOptions } from './sqlite-thread.ts';

interface Pending {
  readonly call: Call;
  resolve(value: never): void;
  reject(error: Error): void;
}

/** At most so many calls share one transaction, so that one slow batch does not keep all callers waiting. */
const BATCH = 256;

function raised(error: Extract<CallResult, { error: unknown }>['error']): BridgeError {
  const cause = error.cause === undefined ? {} : { cause: new Error(error.cause) };
  return new BridgeError(error.code, error.details, cause);
}

/**
 * The message log on SQLite, in a thread of its own. Calls made while a batch is being written form the next one:
 * under load many calls share one fsync, and a single call waits for nobody.
 * `file` is created where missing; `keys` seals what it holds; without `newsTo` its outbox stays empty.
 * @throws BridgeError `log-in-use`, `data-key-wrong`, `log-unavailable`, `configuration-invalid`.
 */
export async function openSqliteLog({
  file,
  keys,
  newsTo = [],
}: {
  readonly file: string;
  readonly keys: readonly DataKey[];
} & Partial<LogOptions>): Promise<MessageLog> {
  const workerData: ThreadOptions = { file, keys, newsTo };
  const thread = new Worker(new URL('./sqlite-thread.ts', import.meta.url), {
    workerData,
    name: 'message-log',
  });
  let queued: Pending[] = [];
  let inWork: Pending[] = [];
  let scheduled = false;
  let gone: Error | undefined;

  /** Sends when this turn of the event loop has done its work, so that all its calls travel together. */
  function schedule(): void {
    if (scheduled || inWork.length > 0 || queued.length === 0) return;
    scheduled = true;
    setImmediate(send);
  }

  function send(): void {
    scheduled = false;
    if (inWork.length > 0 || queued.length === 0) return;
    inWork = queued.splice(0, BATCH);
    thread.postMessage(inWork.map(({ call }) => call));
  }

  function settle(results: readonly CallResult[]): void {
    const done = inWork;
    inWork = [];
    for (const [i, { resolve, reject }] of done.entries()) {
      const result = results[i];
      if (result === undefined) reject(new BridgeError('log-unavailable'));
      else if ('error' in result) reject(raised(result.error));
      // The thread answers each call with what that call returns there: see Calls in sqlite-thread.ts.
      else resolve(result.value as never);
    }
    schedule();
  }

  function fail(cause: Error): void {
    gone ??= cause;
    const lost = [...inWork, ...queued];
    inWork = [];
    queued = [];
    for (const { reject } of lost) reject(new BridgeError('log-unavailable', [], { cause }));
  }

  await new Promise<void>((resolve, reject) => {
    thread.once('message', (reply: Reply) => {
      if ('failed' in reply) reject(raised(reply.failed));
      else resolve();
    });
    thread.once('error', reject);
  });
  thread.on('message', (reply: Reply) => {
    if ('results' in reply) settle(reply.results);
  });
  thread.on('error', fail);
  const ended = new Promise<void>((resolve) => {
    thread.once('exit', () => {
      fail(new Error('the thread of the message log has ended'));
      resolve();
    });
  });

  function call<Name extends CallName & keyof MessageLog>(name: Name): MessageLog[Name];
  function call(name: CallName): (...args: unknown[]) => Promise<never> {
    return (...args) =>
      new Promise((resolve, reject) => {
        if (gone !== undefined) {
          reject(new BridgeError('log-unavailable', [], { cause: gone }));
          return;
        }
        queued.push({ call: { name, args }, resolve, reject });
        schedule();
      });
  }

  /** A call under a lease. Callers give whole claims; only what names the lease is copied into the thread. */
  function under<Rest extends unknown[], Value>(write: (lease: Lease, ...rest: Rest) => Promise<Value>) {
    return ({ id, fence }: Lease, ...rest: Rest) => write({ id, fence }, ...rest);
  }

  const accept = call('accept');
  return {
    accept: (message) => accept({ ...message, payload: exactly(message.payload) }),
    claim: call('claim'),
    nextDue: call('nextDue'),
    due: call('due'),
    extend: under(call('extend')),
    mapped: under(call('mapped')),
    intend: under(call('intend')),
    settle: under(call('settle')),
    finish: under(call('finish')),
    withdraw: call('withdraw'),
    hurry: call('hurry'),
    resolve: call('resolve'),
    redrive: call('redrive'),
    pause: call('pause'),
    resume: call('resume'),
    paused: call('paused'),
    acts: call('acts'),
    alarms: call('alarms'),
    claimNews: call('claimNews'),
    newsSent: call('newsSent'),
    newsFailed: call('newsFailed'),
    outbox: call('outbox'),
    prune: call('prune'),
    message: call('message'),
    list: call('list'),
    ledger: call('ledger'),
    content: call('content'),
    latest: call('latest'),
    keepMappings: call('keepMappings'),
    mappingFiles: call('mappingFiles'),
    time: async () => Date.now(),
    close() {
      thread.postMessage('close');
      return ended;
    },
  };
}
