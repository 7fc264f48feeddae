import { expect, it } from 'vitest';
import type { LedgerCounts } from '../../src/log/message.ts';
import { readLedger } from '../../src/operations/ledger.ts';
import { createMetrics } from '../../src/operations/metrics.ts';

function counts(given: Partial<LedgerCounts> = {}): LedgerCounts {
  const states = {
    received: 0,
    mapped: 0,
    delivering: 0,
    delivered: 2,
    waiting: 0,
    held: 1,
    unknown: 0,
    trial: 0,
    withdrawn: 0,
  };
  return { accepted: 3, states, held: {}, waiting: {}, unfinished: [], ...given };
}

it('calls the books balanced only when each accepted edition stands in one state', () => {
  const balanced = [2, 3, 4].map((accepted) => readLedger(counts({ accepted })).balanced);
  expect(balanced).toEqual([false, true, false]);
});

it('gives the age of the oldest unfinished message in seconds, and never less than none', async () => {
  const { render } = createMetrics();
  const unfinished = [
    { urgency: 1, count: 2, oldest: 10_000 },
    { urgency: 9, count: 1, oldest: 99_000 },
  ];
  const served = await render(counts({ unfinished }), 70_000);
  expect(served).toContain('bridge_oldest_unfinished_seconds{class="P1"} 60\n');
  expect(served).toContain('bridge_oldest_unfinished_seconds{class="none"} 0\n');
});

it('shows no cause any more that nothing is held by', async () => {
  const { render } = createMetrics();
  const before = await render(counts({ held: { 'patient-unknown': 1 } }), 0);
  expect(before).toContain('bridge_messages_held{cause="patient-unknown"} 1');
  expect(await render(counts({ held: {} }), 0)).not.toContain('patient-unknown');
});
