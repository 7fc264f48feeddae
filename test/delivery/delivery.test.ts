import { expect, it } from 'vitest';
import { assessment, noteText, openHouse } from './house.ts';

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
