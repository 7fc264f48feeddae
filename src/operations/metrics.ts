import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { urgencyClass } from '../assessment/urgency.ts';
import type { LedgerCounts } from '../log/log.ts';

/** The figures of the bridge for Prometheus. Labels carry codes of the bridge only, never anything of a message. */
export interface Metrics {
  answered(answer: { method: string; route: string; status: number; seconds: number }): void;
  stepEnded(step: { name: string; result: string; seconds: number }): void;
  tryEnded(ended: { state: string; cause: string }): void;
  /** The text to serve, with what the log counts read anew. */
  render(counts: LedgerCounts, now: number): Promise<string>;
}

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

  function set(gauge: Gauge, label: string, values: Readonly<Record<string, number>>): void {
    gauge.reset();
    for (const [name, value] of Object.entries(values)) gauge.set({ [label]: name }, value);
  }

  return {
    answered({ method, route, status, seconds }) {
      answers.observe({ method, route, status: String(status) }, seconds);
    },
    stepEnded({ name, result, seconds }) {
      steps.observe({ step: name, result }, seconds);
    },
    tryEnded({ state, cause }) {
      tries.inc({ state, cause });
    },
    async render(counts, now) {
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
      return registry.metrics();
    },
  };
}
