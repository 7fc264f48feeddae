import type { CircuitStatus } from '../delivery/circuit.ts';
import { explain } from '../delivery/explain.ts';
import type { MessageLog } from '../log/log.ts';
import type { LedgerCounts } from '../log/message.ts';
import type { Pause } from '../log/people.ts';
import type { CapabilityStatus } from '../operations/capability-check.ts';
import type { Queue, QueueStatus } from '../queue/queue.ts';
import { showClass, time } from './messages.ts';

export interface QueueParts {
  readonly log: Pick<MessageLog, 'ledger' | 'paused' | 'outbox'>;
  readonly queue: Pick<Queue, 'waiting' | 'status'>;
  /** The way to the record system, as this process sees it. */
  circuit(): CircuitStatus;
  capabilities(): CapabilityStatus;
  /** Alarms that stand, by urgency. */
  alarms(): ReadonlyMap<number, number>;
  now(): number;
}

/** What is where at a glance (schema Queue of openapi.yaml). */
export async function readQueue(parts: QueueParts) {
  const { log, queue } = parts;
  const [paused, ledger, outbox, waiting] = await Promise.all([
    log.paused(),
    log.ledger(),
    log.outbox(),
    queue.waiting(),
  ]);
  return {
    at: time(parts.now()),
    ...showPause(paused),
    record: { ...showCircuit(parts.circuit()), ...showCapabilities(parts.capabilities()) },
    wakes: showWakes(queue.status(), waiting),
    unfinished: ledger.unfinished.map(showUnfinished),
    alarms: [...parts.alarms()].map(([urgency, count]) => ({ ...showClass(urgency), count })),
    news: outbox.map(({ to, count, oldest }) => ({ to, count, oldest: time(oldest) })),
  };
}

/** The pause that stands (schema Pause of openapi.yaml): who, why and since when; nothing where there is none. */
export function showPause(paused: Pause | undefined) {
  if (paused === undefined) return {};
  const { who, why, at } = paused;
  return { paused: { who, why, since: time(at) } };
}

function showCircuit({ state, cause, until }: CircuitStatus) {
  return {
    state,
    ...(cause === undefined ? {} : { cause, explanation: explain(cause) }),
    ...(until === undefined ? {} : { until: time(until) }),
  };
}

function showCapabilities(status: CapabilityStatus) {
  const { gaps, lookUpGaps } = status.kind === 'read' ? status : { gaps: [], lookUpGaps: [] };
  return {
    statement: status.kind,
    ...(status.kind === 'unreadable' ? { why: status.why } : {}),
    gaps,
    lookUpGaps,
  };
}

function showWakes({ kind, connected }: QueueStatus, waiting: number) {
  return { kind, connected, waiting };
}

function showUnfinished({ urgency, count, oldest }: LedgerCounts['unfinished'][number]) {
  return { ...showClass(urgency), count, oldest: time(oldest) };
}
