import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { regularly } from '../../src/operations/regularly.ts';

it('runs again and again, never twice at once, also after a failure, which it tells', async () => {
  let runs = 0;
  let atOnce = 0;
  let most = 0;
  const failures: unknown[] = [];
  const enough = Promise.withResolvers<void>();
  const task = regularly(
    async () => {
      runs += 1;
      atOnce += 1;
      most = Math.max(most, atOnce);
      await pause(2);
      atOnce -= 1;
      if (runs === 5) enough.resolve();
      if (runs === 2) throw new Error('the second fails');
    },
    { interval: 0, failed: (error) => failures.push(error) },
  );
  onTestFinished(() => task.stop());
  await enough.promise;
  expect(most).toBe(1);
  expect(failures).toEqual([new Error('the second fails')]);
});

it('waits for the run under way when it is stopped, and begins no other', async () => {
  let begun = 0;
  let ended = 0;
  const task = regularly(
    async () => {
      begun += 1;
      await pause(20);
      ended += 1;
    },
    {
      interval: 0,
      failed: (error) => {
        throw error;
      },
    },
  );
  await task.stop();
  await pause(30);
  expect([begun, ended]).toEqual([1, 1]);
});
