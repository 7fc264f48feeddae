import type { ErrorCode } from '../errors.ts';
import { BridgeError } from '../errors.ts';
import type { MessageLog } from '../log/log.ts';
import type { Claim, Due, Ending, StepSearch } from '../log/message.ts';

/** A write to the log under a claim failed: the lease has gone to another worker, or the log is out of reach. */
export class LeaseLost extends Error {
  constructor(cause: unknown) {
    super('the message log did not take a write under this claim', { cause });
    this.name = 'LeaseLost';
  }

  /** Whether the log answered, and said that another worker has the message. */
  get taken(): boolean {
    return this.cause instanceof BridgeError && this.cause.code === 'internal';
  }
}

/** The log as one message's worker writes to it. Every call that gives a promise rejects with LeaseLost. */
export interface Lease {
  /**
   * Keeps what mapping made for the next write, which stores both in one commit: until then nothing was sent, so a
   * crash costs no more than to map again.
   */
  mapped(result: { mapping: string; digest: string; bundle: string }): void;
  intend(name: string, search?: StepSearch): Promise<{ attempt: number; intendedAt: number }>;
  settle(step: {
    readonly name: string;
    readonly attempt: number;
    readonly state: 'done' | 'refused' | 'unknown';
    readonly location?: string;
    readonly error?: ErrorCode;
    readonly at: number;
  }): Promise<void>;
  finish(ending: Ending): Promise<void>;
}

/** Puts a claim around the log. `now` in milliseconds since 1970; `wake` is told what may go because a try ended. */
export function underLease(
  log: MessageLog,
  claim: Claim,
  { now, wake }: { readonly now: () => number; readonly wake: (messages: readonly Due[]) => void },
): Lease {
  let unstored: Parameters<MessageLog['mapped']>[1] | undefined;

  async function write<T>(call: () => Promise<T>): Promise<T> {
    const stored = unstored === undefined ? undefined : log.mapped(claim, unstored);
    unstored = undefined;
    try {
      const [value] = await Promise.all([call(), stored]);
      return value;
    } catch (error) {
      throw new LeaseLost(error);
    }
  }

  return {
    mapped(result) {
      unstored = { ...result, at: now() };
    },
    async intend(name, search) {
      const intendedAt = now();
      return {
        attempt: await write(() =>
          log.intend(claim, { name, at: intendedAt, ...(search === undefined ? {} : { search }) }),
        ),
        intendedAt,
      };
    },
    settle: (step) => write(() => log.settle(claim, step)),
    finish: async (ending) => wake(await write(() => log.finish(claim, ending, now()))),
  };
}
