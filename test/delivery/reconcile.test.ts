import { describe, expect, it } from 'vitest';
import type { DeliveryContext } from '../../src/delivery/context.ts';
import { planOf } from '../../src/delivery/plan.ts';
import { reconcile } from '../../src/delivery/reconcile.ts';
import type { PlannedStep } from '../../src/delivery/step.ts';
import type { Step } from '../../src/log/message.ts';
import { found, missed } from '../../src/record/finding.ts';
import type { WrittenWish } from '../../src/record/written.ts';
import { assessment, bundleOf, quickRoute } from './house.ts';
import { claimOf, contextOf, NOON, recordOf } from './stubs.ts';

const route = quickRoute({ unknown: { settle: 'PT15S', limit: 'P3D' } });
const [planned] = planOf({ ...bundleOf(assessment(undefined), 'Teksti') }, route, {
  id: 'cough',
  version: '1',
}).steps;
const search = { patient: 'p', encounter: 'e', contentDigest: 'of what was sent' };

const intended: Step = { name: 'note', attempt: 1, state: 'intended', intendedAt: NOON - 60_000, search };

function note(): PlannedStep {
  if (planned === undefined) throw new Error('there is a note to write');
  return planned;
}

/** Looks up a write of which this is known, at noon. */
async function lookUp(step: Partial<Step>, given: Partial<DeliveryContext> = {}) {
  const wishes: WrittenWish[] = [];
  const record = recordOf({
    findWritten: async (wish) => {
      wishes.push(wish);
      return found('DocumentReference/1');
    },
  });
  const context = contextOf({ record, route, ...given });
  return { verdict: await reconcile(note(), { ...intended, ...step }, claimOf(), context), wishes };
}

describe('a write of which the bridge does not know what became', () => {
  it('is looked up by what was sent, from a day before it was sent', async () => {
    const { verdict, wishes } = await lookUp({});
    expect(verdict).toEqual({ is: 'found', location: 'DocumentReference/1' });
    expect(wishes).toMatchObject([{ type: 'DocumentReference', digest: 'of what was sent' }]);
    expect(JSON.stringify(wishes[0]?.parameters)).toContain('ge2026-02-28T11:59:00.000Z');
  });

  it.each([
    ['its answer came just now', { endedAt: NOON }, {}, NOON + 15_000],
    ['it may have begun late and still run', { intendedAt: NOON }, {}, NOON + 2_000 + 15_000],
    ['another process may be at it', { intendedAt: NOON - 3_000 }, {}, NOON - 1_000 + 15_000],
    [
      'it was sent since the start',
      { intendedAt: NOON - 3_000 },
      { aloneSince: NOON - 3_500 },
      NOON - 1_000 + 15_000,
    ],
    [
      'the process that sent it has just died',
      { intendedAt: NOON - 3_000 },
      { aloneSince: NOON - 2_000 },
      NOON - 2_000 + 15_000,
    ],
  ])('is not looked up while the record system may be at it: %s', async (_, step, given, notBefore) => {
    const { verdict, wishes } = await lookUp(step, given);
    expect(verdict).toMatchObject({ is: 'doubt', notBefore });
    expect(wishes).toEqual([]);
  });

  it('is looked up at once when that time has passed', async () => {
    const { wishes } = await lookUp({ endedAt: NOON - 15_000 });
    expect(wishes).toHaveLength(1);
  });

  it('is a person’s to look up where the record system offers no way', async () => {
    const { verdict, wishes } = await lookUp({}, { withoutLookUp: () => new Set(['DocumentReference']) });
    expect(verdict).toEqual({ is: 'beyond', note: 'the record system offers no way to look it up' });
    expect(wishes).toEqual([]);
  });

  it('is not sought in a way by which what was sent cannot be found', async () => {
    const sent = { ...search, contentDigest: 'identifier:abc' };
    const { verdict, wishes } = await lookUp({ search: sent });
    expect(verdict.is).toBe('beyond');
    expect(wishes).toEqual([]);
  });

  it('is sent again in place of a look-up only once the record system has said that it creates under a condition', async () => {
    const again: PlannedStep = { ...note(), lookUp: { by: 'if-none-exist' } };
    const { search: _, ...sent } = intended;
    const verdict = (compared: ReadonlySet<string> | undefined) =>
      reconcile(again, sent, claimOf(), contextOf({ route, withoutLookUp: () => compared }));
    expect(await verdict(undefined)).toMatchObject({ is: 'doubt' });
    expect(await verdict(new Set(['DocumentReference']))).toMatchObject({ is: 'beyond' });
    expect(await verdict(new Set())).toEqual({ is: 'absent' });
  });

  it('is taken for absent only when the look-up says so', async () => {
    const absent = recordOf({ findWritten: async () => found(undefined) });
    expect((await lookUp({}, { record: absent })).verdict).toEqual({ is: 'absent' });
    const partial = recordOf({ findWritten: async () => missed('incomplete', 'more may exist') });
    expect((await lookUp({}, { record: partial })).verdict).toEqual({
      is: 'doubt',
      note: 'look-up: more may exist',
    });
  });
});
