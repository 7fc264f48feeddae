import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MessageLog } from '../../src/log/log.ts';
import { newMessage } from '../conformance/message-log.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { connected, cuttingProxy, opened, schemaOn } from './postgres-stores.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres({ fsync: true });
});
afterAll(() => server.stop());

const lease = 60_000;

/** Asks until the log answers again. */
async function back(log: MessageLog): Promise<void> {
  for (;;) {
    const answer = await log.ledger().catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'log-unavailable' });
    });
    if (answer !== undefined) return;
    await wait(50);
  }
}

it('has every message it acknowledged when the server is killed under load, and goes on by itself', async () => {
  const url = await server.database();
  const log = await opened(url, { mayLose: false });
  const acknowledged: string[] = [];
  let refused = 0;
  let running = true;
  const sender = async () => {
    while (running) {
      const message = newMessage();
      try {
        const { id } = await log.accept(message);
        acknowledged.push(id);
      } catch (error) {
        expect(error).toMatchObject({ code: 'log-unavailable' });
        refused += 1;
        await wait(10);
      }
    }
  };
  const senders = Array.from({ length: 16 }, sender);
  for (let round = 0; round < 2; round += 1) {
    const before = acknowledged.length;
    while (acknowledged.length < before + 200) await wait(5);
    await server.kill();
    await wait(50);
    await server.restart();
    await back(log);
  }
  running = false;
  await Promise.all(senders);
  expect(refused).toBeGreaterThan(0);
  const stored = new Set<string>();
  for (let after: string | undefined; ; ) {
    const page = await log.list({ limit: 1000, ...(after === undefined ? {} : { after }) });
    for (const { id } of page) stored.add(id);
    after = page.at(-1)?.id;
    if (after === undefined) break;
  }
  expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
  const { accepted, states } = await log.ledger();
  expect(accepted).toBe(stored.size);
  expect(states.received).toBe(stored.size);
});

it('rejects a call whose commit was not confirmed, and finds the message there when it is sent again', async () => {
  const proxy = await cuttingProxy(await schemaOn(server.url));
  const log = await opened(proxy.url);
  const message = newMessage();
  await log.accept(newMessage());
  proxy.arm();
  await expect(log.accept(message)).rejects.toMatchObject({ code: 'log-unavailable' });
  expect(proxy.used).toBe(true);
  expect(await log.accept({ ...message, id: newMessage().id })).toMatchObject({
    outcome: 'repeat',
    id: message.id,
  });
  expect((await log.ledger()).accepted).toBe(2);
});

it('does a call again that the server gave up for the sake of another', async () => {
  const url = await schemaOn(server.url);
  const log = await opened(url);
  // As for a deadlock and for a conflict with another transaction; a sequence counts also what was rolled back.
  await connected(url, (client) =>
    client.query(`CREATE SEQUENCE tries;
      CREATE FUNCTION give_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        CASE nextval('tries')
          WHEN 1 THEN RAISE SQLSTATE '40P01';
          WHEN 2 THEN RAISE SQLSTATE '40001';
          ELSE RETURN NULL;
        END CASE;
      END $$;
      CREATE TRIGGER give_up AFTER INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION give_up()`),
  );
  const messages = Array.from({ length: 3 }, () => newMessage());
  const answers = await Promise.all(messages.map((message) => log.accept(message)));
  expect(answers.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted', 'accepted']);
  expect(await log.ledger()).toMatchObject({ accepted: 3, states: { received: 3 } });
  expect((await log.message(messages[0]?.id ?? ''))?.history).toHaveLength(1);
});

it('goes on after its connections were ended, with a lease that still holds', async () => {
  const url = await schemaOn(server.url);
  const log = await opened(url);
  const { acceptedAt: now, id } = newMessage();
  await log.accept(newMessage({ id }));
  const [claim] = await log.claim({ now, lease, limit: 1 });
  if (claim === undefined) throw new Error('there was nothing to claim');
  await connected(url, (client) =>
    client.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'omaolo%'",
    ),
  );
  await back(log);
  await log.finish(claim, { state: 'held', cause: 'patient-unknown' }, now);
  expect(await log.message(id)).toMatchObject({ state: 'held' });
});

it('says at once that it is unavailable when there is no server', async () => {
  const { port } = server;
  await expect(opened(`postgres://postgres@127.0.0.1:${port}/nosuchdatabase`)).rejects.toMatchObject({
    code: 'log-unavailable',
  });
});
