import { expect, it } from 'vitest';
import { searchFor } from '../../src/delivery/create-step.ts';
import { planOf } from '../../src/delivery/plan.ts';
import { findPatient, findTarget } from '../../src/delivery/target.ts';
import type { EncounterWish } from '../../src/record/encounter.ts';
import { type FindingKind, found, missed } from '../../src/record/finding.ts';
import { assessment, bundleOf, quickRoute } from './house.ts';
import { claimOf, contextOf, NOON, recordOf } from './stubs.ts';

const route = quickRoute();
const bundle = { ...bundleOf(assessment(undefined), 'Teksti') };
const [note] = planOf(bundle, route, { id: 'cough', version: '1' }).steps;
const hour = 3_600_000;

/** Seeks a patient by two identifiers, the first of which is answered so; gives what was sought. */
async function seek(kind: FindingKind) {
  const sought: string[] = [];
  const record = recordOf({
    findPatient: async ({ value }) => {
      sought.push(value);
      return value === 'first' ? missed(kind, 'n') : found('p');
    },
  });
  const identifiers = ['first', 'second'].map((value) => ({ system: 's', value }));
  const result = await findPatient({ identifiers }, claimOf(), contextOf({ record }));
  return { result, sought };
}

it('seeks a patient by the next identifier only when nobody has the one before', async () => {
  expect(await seek('patient-unknown')).toEqual({
    result: { ok: true, value: 'p' },
    sought: ['first', 'second'],
  });
  for (const kind of ['patient-several', 'restricted', 'incomplete', 'not-sent'] as const) {
    expect(await seek(kind)).toMatchObject({ result: { finding: { kind } }, sought: ['first'] });
  }
});

it('seeks an encounter around the time of sending and of acceptance, in the states that the step needs', async () => {
  if (note === undefined) throw new Error('there is a note to write');
  const wishes: EncounterWish[] = [];
  const record = recordOf({
    findEncounter: async (wish) => {
      wishes.push(wish);
      return found('e');
    },
  });
  const window = { before: 'PT2H', after: 'PT1H' };
  const encounter = {
    ...route.encounter,
    window,
    statuses: ['finished', 'in-progress'],
    open: ['in-progress'],
  };
  const context = contextOf({ record, route: { ...route, encounter } });
  const claim = claimOf({ sentAt: NOON - 10 * hour, acceptedAt: NOON });
  const target = (step: typeof note) => findTarget(step, 'p', new Map(), claim, context);
  expect(await target({ ...note, encounter: 'any' })).toEqual({
    ok: true,
    value: { target: { patient: 'p', encounter: 'e' } },
  });
  await target({ ...note, encounter: 'open' });
  expect(wishes).toMatchObject([
    { patient: 'p', from: NOON - 12 * hour, to: NOON + hour, statuses: ['finished', 'in-progress'] },
    { statuses: ['in-progress'] },
  ]);
  expect(await target({ ...note, encounter: 'none' })).toEqual({
    ok: true,
    value: { target: { patient: 'p' } },
  });
  expect(wishes).toHaveLength(2);
});

it('searches again only by what is known of a write', () => {
  const resource = { resourceType: 'DocumentReference', type: { coding: [{ system: 's', code: 'c' }] } };
  const parameters = { patient: '{patient}', encounter: '{encounter}', type: '{type}', status: 'current' };
  expect(searchFor(resource, parameters, { patient: 'p' }, NOON)).toEqual({
    patient: 'p',
    type: 's|c',
    status: 'current',
  });
});
