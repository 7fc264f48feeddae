import { setTimeout as pause } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { assessment, openHouse } from './house.ts';

it('claims nothing while it may not, as with a clock that is wrong, and goes on by itself when it may', async () => {
  const house = await openHouse();
  const id = await house.accept(assessment(house.person('encounter')));
  let trusted = false;
  let asked = 0;
  house.deliver({
    mayClaim: () => {
      asked += 1;
      return trusted;
    },
  });
  while (asked < 3) await pause(5);
  expect(await house.log.message(id)).toMatchObject({ state: 'received', attempts: 0 });
  trusted = true;
  await house.until(id, 'delivered');
});
