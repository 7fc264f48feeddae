import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { type CapabilityStatus, startCapabilityCheck } from '../../src/operations/capability-check.ts';
import type { RecordSystem } from '../../src/record/record.ts';

type Answer = Awaited<ReturnType<RecordSystem['gaps']>>;

const fine: Answer = { ok: true, value: [] };
const gap: Answer = { ok: true, value: [{ text: 'Task: create' }] };
const blind: Answer = { ok: true, value: [{ text: 'Task: no search-type', lookUpOf: 'Task' }] };
const down: Answer = { ok: false, finding: { kind: 'not-sent', note: 'connection refused' } };

const idle = {
  needs: [],
  delivery: { compared: () => undefined },
  interval: 1,
  newId: () => 'id',
  changed: () => undefined,
};

/** Runs the check over these answers, one look after another, and gives what it did. */
async function watch(answers: readonly [Answer, ...Answer[]]) {
  const acts: string[][] = [];
  const seen: CapabilityStatus[] = [];
  let looks = 0;
  const check = startCapabilityCheck({
    record: {
      gaps: async () => {
        const answer = answers[looks] ?? answers.at(-1) ?? answers[0];
        looks += 1;
        return answer;
      },
    },
    needs: [],
    delivery: { compared: (gaps) => void acts.push(gaps.map(({ text }) => text)) },
    interval: 1,
    newId: () => 'id',
    changed: (status) => void seen.push(status),
  });
  onTestFinished(() => check.stop());
  while (looks < answers.length + 1) await pause(1);
  return { acts, seen, status: check.status() };
}

it('lets the route go when the record system offers all that it needs', async () => {
  expect(await watch([fine])).toEqual({
    acts: [[], []],
    seen: [{ kind: 'read', gaps: [], lookUpGaps: [] }],
    status: { kind: 'read', gaps: [], lookUpGaps: [] },
  });
});

it('stops the route at a gap, names it, and lets it go when the gap is closed', async () => {
  const { acts, seen } = await watch([gap, gap, fine]);
  expect(acts.slice(0, 3)).toEqual([['Task: create'], ['Task: create'], []]);
  expect(seen).toEqual([
    { kind: 'read', gaps: ['Task: create'], lookUpGaps: [] },
    { kind: 'read', gaps: [], lookUpGaps: [] },
  ]);
});

it('tells what is missing for look-ups apart from what the route cannot work without', async () => {
  const { status } = await watch([blind]);
  expect(status).toEqual({ kind: 'read', gaps: [], lookUpGaps: ['Task: no search-type'] });
});

it('does not take a record system that cannot be read for one with gaps', async () => {
  const { acts, status } = await watch([down]);
  expect(acts).toEqual([]);
  expect(status).toEqual({ kind: 'unreadable', why: 'connection refused' });
});

it('keeps a stopped route stopped while the statement cannot be read again', async () => {
  const { acts } = await watch([gap, down, down, fine]);
  expect(acts.slice(0, 2)).toEqual([['Task: create'], []]);
});

it('asks again soon where the statement could not be read, however rarely it looks otherwise', async () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const gaps = vi.fn<RecordSystem['gaps']>(async () => down);
  const check = startCapabilityCheck({ ...idle, record: { gaps }, interval: 3_600_000 });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(gaps).toHaveBeenCalledTimes(2);
  gaps.mockResolvedValue(fine);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(gaps).toHaveBeenCalledTimes(3);
  await check.stop();
});

it('says and does nothing any more once it was stopped', async () => {
  const answer = Promise.withResolvers<Answer>();
  const acts: unknown[] = [];
  const check = startCapabilityCheck({
    ...idle,
    record: { gaps: () => answer.promise },
    delivery: { compared: (gaps) => void acts.push(gaps) },
    changed: (status) => void acts.push(status),
  });
  const stopped = check.stop();
  answer.resolve(gap);
  await stopped;
  expect(acts).toEqual([]);
});
