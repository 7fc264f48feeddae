import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createInProcessQueue } from '../../src/queue/in-process.ts';
import type { Queue } from '../../src/queue/queue.ts';
import { assessment, by, noteText, openHouse, quickSettings } from './house.ts';

it('files an assessment as one note of the patient under the open encounter', async () => {
  const house = await openHouse();
  const source = assessment(house.person('encounter'));
  const id = await house.accept(source);
  house.deliver();

  const message = await house.until(id, 'delivered');
  const [note, ...others] = house.notes();
  expect(others).toEqual([]);
  expect(note).toMatchObject({ text: noteText(source), docStatus: 'preliminary' });
  expect(message.steps).toMatchObject([
    { name: 'DocumentReference', state: 'done', location: `DocumentReference/${note?.id}` },
  ]);
});

it('sends the next edition as soon as the one before it is filed, without a look at what is due', async () => {
  const house = await openHouse();
  const source = assessment(house.person('encounter'));
  const ids = [await house.accept(source), await house.accept({ ...source, edition: 2 })];
  const woken: string[][] = [];
  const queue = createInProcessQueue();
  const wake: Queue['wake'] = (messages) => {
    woken.push(messages.map(({ id }) => id));
    queue.wake(messages);
  };
  house.deliver({ queue: { ...queue, wake }, settings: { ...quickSettings, sweep: 3_600_000 } });
  for (const id of ids) await house.until(id, 'delivered');
  expect(woken.flat()).toContain(ids[1]);
  expect(house.notes().map(({ text }) => text)).toEqual([
    noteText(source),
    noteText({ ...source, edition: 2 }),
  ]);
});

it.each([{}, { rate: 7 }])(
  'asks the queue for as many at a time and a second as is set: %j',
  async (rate) => {
    const house = await openHouse();
    const asked: object[] = [];
    const queue: Queue = { ...createInProcessQueue(), run: (_, options) => void asked.push(options) };
    house.deliver({ queue, settings: { ...quickSettings, concurrency: 5, ...rate } });
    expect(asked).toEqual([{ concurrency: 5, ...rate }]);
  },
);

it('claims nothing while delivery is paused in the log, and goes on when it is resumed there', async () => {
  const house = await openHouse();
  await house.log.pause(by, Date.now());
  const id = await house.accept(assessment(house.person('encounter')));
  const delivery = house.deliver();
  // Long enough for many looks.
  await pause(quickSettings.sweep * 10);
  expect(await house.log.message(id)).toMatchObject({ state: 'received', attempts: 0 });
  expect(delivery.status().state).toBe('closed');
  await house.log.resume(by, Date.now());
  await house.until(id, 'delivered');
});
