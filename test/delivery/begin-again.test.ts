import { expect, it } from 'vitest';
import type { Mapper } from '../../src/delivery/context.ts';
import { assessment, bundleOf, noteText, openHouse, quickRoute } from './house.ts';

it('maps a held message anew when it is redriven, by the mapping of that day', async () => {
  const house = await openHouse();
  const source = assessment(house.person('encounter'));
  const id = await house.accept(source);
  let mended = false;
  const mapper: Mapper = {
    map: (given) => ({
      mapping: 'm',
      digest: 'd',
      bundle: bundleOf(given, mended ? noteText(given) : 'not yet'),
    }),
  };
  house.twin.faults.add({ fault: '422', method: 'POST', resource: 'DocumentReference', nth: 1 });
  house.deliver({ mappings: () => mapper });
  await house.until(id, 'held');
  mended = true;
  await house.again(id);
  await house.until(id, 'delivered');
  expect(house.notes().map(({ text }) => text)).toEqual([noteText(source)]);
});

it('keeps the bundle that a waiting message began with, whatever its mapping has become meanwhile', async () => {
  const house = await openHouse();
  const source = assessment(house.person('encounter'));
  const id = await house.accept(source);
  const texts = [noteText(source), 'mapped by a later version'];
  const mapper: Mapper = {
    map: (given) => ({ mapping: 'm', digest: 'd', bundle: bundleOf(given, texts.shift() ?? '') }),
  };
  house.twin.faults.add({ fault: '503', resource: 'Patient', nth: 1 });
  house.deliver({ mappings: () => mapper });
  const { history } = await house.until(id, 'delivered');
  expect(history.map(({ type }) => type)).toContain('waiting');
  expect(house.notes().map(({ text }) => text)).toEqual([noteText(source)]);
});

it('looks first for what a redriven message may have left in the record', async () => {
  const house = await openHouse();
  const source = assessment(house.person('encounter'));
  const id = await house.accept(source);
  house.twin.faults.add({ fault: 'ghost-ack', method: 'POST', resource: 'DocumentReference', nth: 1 });
  house.twin.faults.add({ fault: '500', path: 'DocumentReference/_search' });
  house.deliver({ route: quickRoute({ unknown: { settle: 'PT0S', limit: 'PT0S' } }) });
  expect(await house.until(id, 'held')).toMatchObject({ cause: 'record-outcome-unknown' });
  house.twin.faults.clear();
  await house.again(id);
  await house.until(id, 'delivered');
  expect(house.notes().map(({ text }) => text)).toEqual([noteText(source)]);
});
