import { BridgeError } from '../errors.ts';

/** How one call of a batch ended. */
export type Outcome<Value> = { readonly value: Value } | { readonly error: unknown };

interface Waiting<Call, Value> {
  readonly call: Call;
  readonly key: string;
  resolve(value: Value): void;
  reject(error: unknown): void;
}

/** Calls that are made while others are under way, gathered to batches. */
export interface Lane<Call, Value> {
  call(call: Call): Promise<Value>;
  /** Resolves when nothing is under way or waits. */
  idle(): Promise<void>;
}

/**
 * Runs calls in batches: those made while `width` batches are under way form the next one, at most `most` together; a
 * single call waits for nobody. Calls with the same key run in their order, never in two batches at the same time,
 * and with `apart` not in the same batch either. A batch that rejects is run again call by call where `mayBeOne` says
 * that one of them may have spoilt it for all.
 */
export function createLane<Call, Value>(options: {
  readonly most: number;
  readonly width: number;
  readonly apart: boolean;
  readonly keyOf: (call: Call) => string;
  readonly run: (calls: readonly Call[]) => Promise<readonly Outcome<Value>[]>;
  readonly mayBeOne: (error: unknown) => boolean;
}): Lane<Call, Value> {
  const { most, width, apart, keyOf, run, mayBeOne } = options;
  let queue: Waiting<Call, Value>[] = [];
  const busy = new Set<string>();
  let running = 0;
  let scheduled = false;
  let idlers: (() => void)[] = [];

  /** The next batch: the oldest calls whose keys are free. */
  function take(): readonly Waiting<Call, Value>[] {
    const batch: Waiting<Call, Value>[] = [];
    const left: Waiting<Call, Value>[] = [];
    const own = new Set<string>();
    for (const [i, waiting] of queue.entries()) {
      if (batch.length === most) {
        left.push(...queue.slice(i));
        break;
      }
      if (busy.has(waiting.key) || (apart && own.has(waiting.key))) left.push(waiting);
      else {
        own.add(waiting.key);
        batch.push(waiting);
      }
    }
    queue = left;
    return batch;
  }

  async function settle(batch: readonly Waiting<Call, Value>[]): Promise<void> {
    try {
      const outcomes = await run(batch.map(({ call }) => call));
      for (const [i, { resolve, reject }] of batch.entries()) {
        const outcome = outcomes[i] ?? { error: new BridgeError('log-unavailable') };
        if ('error' in outcome) reject(outcome.error);
        else resolve(outcome.value);
      }
    } catch (error) {
      if (batch.length > 1 && mayBeOne(error)) for (const one of batch) await settle([one]);
      else for (const { reject } of batch) reject(error);
    }
  }

  async function serve(batch: readonly Waiting<Call, Value>[]): Promise<void> {
    running += 1;
    for (const { key } of batch) busy.add(key);
    await settle(batch);
    for (const { key } of batch) busy.delete(key);
    running -= 1;
    if (running === 0 && queue.length === 0) {
      for (const resolve of idlers) resolve();
      idlers = [];
    }
    schedule();
  }

  /** Sends when this turn of the event loop has done its work, so that all its calls travel together. */
  function schedule(): void {
    if (scheduled || running >= width || queue.length === 0) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      if (running >= width) return;
      const batch = take();
      if (batch.length === 0) return;
      void serve(batch);
      schedule();
    });
  }

  return {
    call: (call) =>
      new Promise((resolve, reject) => {
        queue.push({ call, key: keyOf(call), resolve, reject });
        schedule();
      }),
    idle: () =>
      running === 0 && queue.length === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            idlers.push(resolve);
          }),
  };
}
