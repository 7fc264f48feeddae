import { expect, it } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import { admit, openEncounter } from '../../src/sandbox/admission.ts';
import { values } from '../../src/sandbox/json.ts';
import { SITUATIONS } from '../../src/sandbox/patients.ts';
import type { Store } from '../../src/sandbox/store.ts';
import { assessment, counting, noteText, oneNote, openHouse, quickRoute, quickSettings } from './house.ts';

/** Marks a record of the twin, as staff of the record system would. */
function hide(store: Store, id: string, code: 'deleted' | 'restricted'): void {
  const resource = store.get('Patient', id)?.resource;
  if (resource === undefined) throw new Error('the twin has no such record');
  store.put({ ...resource, ...{ meta: { tag: [{ system: SITUATIONS, code }] } } });
}

it('waits for an encounter and files the note once staff has opened one', async () => {
  const house = await openHouse();
  const source = assessment(house.person('waiting'));
  const id = await house.accept(source);
  house.deliver();
  const waiting = await house.until(id, 'waiting');
  expect(waiting.cause).toBe('encounter-missing');

  const [patient] = house.twin.store.patientsByIdentifier(source.client.hetu ?? '');
  openEncounter(house.twin.store, patient?.resource.id ?? '', 'in-progress', new Date());
  await house.until(id, 'delivered');
  expect(house.notes().map(({ text }) => text)).toEqual([noteText(source)]);
});

it('asks a person when no encounter was opened in the time of its urgency', async () => {
  const house = await openHouse();
  const { encounter } = quickRoute();
  const route = quickRoute({ encounter: { ...encounter, wait: { P0: 'PT0S', other: 'P1D' } } });
  const urgent = await house.accept(assessment(house.person('waiting')), { urgency: 0 });
  const calm = await house.accept(assessment(house.person('waiting', 1)), { urgency: 5 });
  house.deliver({ route });
  expect(await house.until(urgent, 'held')).toMatchObject({ cause: 'encounter-missing' });
  expect(await house.until(calm, 'waiting')).toMatchObject({ cause: 'encounter-missing' });
});

it('waits for a patient to be registered where the route says so, in the time of its urgency', async () => {
  const house = await openHouse();
  const { patient } = quickRoute();
  const [urgent, calm] = house.twin.people.filter(({ situation }) => situation === 'unknown');
  const late = await house.accept(assessment(urgent?.hetu), { urgency: 0 });
  const source = assessment(calm?.hetu);
  const id = await house.accept(source, { urgency: 5 });
  const look = { other: { first: 'PT0S', most: 'PT0S' } };
  house.deliver({ route: quickRoute({ patient: { ...patient, wait: { P0: 'PT0S', other: 'P1D' }, look } }) });
  expect(await house.until(late, 'held')).toMatchObject({ cause: 'patient-unknown' });
  expect(await house.until(id, 'waiting')).toMatchObject({ cause: 'patient-unknown' });
  if (calm !== undefined) admit(house.twin.store, { ...calm, situation: 'encounter' }, new Date());
  await house.until(id, 'delivered');
  expect(house.notes().map(({ text }) => text)).toEqual([noteText(source)]);
});

it('holds a message for a merged record whose survivor is not shown, and says what it is', async () => {
  const house = await openHouse();
  const hetu = house.person('merged');
  const [merged] = house.twin.store.patientsByIdentifier(hetu);
  hide(
    house.twin.store,
    values(merged?.resource, 'link.other.reference').join().replace('Patient/', ''),
    'deleted',
  );
  const id = await house.accept(assessment(hetu));
  house.deliver();
  expect(await house.until(id, 'held')).toMatchObject({ cause: 'patient-merged' });
});

it('holds a message whose patient was restricted after she was found', async () => {
  const house = await openHouse();
  const hetu = house.person('encounter');
  const [patient] = house.twin.store.patientsByIdentifier(hetu);
  const id = await house.accept(assessment(hetu));
  // Between the search for the patient and that for the encounter.
  const record = {
    ...house.record,
    findEncounter: (...args: Parameters<typeof house.record.findEncounter>) => {
      hide(house.twin.store, patient?.resource.id ?? '', 'restricted');
      return house.record.findEncounter(...args);
    },
  };
  house.deliver({ record });
  expect(await house.until(id, 'held')).toMatchObject({ cause: 'patient-restricted' });
  expect(house.notes()).toEqual([]);
});

it.each([
  ['unknown', 'patient-unknown'],
  ['ambiguous', 'patient-several'],
  ['restricted', 'patient-restricted'],
  ['deleted', 'patient-unknown'],
])('a patient who is %s in the record system stands before a person as %s', async (situation, cause) => {
  const house = await openHouse();
  const id = await house.accept(assessment(house.person(situation)));
  house.deliver();
  expect(await house.until(id, 'held')).toMatchObject({ cause });
  expect(house.notes()).toEqual([]);
});

it('files under the survivor of a merged record', async () => {
  const house = await openHouse();
  const source = assessment(house.person('merged'));
  const id = await house.accept(source);
  house.deliver();
  await house.until(id, 'delivered');
  expect(house.notes()).toMatchObject([{ text: noteText(source) }]);
});

it('never seeks a patient by anything but an identifier of the route', async () => {
  const house = await openHouse();
  const id = await house.accept(assessment(undefined));
  house.deliver();
  expect(await house.until(id, 'held')).toMatchObject({ cause: 'patient-unidentified' });
  expect(house.twin.journal.list().filter(({ path }) => path.includes('Patient'))).toEqual([]);
});

it('keeps identity codes out of every address', async () => {
  const house = await openHouse();
  const id = await house.accept(assessment(house.person('encounter')));
  house.deliver();
  await house.until(id, 'delivered');
  const calls = house.twin.journal.list();
  expect(calls.length).toBeGreaterThan(2);
  expect(calls.filter(({ identityInAddress }) => identityInAddress)).toEqual([]);
});

it('stops the way, rather than put an identity code in an address, where there is no POST search', async () => {
  const house = await openHouse({ postSearch: false });
  const id = await house.accept(assessment(house.person('encounter')));
  house.deliver();
  expect(await house.until(id, 'waiting')).toMatchObject({ cause: 'route-gap' });
  expect(house.twin.journal.list().filter(({ identityInAddress }) => identityInAddress)).toEqual([]);
});

it('seeks by GET where the route allows it and there is no POST search', async () => {
  const house = await openHouse({ postSearch: false });
  const { patient } = quickRoute();
  const id = await house.accept(assessment(house.person('encounter')));
  house.deliver({ route: quickRoute({ patient: { ...patient, search: 'post-then-get' } }) });
  await house.until(id, 'delivered');
});

it('takes the urgent first, then the oldest', async () => {
  const house = await openHouse();
  const order: string[] = [];
  const now = Date.now();
  const accept = (urgency: number, age: number) =>
    house.accept(assessment(house.person('encounter')), {
      urgency,
      sentAt: now - age,
      kind: `P${urgency}-${age}`,
    });
  const ids = [await accept(4, 10), await accept(4, 20), await accept(8, 30), await accept(0, 1)];
  house.deliver({
    settings: { ...quickSettings, concurrency: 1 },
    observe: { finished: ({ kind }) => order.push(kind) },
  });
  for (const id of ids) await house.until(id, 'delivered');
  expect(order).toEqual(['P0-1', 'P4-20', 'P4-10', 'P8-30']);
});

it('claims an urgent message next, however many others are due', async () => {
  const house = await openHouse();
  const order: number[] = [];
  const source = () => assessment(house.person('encounter'));
  await Promise.all(Array.from({ length: 200 }, () => house.accept(source(), { urgency: 8 })));
  let urgent: Promise<string> | undefined;
  let finishedBefore = 0;
  house.deliver({
    settings: { ...quickSettings, concurrency: 4 },
    observe: {
      finished({ urgency }) {
        order.push(urgency);
        if (order.length === 20) {
          urgent = house.accept(source(), { urgency: 0 });
          void urgent.then(() => {
            finishedBefore = order.length;
          });
        }
      },
    },
  });
  await expect.poll(() => order.includes(0), { timeout: 20_000 }).toBe(true);
  // Those in work when it was accepted may end before it, and those claimed at that very moment.
  expect(order.indexOf(0) - finishedBefore).toBeLessThanOrEqual(8);
});

it('keeps the editions of a case in order, and one stuck case holds up no other', async () => {
  const house = await openHouse();
  const stuck = assessment(house.person('waiting'));
  const other = assessment(house.person('encounter'));
  const first = await house.accept(stuck);
  const second = await house.accept({ ...stuck, edition: 2 }, { urgency: 0 });
  const alone = await house.accept(other);
  house.deliver();
  await house.until(alone, 'delivered');
  await house.until(first, 'waiting');
  expect(await house.log.message(second)).toMatchObject({ state: 'waiting', cause: 'earlier-edition' });

  const [patient] = house.twin.store.patientsByIdentifier(stuck.client.hetu ?? '');
  openEncounter(house.twin.store, patient?.resource.id ?? '', 'in-progress', new Date());
  await house.until(second, 'delivered');
  const texts = house.notes().map(({ text }) => text);
  expect(texts).toEqual([noteText(other), noteText(stuck), noteText({ ...stuck, edition: 2 })]);
});

it('never sends a bundle that breaks its profiles', async () => {
  const house = await openHouse();
  const id = await house.accept(assessment(house.person('encounter')));
  house.deliver({ validate: () => [{ text: 'a code is missing', at: 'Bundle.entry[2].resource.type' }] });
  const held = await house.until(id, 'held');
  expect(held.cause).toBe('bundle-invalid');
  expect(held.history.at(-1)?.note).toBe('Bundle.entry[2].resource.type: a code is missing');
  expect(house.twin.journal.list()).toEqual([]);
});

it.each(['mapping-failed', 'code-unmapped'] as const)(
  'holds what the mapping refuses with %s, with the rule',
  async (code) => {
    const house = await openHouse();
    const id = await house.accept(assessment(house.person('encounter')));
    const map = () => {
      throw new BridgeError(code, [{ text: 'no unit', at: 'mappings/a/b.yaml:3:7' }]);
    };
    house.deliver({ mappings: () => ({ map }) });
    const held = await house.until(id, 'held');
    expect(held).toMatchObject({ cause: code });
    expect(held.history.at(-1)?.note).toBe('mappings/a/b.yaml:3:7: no unit');
  },
);

it('holds a bundle with a resource that the route does not know', async () => {
  const house = await openHouse();
  const { Task: _, ...resources } = quickRoute().resources;
  const id = await house.accept(assessment(house.person('encounter')));
  house.deliver({ route: quickRoute({ resources }) });
  const held = await house.until(id, 'held');
  expect(held).toMatchObject({ cause: 'route-gap' });
  expect(held.history.at(-1)?.note).toContain('Task');
});

it('keeps a message through a failure that nobody foresaw, and tells of it without its content', async () => {
  const house = await openHouse();
  const { counts, observe } = counting();
  const logged: string[] = [];
  let broken = true;
  const id = await house.accept(assessment(house.person('encounter')));
  const hetu = house.person('encounter');
  house.deliver({
    observe,
    logger: {
      info: () => undefined,
      warn: () => undefined,
      error: (fields, text) => logged.push(JSON.stringify(fields) + text),
    },
    mappings: () => ({
      map(source, context) {
        if (broken) throw new RangeError(`cannot read ${source.client.hetu}`);
        return oneNote.map(source, context);
      },
    }),
  });
  expect(await house.until(id, 'waiting')).toMatchObject({ cause: 'internal' });
  broken = false;
  await house.until(id, 'delivered');
  expect(counts.get('failed')).toBeGreaterThan(0);
  expect(logged.join()).toContain('RangeError');
  expect(logged.join() + JSON.stringify(await house.log.message(id))).not.toContain(hetu);
});
