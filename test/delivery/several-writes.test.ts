import { describe, expect, it } from 'vitest';
import { type CrashPoint, crashPoints } from '../../src/delivery/crash-points.ts';
import { openEncounter } from '../../src/sandbox/admission.ts';
import { faults } from '../../src/sandbox/faults.ts';
import { values } from '../../src/sandbox/json.ts';
import { assessment, mortal, openHouse, quickSettings } from './house.ts';
import { assignCough, rich, richRoute, richTexts } from './rich.ts';

/** A house whose route writes five times for each message: three notes, an observation, answers. */
async function richHouse(situation = 'encounter') {
  const house = await openHouse({ longestNote: 120 });
  const source = assessment(house.person(situation));
  const hetu = source.client.hetu ?? '';
  assignCough(house.twin, hetu);
  const id = await house.accept(source);
  const deliver = (more: Parameters<typeof house.deliver>[0] = {}) =>
    house.deliver({ mappings: () => rich, route: richRoute(), ...more });
  /** What stands in the record. */
  const written = () => ({
    notes: house.notes().map(({ text }) => text),
    encounters: new Set(house.notes().map(({ encounter }) => encounter)).size,
    observations: [...house.twin.store.all('Observation')].length,
    answers: [...house.twin.store.all('QuestionnaireResponse')].length,
  });
  const everything = { notes: richTexts(source), encounters: 1, observations: 1, answers: 1 };
  return { ...house, source, hetu, id, deliver, written, everything };
}

it('writes the note in its parts, then the answers, then the vital sign, each once', async () => {
  const house = await richHouse();
  house.deliver();
  const message = await house.until(house.id, 'delivered');
  expect(message.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'DocumentReference done',
    'DocumentReference-2 done',
    'DocumentReference-3 done',
    'QuestionnaireResponse done',
    'Observation done',
  ]);
  expect(house.written()).toEqual(house.everything);
  const codes = [...house.twin.store.all('Observation')].flatMap(({ resource }) =>
    values(resource, 'code.coding.code'),
  );
  expect(codes).toEqual(['8480-6']);
});

/** How often each point is reached on the way of five writes. */
const times: Readonly<Record<CrashPoint, number>> = {
  'after-claim': 1,
  'after-look-up': 0,
  'after-verdict': 0,
  'after-mapping': 1,
  'after-search': 5,
  'after-intent': 5,
  'after-write': 5,
  'after-result': 4,
  'after-finish': 1,
};
const places = crashPoints.flatMap((point) =>
  Array.from({ length: times[point] }, (_, i) => ({ point, nth: i + 1 })),
);

/** Begins delivery that dies when it reaches the point for the nth time; settles when it has. */
async function dieAt(house: Awaited<ReturnType<typeof richHouse>>, point: CrashPoint, nth: number) {
  const { log, perish } = mortal(house.log);
  const died = Promise.withResolvers<void>();
  let reached = 0;
  house.deliver({
    log,
    settings: { ...quickSettings, lease: 100, stopLimit: 10 },
    crashPoint(at) {
      if (at !== point || ++reached !== nth) return undefined;
      died.resolve();
      return perish();
    },
  });
  await died.promise;
}

describe('a message of several writes whose process dies', () => {
  it.each(places)('$point, time $nth, has each of them in the record once', async ({ point, nth }) => {
    const house = await richHouse();
    await dieAt(house, point, nth);
    house.deliver({ alone: true });
    await house.until(house.id, 'delivered');
    expect(house.written()).toEqual(house.everything);
  });

  const lost = ['ghost-ack', '504', '500', 'refuse', 'truncated', 'reset-half-answer'];
  it.each(
    places.flatMap((place) => lost.map((fault) => ({ ...place, fault }))).filter((_, i) => i % 5 === 0),
  )(
    '$point, time $nth, while answers are lost ($fault), has each of them in the record once',
    async ({ point, nth, fault }) => {
      const house = await richHouse();
      for (const resource of ['DocumentReference', 'Observation', 'QuestionnaireResponse', 'CarePlan']) {
        house.twin.faults.add({ fault, resource, nth: 2 });
        house.twin.faults.add({ fault, resource, method: 'POST', nth: 1 });
      }
      // A write that is looked up and found does not pass each point, so it may come through alive.
      await Promise.race([dieAt(house, point, nth), house.until(house.id, 'delivered')]);
      house.deliver({ alone: true });
      await house.until(house.id, 'delivered');
      expect(house.written()).toEqual(house.everything);
    },
  );
});

/** Faults by which the record system clearly says no. */
const refusals: ReadonlySet<string> = new Set(['409', '422']);

it.each(faults.map(({ name }) => name))(
  'the fault %s on each kind of write leaves each of them in the record once',
  async (fault) => {
    const house = await richHouse();
    const struck = [
      { resource: 'DocumentReference', nth: 2 },
      { resource: 'Observation', nth: 1 },
      { resource: 'QuestionnaireResponse', nth: 1 },
    ];
    for (const rule of struck)
      house.twin.faults.add({ fault, method: 'POST', ...rule, ms: 1000, seconds: 0 });
    house.deliver();
    for (const _ of refusals.has(fault) ? struck : []) {
      await house.until(house.id, 'held');
      expect(house.written()).not.toEqual(house.everything);
      await house.again(house.id);
    }
    await house.until(house.id, 'delivered');
    expect(house.written()).toEqual(house.everything);
  },
);

it('waits with the reason while only the open encounter of the vital sign is missing, and never writes the note again', async () => {
  const house = await richHouse('finished');
  house.deliver();
  const waiting = await house.until(house.id, ({ state, attempts }) => state === 'waiting' && attempts > 2);
  expect(waiting.cause).toBe('encounter-missing');
  expect(waiting.history.at(-1)?.note).toBe('Observation: no encounter fits');
  expect(house.written()).toEqual({ ...house.everything, observations: 0 });

  const [patient] = house.twin.store.patientsByIdentifier(house.hetu);
  openEncounter(house.twin.store, patient?.resource.id ?? '', 'in-progress', new Date());
  await house.until(house.id, 'delivered');
  expect(house.written()).toEqual(house.everything);
});

it('asks a person when the open encounter does not come, and goes on after a redrive where it stopped', async () => {
  const house = await richHouse('finished');
  const { encounter } = richRoute();
  const impatient = richRoute({ encounter: { ...encounter, wait: { other: 'PT0S' } } });
  const first = house.deliver({ route: impatient });
  expect(await house.until(house.id, 'held')).toMatchObject({ cause: 'encounter-missing' });
  await first.stop();

  const [patient] = house.twin.store.patientsByIdentifier(house.hetu);
  openEncounter(house.twin.store, patient?.resource.id ?? '', 'in-progress', new Date());
  await house.again(house.id);
  house.deliver();
  await house.until(house.id, 'delivered');
  expect(house.written()).toEqual(house.everything);
});

it('keeps the parts of a note under one encounter, also when a newer one is opened between them', async () => {
  const house = await richHouse();
  await dieAt(house, 'after-result', 1);
  const [patient] = house.twin.store.patientsByIdentifier(house.hetu);
  openEncounter(house.twin.store, patient?.resource.id ?? '', 'in-progress', new Date(Date.now() + 60_000));
  house.deliver();
  await house.until(house.id, 'delivered');
  expect(house.written()).toEqual(house.everything);
});

it('takes a reading that the record system says it has (59189) for written once it is found there', async () => {
  const house = await richHouse();
  const again = await house.accept({ ...house.source, edition: 2 });
  house.deliver();
  await house.until(house.id, 'delivered');
  const second = await house.until(again, 'delivered');
  expect(second.steps.find(({ name }) => name === 'Observation')).toMatchObject({ state: 'done' });
  expect(house.written().observations).toBe(1);
});

it('asks a person when another reading stands where this one should', async () => {
  const house = await richHouse();
  const [patient] = house.twin.store.patientsByIdentifier(house.hetu);
  const [encounter] = house.twin.store.ofPatient('Encounter', patient?.resource.id ?? '');
  const other = { valueQuantity: { value: 90 }, effectiveDateTime: '2026-03-01T08:00:00+02:00' };
  house.twin.store.put({
    resourceType: 'Observation',
    id: 'other',
    ...{ subject: { reference: `Patient/${patient?.resource.id}` } },
    ...{ encounter: { reference: `Encounter/${encounter?.resource.id}` } },
    ...{ code: { coding: [{ system: 'http://loinc.org', code: '8480-6' }] }, ...other },
  });
  house.deliver();
  expect(await house.until(house.id, 'held')).toMatchObject({ cause: 'record-refused' });
  expect(house.written()).toMatchObject({ notes: house.everything.notes, observations: 1 });
});

it('holds a note that cannot be divided, writes nothing of it, and says why', async () => {
  const house = await richHouse();
  house.deliver({ route: richRoute({}, 100) });
  const held = await house.until(house.id, 'held');
  expect(held).toMatchObject({ cause: 'note-too-long' });
  expect(held.history.at(-1)?.note).toBe(
    'a section of 50 characters is too long for notes of 100 characters',
  );
  expect(house.twin.journal.list()).toEqual([]);
});

it('holds a message whose route was changed between its writes, rather than write a part twice or never', async () => {
  const house = await richHouse();
  await dieAt(house, 'after-result', 2);
  const changed = house.deliver({ route: richRoute({}, 1000) });
  expect(await house.until(house.id, 'held')).toMatchObject({ cause: 'route-gap' });
  expect(house.written()).toMatchObject({ notes: house.everything.notes.slice(0, 2) });
  await changed.stop();

  await house.again(house.id);
  house.deliver();
  await house.until(house.id, 'delivered');
  expect(house.written()).toEqual(house.everything);
});
