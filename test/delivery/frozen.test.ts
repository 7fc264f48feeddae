import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import type { CrashPoint } from '../../src/delivery/crash-points.ts';
import type { MessageLog } from '../../src/log/log.ts';
import { createTwin } from '../../src/sandbox/twin.ts';
import { temporaryFolder } from '../temporary.ts';
import { assessment, openHouse, quickSettings } from './house.ts';

const givenUpThenDone = [
  { attempt: 1, state: 'refused', error: 'internal' },
  { attempt: 2, state: 'done' },
];

/** A clock that can be put forward. */
function movableClock() {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    after(delay: number, run: () => void) {
      const timer = setTimeout(run, delay);
      return () => clearTimeout(timer);
    },
    forward: (milliseconds: number) => {
      ahead += milliseconds;
    },
  };
}

it('sends nothing when more than a call’s time passed after its intent, says so, and goes on', async () => {
  const house = await openHouse();
  const id = await house.accept(assessment(house.person('encounter')));
  const clock = movableClock();
  let frozen = false;
  house.deliver({
    clock,
    crashPoint(at) {
      if (at === 'after-intent' && !frozen) {
        frozen = true;
        clock.forward(quickSettings.callTimeout + 1);
      }
      return undefined;
    },
  });
  const { history, steps } = await house.until(id, 'delivered');
  expect(history.filter(({ state }) => state === 'waiting')).toMatchObject([
    { cause: 'internal', note: expect.stringMatching(/too late after its intent, so nothing was sent$/) },
  ]);
  expect(steps).toMatchObject(givenUpThenDone);
  const writes = house.twin.journal
    .list()
    .filter(({ method, path }) => method === 'POST' && path.endsWith('/DocumentReference'));
  expect(writes).toHaveLength(1);
});

it.each<CrashPoint>(['after-search', 'after-intent', 'after-write'])(
  'a process that stands still %s for so long that another takes its message over files nothing a second time',
  async (point) => {
    const house = await openHouse();
    const id = await house.accept(assessment(house.person('encounter')));
    const reached = Promise.withResolvers<void>();
    const awake = Promise.withResolvers<void>();
    const abandoned = Promise.withResolvers<string>();
    let sleeping = false;
    house.deliver({
      log: new Proxy(house.log, {
        get(log, name: keyof MessageLog) {
          // Asleep it renews no lease and claims nothing; awake it does as if nothing had been.
          if (sleeping && name === 'extend') return async () => undefined;
          return sleeping && name === 'claim' ? async () => [] : log[name];
        },
      }),
      settings: { ...quickSettings, lease: 60 },
      observe: { abandoned: (why) => abandoned.resolve(why) },
      crashPoint(at) {
        if (at !== point || sleeping) return undefined;
        sleeping = true;
        reached.resolve();
        return awake.promise;
      },
    });
    await reached.promise;
    house.deliver();
    await house.until(id, 'delivered');
    awake.resolve();
    expect(await abandoned.promise).toBe('taken');
    expect(house.notes()).toHaveLength(1);
  },
);

it('a real process that is stopped between intent and call (SIGSTOP) sends nothing when it goes on, and files once', async () => {
  const twin = await createTwin({ open: true, postSearch: true });
  onTestFinished(() => twin.close());
  const person = twin.people.find(({ situation }) => situation === 'encounter');
  const child = fork(
    new URL('./frozen-process.ts', import.meta.url),
    [join(temporaryFolder(), 'log.sqlite'), twin.fhirUrl, person?.hetu ?? ''],
    { execPath: process.execPath },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const writes = () =>
    twin.journal.list().filter(({ method, path }) => method === 'POST' && path.endsWith('/DocumentReference'))
      .length;

  // It stops itself as soon as it has said so.
  expect((await once(child, 'message'))[0]).toBe('intended');
  await pause(quickSettings.callTimeout * 2);
  expect(writes()).toBe(0);
  const last = once(child, 'message');
  child.kill('SIGCONT');
  expect((await last)[0]).toMatchObject(givenUpThenDone);
  expect(writes()).toBe(1);
});
