import { describe, expect, it } from 'vitest';
import { faults } from '../../src/sandbox/faults.ts';
import { assessment, noteText, openHouse } from './house.ts';

/** Faults by which the record system clearly says no: a person mends, nothing is sent again. */
const refusals: ReadonlySet<string> = new Set(['409', '422']);
/** After a search that may have missed something a person looks; a write does not mind it. */
const doubts: ReadonlySet<string> = new Set([...refusals, 'incomplete']);

describe.each(faults.map(({ name }) => name))('the fault %s', (fault) => {
  it(`on the write ends in ${refusals.has(fault) ? 'no note and a held message' : 'exactly one note'}`, async () => {
    const house = await openHouse();
    const write = { method: 'POST', resource: 'DocumentReference', nth: 1 };
    house.twin.faults.add({ ...write, fault, ms: 1000, seconds: 0 });
    const source = assessment(house.person('encounter'));
    const id = await house.accept(source);
    house.deliver();
    await house.until(id, refusals.has(fault) ? 'held' : 'delivered');
    expect(house.notes().map(({ text }) => text)).toEqual(refusals.has(fault) ? [] : [noteText(source)]);
  });

  it(`on the reads ${doubts.has(fault) ? 'leaves the message to a person' : 'only delays the note'}`, async () => {
    const house = await openHouse();
    for (const resource of ['Patient', 'Encounter']) {
      house.twin.faults.add({ fault, resource, nth: 1, ms: 1000, seconds: 0 });
    }
    const id = await house.accept(assessment(house.person('encounter')));
    house.deliver();
    await house.until(id, doubts.has(fault) ? 'held' : 'delivered');
    expect(house.notes()).toHaveLength(doubts.has(fault) ? 0 : 1);
  });

  it('on the look-up of a lost answer concludes nothing', async () => {
    const house = await openHouse();
    house.twin.faults.add({ fault: 'ghost-ack', method: 'POST', resource: 'DocumentReference', nth: 1 });
    house.twin.faults.add({ fault, path: 'DocumentReference/_search', nth: 1, ms: 1000, seconds: 0 });
    house.twin.faults.add({ fault, resource: 'Binary', nth: 1, ms: 1000, seconds: 0 });
    const id = await house.accept(assessment(house.person('encounter')));
    house.deliver();
    await house.until(id, 'delivered');
    expect(house.notes()).toHaveLength(1);
  });
});
