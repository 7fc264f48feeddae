import type { ErrorCode } from '../errors.ts';
import type { Clock } from './clock.ts';

export interface CircuitOptions {
  readonly clock: Clock;
  /** Failures in a row that open the circuit. */
  readonly threshold: number;
  /** Milliseconds that it stays open, doubled at each failed probe up to `most`. */
  readonly first: number;
  readonly most: number;
  /** Told of each change. */
  readonly changed: (status: CircuitStatus) => void;
}

export interface CircuitStatus {
  /** `gap`: the record system does not offer what the route needs. */
  readonly state: 'closed' | 'open' | 'probing' | 'gap';
  /** Why it is open. */
  readonly cause?: ErrorCode;
  /** When it lets a probe through, in milliseconds since 1970. */
  readonly until?: number;
}

/** Whether messages may be claimed for a record system: all, one as a probe, or none for now. */
export interface Circuit {
  permit(): 'all' | 'one' | 'none';
  /** The probe ended, or there was nothing to probe with: closes where the record system answered it, else stays open. */
  release(): void;
  succeeded(call: string): void;
  /**
   * A failure that more messages would meet; opens when there were enough in a row of the same call, so that reads
   * which work do not hide writes which do not.
   */
  failed(call: string, cause: ErrorCode): void;
  /** Opens at once, for `length` milliseconds. */
  stop(cause: ErrorCode, length: number): void;
  /** The record system lacks what the route needs: nothing is claimed until that is over. */
  gapFound(): void;
  /** Closes, where it was stopped by a gap. */
  gapClosed(): void;
  status(): CircuitStatus;
}

/** A circuit breaker that begins closed. */
export function createCircuit(options: CircuitOptions): Circuit {
  const { clock, threshold, first, most, changed } = options;
  let status: CircuitStatus = { state: 'closed' };
  const failures = new Map<string, number>();
  let answered = false;
  let length = first;

  function become(next: CircuitStatus): void {
    const news = next.state !== status.state || next.cause !== status.cause;
    status = next;
    if (news) changed(next);
  }

  function open(cause: ErrorCode, until: number): void {
    if (status.state !== 'gap') become({ state: 'open', cause, until });
  }

  function close(): void {
    failures.clear();
    length = first;
    become({ state: 'closed' });
  }

  return {
    permit() {
      if (status.state === 'closed') return 'all';
      if (status.state !== 'open' || clock.now() < (status.until ?? 0)) return 'none';
      answered = false;
      become({ ...status, state: 'probing' });
      return 'one';
    },
    release() {
      if (status.state !== 'probing') return;
      if (answered) close();
      else become({ ...status, state: 'open' });
    },
    succeeded(call) {
      failures.delete(call);
      answered = true;
    },
    failed(call, cause) {
      const inARow = (failures.get(call) ?? 0) + 1;
      failures.set(call, inARow);
      if (status.state === 'probing') length = Math.min(most, length * 2);
      if (status.state === 'probing' || (status.state === 'closed' && inARow >= threshold)) {
        open(cause, clock.now() + length);
      }
    },
    stop: (cause, time) => open(cause, clock.now() + time),
    gapFound: () => become({ state: 'gap', cause: 'route-gap' }),
    gapClosed() {
      if (status.state === 'gap') close();
    },
    status: () => status,
  };
}
