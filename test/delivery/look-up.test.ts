import type { DocumentReference } from '@medplum/fhirtypes';
import { describe, expect, it } from 'vitest';
import type { CreatedResource, Route } from '../../src/delivery/route.ts';
import type { Meddling } from './fhir-server.ts';
import { openWay, route as serverRoute } from './fhir-way.ts';
import { assessment, by, mortal, noteText, openHouse, quickRoute, quickSettings } from './house.ts';

/** Apotti's route, with notes that are looked up in no way. */
function blindRoute(): Route {
  const route = quickRoute();
  const note = route.resources['DocumentReference'];
  if (note === undefined || !('write' in note) || note.write !== 'create')
    throw new Error('notes are created');
  const blind: CreatedResource = { ...note, 'look-up': { by: 'nothing' } };
  return { ...route, resources: { ...route.resources, DocumentReference: blind } };
}

const bothPossibilities =
  /^DocumentReference was sent and may or may not be in the record .*the record system offers no way to look it up.*resolve this message as filed.*as absent, and it is written$/;

describe('a lost answer where the record system offers no way to look', () => {
  /** A house with a message whose first write comes to this. */
  async function unclear(fault: string) {
    const house = await openHouse();
    const source = assessment(house.person('encounter'));
    const id = await house.accept(source);
    house.twin.faults.add({ fault, method: 'POST', resource: 'DocumentReference', nth: 1 });
    return { ...house, id, source };
  }

  it('stands before a person at once, with both possibilities, and is sent to nobody again', async () => {
    const house = await unclear('ghost-ack');
    house.deliver({ route: blindRoute() });
    const held = await house.until(house.id, 'held');
    expect(held).toMatchObject({ cause: 'record-outcome-unknown' });
    expect(held.history.at(-1)?.note).toMatch(bothPossibilities);

    await house.log.resolve(house.id, { act: 'filed' }, by, Date.now());
    await house.until(house.id, 'delivered');
    expect(house.notes().map(({ text }) => text)).toEqual([noteText(house.source)]);
  });

  it('is written once when the person finds that it is absent', async () => {
    const house = await unclear('503');
    house.deliver({ route: blindRoute() });
    await house.until(house.id, 'held');
    await house.log.resolve(house.id, { act: 'absent' }, by, Date.now());
    await house.until(house.id, 'delivered');
    expect(house.notes()).toHaveLength(1);
  });

  it('is the same when the bridge died between intent and result', async () => {
    const house = await openHouse();
    const id = await house.accept(assessment(house.person('encounter')));
    const { log, perish } = mortal(house.log);
    const died = Promise.withResolvers<void>();
    house.deliver({
      log,
      route: blindRoute(),
      settings: { ...quickSettings, lease: 100, stopLimit: 10 },
      crashPoint: (point) => {
        if (point !== 'after-write') return undefined;
        died.resolve();
        return perish();
      },
    });
    await died.promise;
    house.deliver({ route: blindRoute() });
    const held = await house.until(id, 'held');
    expect(held.history.at(-1)?.note).toMatch(bothPossibilities);
    expect(house.notes()).toHaveLength(1);
  });

  it('is the same where the CapabilityStatement lacks what the look-up of the route needs', async () => {
    const house = await unclear('ghost-ack');
    const delivery = house.deliver();
    delivery.compared([{ text: 'DocumentReference: no search by date', lookUpOf: 'DocumentReference' }]);
    expect(delivery.status().state).toBe('closed');
    const held = await house.until(house.id, 'held');
    expect(held.history.at(-1)?.note).toMatch(bothPossibilities);
    expect(house.notes()).toHaveLength(1);
  });

  it('waits until a gap without which the route cannot work is closed', async () => {
    const house = await openHouse();
    const id = await house.accept(assessment(house.person('encounter')));
    const delivery = house.deliver();
    delivery.compared([{ text: 'DocumentReference: no create' }]);
    expect(delivery.status()).toEqual({ state: 'gap', cause: 'route-gap' });
    delivery.compared([]);
    await house.until(id, 'delivered');
  });
});

describe('a note by itself on a server that keeps its identifier', () => {
  /** The server's route with nothing but the note, looked up in this way. */
  function noteRoute(way: 'identifier' | 'if-none-exist'): Route {
    const route = serverRoute();
    const kept = Object.keys(route.resources).map((type) => [type, { keep: 'not in this test' }] as const);
    const note: CreatedResource = {
      write: 'create',
      encounter: 'none',
      drop: ['id', 'context'],
      set: { subject: { reference: 'Patient/{patient}' } },
      'look-up': { by: way },
    };
    return { ...route, resources: { ...Object.fromEntries(kept), DocumentReference: note } };
  }

  async function openNote(way: 'identifier' | 'if-none-exist', meddling: Meddling[]) {
    const house = await openWay({ meddling });
    return {
      ...house,
      deliverNote: () => house.deliver({ route: noteRoute(way) }),
      notes: () => house.server.all<DocumentReference>('DocumentReference'),
      writes: () => house.server.got.filter(({ url }) => url.endsWith('/DocumentReference')).length,
    };
  }

  it.each<[string, 'identifier' | 'if-none-exist', Meddling, number]>([
    ['is found by it when its answer was lost', 'identifier', 'lose', 1],
    ['is found by it behind a gateway’s page', 'identifier', 'page', 1],
    ['is sent again when it is not found by it', 'identifier', 'block', 1],
    [
      'is sent again under the condition that it is not there when its answer was lost',
      'if-none-exist',
      'lose',
      2,
    ],
    ['is sent again under the condition when it never arrived', 'if-none-exist', 'block', 1],
  ])('%s', async (_, way, meddling, writes) => {
    const house = await openNote(way, [meddling]);
    house.deliverNote();
    const message = await house.until(house.id, 'delivered');
    expect(message.history.filter(({ state }) => state === 'unknown')).not.toEqual([]);
    const notes = await house.notes();
    expect(notes).toHaveLength(1);
    expect(message.steps.at(-1)).toMatchObject({ location: `DocumentReference/${notes[0]?.id}` });
    expect(house.writes()).toBe(writes);
  });

  it('is not sent again before the server has said that it creates under a condition', async () => {
    const house = await openNote('if-none-exist', ['lose']);
    const delivery = house.bareDeliver({ route: noteRoute('if-none-exist') });
    const doubtful = await house.until(house.id, ({ attempts }) => attempts > 2);
    expect(doubtful).toMatchObject({ state: 'unknown' });
    expect(house.writes()).toBe(1);
    delivery.compared([]);
    await house.until(house.id, 'delivered');
    expect(await house.notes()).toHaveLength(1);
  });

  it('asks a person where the server says that it does not', async () => {
    const house = await openNote('if-none-exist', ['lose']);
    const gap = { text: 'DocumentReference: no conditional create', lookUpOf: 'DocumentReference' };
    house.bareDeliver({ route: noteRoute('if-none-exist') }).compared([gap]);
    expect(await house.until(house.id, 'held')).toMatchObject({ cause: 'record-outcome-unknown' });
    expect(house.writes()).toBe(1);
  });
});
