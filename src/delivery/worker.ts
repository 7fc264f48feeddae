import { traceOf } from '../errors.ts';
import type { MessageLog } from '../log/log.ts';
import type { Claim, Due, Ending } from '../log/message.ts';
import type { Circuit } from './circuit.ts';
import { createClaims } from './claims.ts';
import type { DeliveryContext } from './context.ts';
import { deliver } from './deliver.ts';
import { LeaseLost, underLease } from './lease.ts';
import { endingNow } from './reckoning.ts';

/** The part of a pino logger that delivery uses. */
export interface Logger {
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

export interface WorkerOptions {
  readonly log: MessageLog;
  readonly context: DeliveryContext;
  readonly circuit: Circuit;
  readonly logger: Logger;
  /** Whether this process may claim at all, beside what the circuit says. */
  readonly mayClaim: () => boolean;
  /** Told what may be claimed, now or later, because a try ended. */
  readonly wake: (messages: readonly Due[]) => void;
  /** Milliseconds of a lease; it is made longer while its message is in work. */
  readonly lease: number;
}

/** Claims messages and delivers them. */
export interface Worker {
  /** Takes the most urgent due message as far as it comes; gives whether there was one. Never rejects. */
  work(): Promise<boolean>;
  /** Claims no more; the leases of messages in work are still renewed. */
  stop(): void;
  /** Leaves what is still in work to its lease. */
  abandon(): void;
}

/** Makes a worker; many `work` calls may run at the same time. */
export function createWorker(options: WorkerOptions): Worker {
  const { log, context, circuit, logger, mayClaim, wake, lease } = options;
  const { clock, observe } = context;
  const inWork = new Set<Claim>();
  let cancelRenewal: (() => void) | undefined;
  let stopped = false;
  let abandoned = false;

  const claims = createClaims(async (limit, fair) => {
    const permit = stopped || !mayClaim() ? 'none' : circuit.permit();
    if (permit === 'none') return [];
    const claimed = await log.claim({
      now: clock.now(),
      lease,
      limit: permit === 'one' ? 1 : limit,
      ...(fair === undefined ? {} : { fair }),
    });
    if (permit === 'one' && claimed.length === 0) circuit.release();
    return claimed;
  });

  /** Keeps the leases of all messages in work, by one timer for all. */
  function renewLeases(): void {
    if (abandoned) return;
    cancelRenewal = clock.after(lease / 3, () => {
      const renewals = [...inWork].map((claim) => log.extend(claim, clock.now() + lease));
      // A worker whose lease could not be renewed meets the same refusal at its next write, and says so there.
      void Promise.allSettled(renewals).then(() => (inWork.size > 0 ? renewLeases() : forgetRenewal()));
    });
  }

  function forgetRenewal(): void {
    cancelRenewal?.();
    cancelRenewal = undefined;
  }

  async function handle(claim: Claim): Promise<void> {
    const held = underLease(log, claim, { now: clock.now, wake });
    let ending: Ending;
    try {
      await context.crashPoint('after-claim', claim);
      ending = await deliver(claim, held, context);
      await context.crashPoint('after-finish', claim);
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      observe.failed();
      logger.error(
        { message: claim.id, correlation: claim.correlation, failure: traceOf(error) },
        'delivery failed',
      );
      ending = endingNow({ kind: 'internal', note: `unforeseen ${nameOf(error)}` }, claim, context);
      await held.finish(ending);
    }
    const { kind, urgency, acceptedAt } = claim;
    observe.finished({ kind, urgency, ending, age: clock.now() - acceptedAt });
  }

  async function guarded(claim: Claim): Promise<void> {
    inWork.add(claim);
    if (cancelRenewal === undefined) renewLeases();
    try {
      await handle(claim);
    } catch (error) {
      const taken = error instanceof LeaseLost && error.taken;
      observe.abandoned(taken ? 'taken' : 'log-unavailable');
      logger.warn(
        { message: claim.id, correlation: claim.correlation, failure: traceOf(error) },
        taken
          ? 'another worker has this message'
          : 'the message log is out of reach; the lease will end by itself',
      );
    } finally {
      inWork.delete(claim);
      circuit.release();
    }
  }

  return {
    async work() {
      try {
        const claim = await claims.next();
        if (claim === undefined) return false;
        await guarded(claim);
        return true;
      } catch (error) {
        circuit.release();
        observe.failed();
        logger.error({ failure: traceOf(error) }, 'messages could not be claimed');
        return false;
      }
    },
    stop() {
      stopped = true;
    },
    abandon() {
      abandoned = true;
      forgetRenewal();
    },
  };
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'failure';
}
