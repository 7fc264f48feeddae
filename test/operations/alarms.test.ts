import { expect, it, onTestFinished } from 'vitest';
import { type AlarmsOptions, startAlarms } from '../../src/operations/alarms.ts';
import { createMetrics } from '../../src/operations/metrics.ts';
import { faultsOf, newSecret, newsServer, openNewsHouse, verified } from '../delivery/news-house.ts';

const MINUTE = 60_000;
const limits = new Map([
  [0, 15 * MINUTE],
  [1, 60 * MINUTE],
]);

/** Looks for alarms often; `passed` tells when a look began after it was called. */
function watch(options: Pick<AlarmsOptions, 'log'> & Partial<AlarmsOptions>) {
  let looks = 0;
  let standing: ReadonlyMap<number, number> = new Map();
  const failures: unknown[] = [];
  const alarms = startAlarms({
    limits,
    interval: 2,
    now: Date.now,
    observe: (seen) => {
      looks += 1;
      standing = seen;
    },
    failed: (error) => failures.push(error),
    ...options,
  });
  onTestFinished(alarms.stop);
  return { looks: () => looks, standing: () => Object.fromEntries(standing), failures };
}

it('operations are told of an urgent message that is late, with what to do, and of its end', async () => {
  const house = await openNewsHouse();
  const secret = newSecret();
  const receiver = await newsServer();
  const acceptedAt = Date.now() - 16 * MINUTE;
  const id = await house.accept({ assessment: 'oa-1', urgency: 0, acceptedAt, correlation: 'case-1' });
  await house.finish({ state: 'waiting', reason: 'encounter-missing', due: Date.now() });
  const seen = watch({ log: house.log });
  house.send({ to: 'operations', url: receiver.url, secrets: [secret] });
  await house.until(() => receiver.taken.length === 1);

  const [alarm] = receiver.taken;
  expect(alarm?.body).toEqual({
    type: 'alarm',
    id,
    assessment: 'oa-1',
    edition: 1,
    kind: 'cough',
    class: 'P0',
    state: 'waiting',
    cause: 'encounter-missing',
    explanation: 'RECORD: The patient has no encounter under which the note can be filed.',
    action: expect.stringContaining('Open an encounter'),
    acceptedAt: new Date(acceptedAt).toISOString(),
    at: expect.any(String),
    correlation: 'case-1',
    sequence: expect.any(Number),
  });
  expect(seen.standing()).toEqual({ 0: 1, 1: 0 });

  await house.finish({ state: 'delivered' });
  await house.until(() => receiver.taken.length === 2);
  expect(receiver.taken[1]?.body).toMatchObject({ type: 'alarm-over', id, state: 'delivered' });
  expect(receiver.taken[1]?.body).not.toHaveProperty('action');
  await house.until(() => seen.standing()[0] === 0);
  for (const news of receiver.taken) {
    expect(faultsOf('Alarm', news.body)).toEqual([]);
    expect(verified(news, secret)).toEqual(news.body);
  }
});

it('one that nothing is known of says where to look', async () => {
  const house = await openNewsHouse();
  const receiver = await newsServer();
  await house.accept({ urgency: 1, acceptedAt: Date.now() - 61 * MINUTE });
  watch({ log: house.log });
  house.send({ to: 'operations', url: receiver.url, secrets: [newSecret()] });
  await house.until(() => receiver.taken.length === 1);
  expect(receiver.taken[0]?.body).toMatchObject({
    class: 'P1',
    state: 'received',
    action: expect.stringContaining('/health/ready'),
  });
  expect(faultsOf('Alarm', receiver.taken[0]?.body)).toEqual([]);
});

it('an alarm is raised once, however many processes look and however often', async () => {
  const house = await openNewsHouse();
  const receiver = await newsServer();
  const late = Date.now() - 100 * MINUTE;
  for (const urgency of [0, 1, 2, 9]) await house.accept({ urgency, acceptedAt: late });
  await house.accept({ urgency: 0 });
  const [one, other] = [watch({ log: house.log }), watch({ log: house.log })];
  house.send({ to: 'operations', url: receiver.url, secrets: [newSecret()] });
  await house.until(() => one.looks() > 10 && other.looks() > 10);
  await house.until(async () => !(await house.log.outbox()).some(({ to }) => to === 'operations'));
  expect(receiver.taken.map(({ body }) => body['class'])).toEqual(['P0', 'P1']);
  expect(one.standing()).toEqual({ 0: 1, 1: 1 });
  expect(other.standing()).toEqual({ 0: 1, 1: 1 });
});

it('an urgent message that needs a person raises an alarm at once', async () => {
  const house = await openNewsHouse();
  await house.accept({ urgency: 1 });
  await house.accept({ urgency: 2 });
  await house.finish({ state: 'held', cause: 'patient-unknown' });
  const seen = watch({ log: house.log });
  await house.until(() => seen.looks() > 1);
  expect(seen.standing()).toEqual({ 0: 0, 1: 1 });
});

it('the figures show how many alarms stand, and none where none does', async () => {
  const { alarms, render } = createMetrics();
  const states = { received: 0, mapped: 0, delivering: 0, delivered: 0, waiting: 0, held: 0, unknown: 0 };
  const counts = {
    accepted: 0,
    states: { ...states, trial: 0, withdrawn: 0 },
    held: {},
    waiting: {},
    unfinished: [],
  };
  const house = await openNewsHouse();
  await house.accept({ urgency: 0, acceptedAt: Date.now() - 100 * MINUTE });
  const { promise: looked, resolve } = Promise.withResolvers<void>();
  watch({
    log: house.log,
    observe: (standing) => {
      alarms(standing);
      resolve();
    },
  });
  await looked;
  const served = await render(counts, 20_000, [{ to: 'operations', count: 3, oldest: 5_000 }]);
  expect(served).toContain('bridge_alarms{class="P0"} 1\n');
  expect(served).toContain('bridge_alarms{class="P1"} 0\n');
  expect(served).toContain('bridge_outbox{to="operations"} 3\n');
  expect(served).toContain('bridge_outbox_oldest_seconds{to="operations"} 15\n');
});

it('a message log that is out of reach is told, and looked into again', async () => {
  const house = await openNewsHouse();
  let calls = 0;
  const seen = watch({
    log: {
      async alarms(given) {
        calls += 1;
        if (calls === 1) throw new Error('the disk is full');
        return house.log.alarms(given);
      },
    },
  });
  await house.until(() => seen.looks() > 0);
  expect(seen.failures).toHaveLength(1);
});
