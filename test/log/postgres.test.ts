import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { LogOptions } from '../../src/log/log.ts';
import { openPostgresLog } from '../../src/log/postgres.ts';
import { type LogStore, messageLogConformance, newMessage } from '../conformance/message-log.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';
import { connected, keys, opened, schemaOn } from './postgres-stores.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

function makeStore(): LogStore {
  let url: Promise<string> | undefined;
  return {
    async open(options: Partial<LogOptions> = {}) {
      url ??= schemaOn(server.url);
      return openPostgresLog({ url: await url, keys, mayLose: true, connections: 4, ...options });
    },
  };
}

messageLogConformance('PostgreSQL', makeStore, { shared: true });

it('has nothing in its tables that a person wrote', async () => {
  const url = await schemaOn(server.url);
  const log = await opened(url, { newsTo: ['sender', 'operations'] });
  await log.accept(newMessage({ payload: Buffer.from('{"hetu":"010190-999W","text":"KANARIALINTU"}') }));
  const [claim] = await log.claim({ now: Date.now(), lease: 1000, limit: 1 });
  if (claim === undefined) throw new Error('there was nothing to claim');
  await log.mapped(claim, { mapping: 'm', digest: 'd', bundle: '{"text":"KANARIALINTU"}', at: Date.now() });
  await log.finish(claim, { state: 'held', cause: 'patient-unknown' }, Date.now());
  const tables = await connected(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()',
    );
    const contents = await Promise.all(
      rows.map(({ name }) => client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`)),
    );
    return contents.flatMap((content) => content.rows.map(({ row }) => row)).join('\n');
  });
  expect(tables).toContain(claim.id);
  for (const text of ['KANARIALINTU', '010190-999W']) {
    expect(tables).not.toContain(text);
    expect(tables).not.toContain(Buffer.from(text).toString('hex'));
  }
});

it('does not open with another data key, and opens with a ring that has the old one', async () => {
  const url = await schemaOn(server.url);
  const before = await openPostgresLog({ url, keys, mayLose: true });
  const { id } = newMessage();
  await before.accept(newMessage({ id }));
  await before.close();
  const other = { id: 'k2', bytes: Buffer.alloc(32, 2) };
  const wrong = [{ ...other, id: 'k1' }];
  await expect(openPostgresLog({ url, keys: wrong, mayLose: true })).rejects.toMatchObject({
    code: 'data-key-wrong',
  });
  const after = await opened(url, { keys: [other, ...keys] });
  await after.accept(newMessage());
  expect(await after.claim({ now: Date.now(), lease: 1000, limit: 9 })).toHaveLength(2);
});

it('holds a message whose sealed payload was changed and goes on with the others', async () => {
  const url = await schemaOn(server.url);
  const log = await opened(url);
  const spoilt = newMessage({ urgency: 0 });
  const sound = newMessage({ urgency: 5 });
  await log.accept(spoilt);
  await log.accept(sound);
  await connected(url, (client) =>
    client.query(
      "UPDATE payloads SET sealed = sealed || 'x' FROM messages m WHERE m.n = payloads.n AND id = $1",
      [spoilt.id],
    ),
  );
  const claims = await log.claim({ now: Date.now(), lease: 1000, limit: 9 });
  expect(claims.map(({ id }) => id)).toEqual([sound.id]);
  const held = await log.message(spoilt.id);
  expect(held).toMatchObject({ state: 'held', cause: 'data-key-wrong' });
  expect(held?.history.at(-1)).toMatchObject({ type: 'held', cause: 'data-key-wrong' });
  expect((await log.latest({ limit: 1 })).map(({ id }) => id)).toEqual([sound.id]);
});

it('does not open a log of a newer bridge', async () => {
  const url = await schemaOn(server.url);
  await (await openPostgresLog({ url, keys, mayLose: true })).close();
  await connected(url, (client) => client.query('INSERT INTO migrations VALUES (1000)'));
  await expect(openPostgresLog({ url, keys, mayLose: true })).rejects.toMatchObject({
    code: 'configuration-invalid',
  });
});

it('does not open on a server that may lose what it confirmed, unless it is told to', async () => {
  const url = await schemaOn(server.url);
  const refused = await openPostgresLog({ url, keys }).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'configuration-invalid' });
  expect(JSON.stringify(refused)).toContain('fsync');
  const forgetful = url.replace('search_path', 'synchronous_commit%3Doff%20-c%20search_path');
  expect(JSON.stringify(await openPostgresLog({ url: forgetful, keys }).catch((error) => error))).toContain(
    'fsync, synchronous_commit',
  );
});

it('is opened by several processes at the same moment, also where nothing is yet', async () => {
  const url = await schemaOn(server.url);
  const logs = await Promise.all(Array.from({ length: 6 }, () => opened(url)));
  await Promise.all(logs.map((log) => log.accept(newMessage())));
  expect((await logs[0]?.ledger())?.accepted).toBe(6);
});

it('closes once however often it is asked, finishes what was asked before, and rejects calls after that', async () => {
  const log = await opened(await schemaOn(server.url));
  const accepted = log.accept(newMessage());
  await Promise.all([log.close(), log.close()]);
  expect(await accepted).toMatchObject({ outcome: 'accepted' });
  await expect(log.ledger()).rejects.toMatchObject({ code: 'log-unavailable' });
  await expect(log.accept(newMessage())).rejects.toMatchObject({ code: 'log-unavailable' });
});

it('rejects a call that cannot be stored, and only that, among many that come together', async () => {
  const log = await opened(await schemaOn(server.url));
  const messages = Array.from({ length: 40 }, (_, i) =>
    newMessage(i === 20 ? { title: 'no\u0000text' } : i === 30 ? { acceptedAt: Number.NaN } : {}),
  );
  const results = await Promise.allSettled(messages.map((message) => log.accept(message)));
  const rejected = results.flatMap(({ status }, i) => (status === 'rejected' ? [i] : []));
  expect(rejected).toEqual([20, 30]);
  expect((await log.ledger()).accepted).toBe(38);
});

it('keeps its books short however much was counted', async () => {
  const url = await schemaOn(server.url);
  const log = await opened(url);
  for (let i = 0; i < 300; i += 1) await log.accept(newMessage({ assessment: v7() }));
  const lines = await connected(url, async (client) => (await client.query('SELECT FROM counts')).rowCount);
  expect(lines).toBeLessThan(200);
  expect(await log.ledger()).toMatchObject({ accepted: 300, states: { received: 300 } });
});

it("tells the time of the database, not this computer's", async () => {
  const log = await opened(await schemaOn(server.url));
  const [before, time] = [Date.now(), await log.time()];
  // Both clocks are of one machine here, so only the unit can be wrong.
  expect(Math.abs(time - before)).toBeLessThan(60_000);
  expect(Number.isInteger(time)).toBe(true);
});
