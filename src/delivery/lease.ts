import type { ErrorCode } from '../errors.ts';
import { BridgeError } from '../errors.ts';
import type { Claim, Ending, MessageLog, StepSearch } from '../log/log.ts';

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

/** The log as one message's worker writes to it. Every call rejects with LeaseLost. */
export interface Lease {
  mapped(result: { mapping: string; digest: string; bundle: string }): Promise<void>;
  intend(name: string, search: StepSearch): Promise<{ attempt: number; intendedAt: number }>;
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

/** Puts a claim around the log. `now` in milliseconds since 1970. */
export function underLease(log: MessageLog, claim: Claim, now: () => number): Lease {
  const held = withoutContent(claim);
  const orLost = <T>(write: Promise<T>): Promise<T> =>
    write.catch((error: unknown) => {
      throw new LeaseLost(error);
    });
  return {
    mapped: (result) => orLost(log.mapped(held, { ...result, at: now() })),
    async intend(name, search) {
      const intendedAt = now();
      return { attempt: await orLost(log.intend(held, { name, at: intendedAt, search })), intendedAt };
    },
    settle: (step) => orLost(log.settle(held, step)),
    finish: (ending) => orLost(log.finish(held, ending, now())),
  };
}

/** The claim as far as writes under it need it: a log may live in another thread, and copies what it is given. */
export function withoutContent({ mapped: _, ...claim }: Claim): Claim {
  return { ...claim, payload: nothing, steps: [] };
}

const nothing = new Uint8Array(0);
