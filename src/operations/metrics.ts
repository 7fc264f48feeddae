import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { urgencyClass } from '../assessment/urgency.ts';
import type { Observer } from '../delivery/context.ts';
import type { NewsResult } from '../delivery/news-answer.ts';
import type { MessageLog } from '../log/log.ts';
import type { LedgerCounts } from '../log/message.ts';
import type { Recipient } from '../log/outbox.ts';
import type { ShadowResult } from './shadow.ts';

/** The figures of the bridge for Prometheus. Labels carry codes of the bridge only, never anything of a message. */
export interface Metrics {
  answered(answer: { method: string; route: string; status: number; seconds: number }): void;
  /** Changed mappings went live, or could not. */
  reloaded(result: 'live' | 'broken'): void;
  /** Codes of a message that no ConceptMap lists. */
  unmapped(codes: readonly { readonly map: string; readonly behaviour: string }[]): void;
  /** The shadow mappings took a message beside the live ones, or skipped it. */
  shadowed(result: ShadowResult): void;
  /** A piece of news was posted, or was not taken. */
  posted(news: { readonly to: Recipient; readonly result: NewsResult }): void;
  /** How many alarms stand, by urgency. */
  alarms(standing: ReadonlyMap<number, number>): void;
  /** Whether wakes go by the queue that is configured. */
  queueConnected(connected: boolean): void;
  /** Milliseconds by which this computer's clock is ahead of the message log's. */
  clockAhead(milliseconds: number): void;
  /** What delivery tells as it goes. */
  readonly observer: Observer;
  /** The text to serve, with what the log counts, and what waits in its outbox, read anew. */
  render(counts: LedgerCounts, now: number, outbox?: Outbox): Promise<string>;
}

type Outbox = Awaited<ReturnType<MessageLog['outbox']>>;

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const answers = new Histogram({
    name: 'bridge_http_answer_seconds',
    help: 'Time from request to answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers,
  });
  const steps = new Histogram({
    name: 'bridge_step_seconds',
    help: 'Time of one outbound write, by how it ended.',
    labelNames: ['step', 'result'],
    buckets: SECONDS,
    registers,
  });
  const tries = new Counter({
    name: 'bridge_tries_total',
    help: 'Tries to deliver a message, by how they ended.',
    labelNames: ['state', 'cause'],
    registers,
  });
  const ages = new Histogram({
    name: 'bridge_delivered_age_seconds',
    help: 'Time from acceptance to the record, by class.',
    labelNames: ['class'],
    buckets: [0.1, 0.5, 1, 2, 5, 10, 60, 600, 3600, 86_400, 604_800],
    registers,
  });
  const lookUps = new Counter({
    name: 'bridge_look_ups_total',
    help: 'Look-ups of writes whose outcome was not known, by what they found.',
    labelNames: ['outcome'],
    registers,
  });
  const abandoned = new Counter({
    name: 'bridge_claims_abandoned_total',
    help: 'Claims given up without an ending, by why.',
    labelNames: ['why'],
    registers,
  });
  const failures = new Counter({
    name: 'bridge_unforeseen_failures_total',
    help: 'Failures of the bridge that it did not foresee; each is in the log.',
    registers,
  });
  const circuit = new Gauge({
    name: 'bridge_record_circuit',
    help: 'The way to the record system: 1 at the state it is in.',
    labelNames: ['state'],
    registers,
  });
  const accepted = new Gauge({
    name: 'bridge_messages_accepted',
    help: 'Editions accepted since the log began.',
    registers,
  });
  const states = new Gauge({
    name: 'bridge_messages',
    help: 'Messages by the state they are in now.',
    labelNames: ['state'],
    registers,
  });
  const held = new Gauge({
    name: 'bridge_messages_held',
    help: 'Messages that need a person, by cause.',
    labelNames: ['cause'],
    registers,
  });
  const waiting = new Gauge({
    name: 'bridge_messages_waiting',
    help: 'Messages that wait, by what for.',
    labelNames: ['reason'],
    registers,
  });
  const unfinished = new Gauge({
    name: 'bridge_messages_unfinished',
    help: 'Messages not yet in the record, by class.',
    labelNames: ['class'],
    registers,
  });
  const oldest = new Gauge({
    name: 'bridge_oldest_unfinished_seconds',
    help: 'Age of the oldest message not yet in the record, by class.',
    labelNames: ['class'],
    registers,
  });

  const reloads = new Counter({
    name: 'bridge_mappings_reloads_total',
    help: 'Changes of the mappings folder, by what became of them: live or broken.',
    labelNames: ['result'],
    registers,
  });
  const broken = new Gauge({
    name: 'bridge_mappings_broken',
    help: '1 while the mappings folder holds a mistake and the version before stays live.',
    registers,
  });
  const unmapped = new Counter({
    name: 'bridge_unmapped_codes_total',
    help: 'Codes that a ConceptMap did not list, by map and by what it says to do then.',
    labelNames: ['map', 'behaviour'],
    registers,
  });

  const shadowed = new Counter({
    name: 'bridge_shadow_messages_total',
    help: 'Messages that the shadow mappings took too, by how their bundle compares with the live one.',
    labelNames: ['result'],
    registers,
  });

  const posted = new Counter({
    name: 'bridge_news_total',
    help: 'Tries to post news, by recipient and how they ended. All but those sent are tried again.',
    labelNames: ['to', 'result'],
    registers,
  });
  const outboxLines = new Gauge({
    name: 'bridge_outbox',
    help: 'Pieces of news that wait to be taken, by recipient.',
    labelNames: ['to'],
    registers,
  });
  const outboxOldest = new Gauge({
    name: 'bridge_outbox_oldest_seconds',
    help: 'Age of the oldest news that waits to be taken, by recipient.',
    labelNames: ['to'],
    registers,
  });
  const alarms = new Gauge({
    name: 'bridge_alarms',
    help: 'Alarms that stand: urgent messages not in the record in their time, or held, by class.',
    labelNames: ['class'],
    registers,
  });

  const queue = new Gauge({
    name: 'bridge_queue_connected',
    help: '1 while workers are woken by the queue that is configured; 0 while this process wakes its own.',
    registers,
  });
  const clock = new Gauge({
    name: 'bridge_clock_ahead_seconds',
    help: "By how much this computer's clock is ahead of the message log's.",
    registers,
  });

  circuit.set({ state: 'closed' }, 1);
  queue.set(1);

  function set(gauge: Gauge, label: string, values: Readonly<Record<string, number>>): void {
    gauge.reset();
    for (const [name, value] of Object.entries(values)) gauge.set({ [label]: name }, value);
  }

  return {
    answered({ method, route, status, seconds }) {
      answers.observe({ method, route, status: String(status) }, seconds);
    },
    reloaded(result) {
      reloads.inc({ result });
      broken.set(result === 'broken' ? 1 : 0);
    },
    unmapped(codes) {
      for (const { map, behaviour } of codes) unmapped.inc({ map, behaviour });
    },
    shadowed(result) {
      shadowed.inc({ result });
    },
    posted({ to, result }) {
      posted.inc({ to, result });
    },
    alarms(standing) {
      for (const [urgency, count] of standing) alarms.set({ class: urgencyClass(urgency) ?? 'none' }, count);
    },
    queueConnected(connected) {
      queue.set(connected ? 1 : 0);
    },
    clockAhead(milliseconds) {
      clock.set(milliseconds / 1000);
    },
    observer: {
      stepEnded({ name, outcome, milliseconds }) {
        steps.observe({ step: name, result: outcome }, milliseconds / 1000);
      },
      lookedUp(outcome) {
        lookUps.inc({ outcome });
      },
      finished({ urgency, ending, age }) {
        const cause =
          ending.state === 'held' ? ending.cause : ending.state === 'waiting' ? ending.reason : '';
        tries.inc({ state: ending.state, cause });
        if (ending.state === 'delivered')
          ages.observe({ class: urgencyClass(urgency) ?? 'none' }, age / 1000);
      },
      abandoned(why) {
        abandoned.inc({ why });
      },
      failed() {
        failures.inc();
      },
      circuitChanged({ state }) {
        circuit.reset();
        circuit.set({ state }, 1);
      },
    },
    async render(counts, now, outbox = []) {
      accepted.set(counts.accepted);
      set(states, 'state', counts.states);
      set(held, 'cause', counts.held);
      set(waiting, 'reason', counts.waiting);
      unfinished.reset();
      oldest.reset();
      for (const { urgency, count, oldest: since } of counts.unfinished) {
        const label = { class: urgencyClass(urgency) ?? 'none' };
        unfinished.set(label, count);
        oldest.set(label, Math.max(0, now - since) / 1000);
      }
      outboxLines.reset();
      outboxOldest.reset();
      for (const { to, count, oldest: since } of outbox) {
        outboxLines.set({ to }, count);
        outboxOldest.set({ to }, Math.max(0, now - since) / 1000);
      }
      return registry.metrics();
    },
  };
}
