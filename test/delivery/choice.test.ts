import { expect, it } from 'vitest';
import type { Choice } from '../../src/log/message.ts';
import { admit, openEncounter } from '../../src/sandbox/admission.ts';
import { assessment, by, noteText, openHouse, quickRoute } from './house.ts';
import { assignCough, rich, richRoute } from './rich.ts';

/** A house with a message for a person in a situation, delivered until it is held. */
async function heldHouse(situation: string, deliver: { route?: ReturnType<typeof quickRoute> } = {}) {
  const house = await openHouse({ longestNote: 120 });
  const source = assessment(house.person(situation));
  const records = house.twin.store.patientsByIdentifier(source.client.hetu ?? '');
  const ids = [...records].map(({ resource }) => resource.id);
  const id = await house.accept(source);
  house.deliver(deliver);
  const held = await house.until(id, 'held');
  return {
    ...house,
    id,
    source,
    held,
    /** The records of the person in the record system. */
    ids,
    choose: (choice: Choice) => house.log.resolve(id, { act: 'choose', choice }, by, Date.now()),
    /** The ids of another person in a situation. */
    other: (of: string, nth = 0) => admitted(house, of, nth),
  };
}

function admitted({ twin }: Awaited<ReturnType<typeof openHouse>>, situation: string, nth: number) {
  const person = twin.people.filter((each) => each.situation === situation)[nth];
  if (person === undefined) throw new Error(`the twin has no such person: ${situation}`);
  const { patient = '', encounter = '' } = admit(twin.store, person, new Date());
  return { patient, encounter };
}

it('files under the patient whom a person chose among several', async () => {
  const house = await heldHouse('ambiguous');
  expect(house.held).toMatchObject({ cause: 'patient-several' });
  const chosen = house.ids.at(-1) ?? '';
  const encounter = openEncounter(house.twin.store, chosen, 'in-progress', new Date());
  await house.choose({ patient: chosen });
  await house.until(house.id, 'delivered');
  expect(house.notes()).toMatchObject([{ text: noteText(house.source), encounter }]);
});

it('files under a chosen patient also where the assessment names nobody', async () => {
  const house = await openHouse();
  const id = await house.accept(assessment(undefined));
  house.deliver();
  expect(await house.until(id, 'held')).toMatchObject({ cause: 'patient-unidentified' });
  const { patient, encounter } = admitted(house, 'encounter', 1);
  await house.log.resolve(id, { act: 'choose', choice: { patient } }, by, Date.now());
  await house.until(id, 'delivered');
  expect(house.notes()).toMatchObject([{ encounter }]);
});

it.each([
  ['merged', 'patient-merged', 'HTTP 301 (4107: the patient was merged into another record)'],
  [
    'deleted',
    'patient-unknown',
    'the chosen Patient cannot be read: HTTP 410 (4103: the resource was deleted)',
  ],
])('asks again when the chosen patient is %s', async (situation, cause, note) => {
  const house = await heldHouse('ambiguous');
  const person = house.twin.people.find((each) => each.situation === situation);
  const [record] = house.twin.store.patientsByIdentifier(person?.hetu ?? '');
  await house.choose({ patient: record?.resource.id ?? '' });
  const held = await house.until(house.id, ({ history }) => history.at(-1)?.note === note);
  expect(held).toMatchObject({ state: 'held', cause });
  expect(house.notes()).toEqual([]);
});

it.each(['nobody', 'no/id', '../Patient'])(
  'asks again when the chosen patient is not there (%s)',
  async (patient) => {
    const house = await heldHouse('ambiguous');
    await house.choose({ patient });
    const held = await house.until(
      house.id,
      ({ state, cause }) => state === 'held' && cause === 'patient-unknown',
    );
    expect(held.history.at(-1)?.note).toMatch(/chosen/);
  },
);

it('never opens a restricted record because it was chosen', async () => {
  const house = await heldHouse('ambiguous');
  const { patient } = house.other('restricted');
  await house.choose({ patient });
  await house.until(house.id, ({ state, cause }) => state === 'held' && cause === 'patient-restricted');
  expect(house.notes()).toEqual([]);
});

it('files under the encounter that a person chose among several', async () => {
  const route = quickRoute();
  const house = await openHouse();
  const source = assessment(house.person('encounter'));
  const [record] = house.twin.store.patientsByIdentifier(source.client.hetu ?? '');
  const encounter = openEncounter(house.twin.store, record?.resource.id ?? '', 'finished', new Date());
  const id = await house.accept(source);
  house.deliver({ route: { ...route, encounter: { ...route.encounter, choose: 'only' } } });
  expect(await house.until(id, 'held')).toMatchObject({ cause: 'encounter-several' });
  await house.log.resolve(id, { act: 'choose', choice: { encounter } }, by, Date.now());
  await house.until(id, 'delivered');
  expect(house.notes()).toMatchObject([{ encounter }]);
});

it('files under no encounter of another patient, though it was chosen', async () => {
  const { encounter } = quickRoute();
  const route = quickRoute({ encounter: { ...encounter, wait: { other: 'PT0S' } } });
  const house = await heldHouse('waiting', { route });
  expect(house.held).toMatchObject({ cause: 'encounter-missing' });
  await house.choose({ encounter: house.other('encounter').encounter });
  const note = 'DocumentReference: the chosen encounter is not of this patient';
  const held = await house.until(house.id, ({ history }) => history.at(-1)?.note === note);
  expect(held).toMatchObject({ state: 'held', cause: 'encounter-missing' });
  expect(house.notes()).toEqual([]);
});

it('writes no vital sign under a chosen encounter that has ended, and goes on with another choice', async () => {
  const house = await openHouse({ longestNote: 120 });
  const source = assessment(house.person('finished'));
  assignCough(house.twin, source.client.hetu ?? '');
  const [record] = house.twin.store.patientsByIdentifier(source.client.hetu ?? '');
  const patient = record?.resource.id ?? '';
  const [ended] = house.twin.store.ofPatient('Encounter', patient);
  const id = await house.accept(source);
  const { encounter } = richRoute();
  const impatient = richRoute({ encounter: { ...encounter, wait: { other: 'PT0S' } } });
  house.deliver({ mappings: () => rich, route: impatient });
  await house.until(id, 'held');
  const choose = (choice: Choice) => house.log.resolve(id, { act: 'choose', choice }, by, Date.now());
  await choose({ encounter: ended?.resource.id ?? '' });
  const note = 'Observation: the chosen encounter does not run';
  await house.until(id, ({ state, history }) => state === 'held' && history.at(-1)?.note === note);
  await choose({ encounter: openEncounter(house.twin.store, patient, 'in-progress', new Date()) });
  await house.until(id, 'delivered');
  expect(house.notes()).toHaveLength(3);
  expect([...house.twin.store.all('Observation')]).toHaveLength(1);
});

it('does not lay one half of a message under another patient than the first', async () => {
  const house = await openHouse({ longestNote: 120 });
  const id = await house.accept(assessment(house.person('finished')));
  const { encounter } = richRoute();
  const impatient = richRoute({ encounter: { ...encounter, wait: { other: 'PT0S' } } });
  house.deliver({ mappings: () => rich, route: impatient });
  await house.until(id, 'held');
  const { patient } = admitted(house, 'encounter', 1);
  await house.log.resolve(id, { act: 'choose', choice: { patient } }, by, Date.now());
  const note = 'a part of the message lies under another patient';
  await house.until(id, ({ state, history }) => state === 'held' && history.at(-1)?.note === note);
  expect([...house.twin.store.all('Observation')]).toEqual([]);
});

it('goes by the corrected route once a message of which nothing was written is redriven', async () => {
  const house = await openHouse();
  const source = assessment(house.person('encounter'));
  const id = await house.accept(source);
  const { Task: _, ...resources } = quickRoute().resources;
  const wrong = house.deliver({ route: quickRoute({ resources }) });
  expect(await house.until(id, 'held')).toMatchObject({ cause: 'route-gap' });
  await wrong.stop();
  house.deliver();
  await house.again(id);
  await house.until(id, 'delivered');
  expect(house.notes().map(({ text }) => text)).toEqual([noteText(source)]);
});
