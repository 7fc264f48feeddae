import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { createSealing } from '../../src/log/sealing.ts';
import { openSqliteLog } from '../../src/log/sqlite.ts';
import { migrations, prepareDatabase } from '../../src/log/sqlite-schema.ts';
import { messageLogConformance, newMessage } from '../conformance/message-log.ts';
import { temporaryFolder } from '../temporary.ts';

const keys = [{ id: 'k1', bytes: Buffer.alloc(32, 1) }];

messageLogConformance('SQLite', () => {
  const file = join(temporaryFolder(), 'log.sqlite');
  return { open: (options) => openSqliteLog({ file, keys, ...options }) };
});

it('has nothing in its files that a person wrote', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'log.sqlite');
  const log = await openSqliteLog({ file, keys });
  await log.accept(newMessage({ payload: Buffer.from('{"hetu":"010190-999W","text":"KANARIALINTU"}') }));
  const [claim] = await log.claim({ now: Date.now(), lease: 1000, limit: 1 });
  if (claim === undefined) throw new Error('there was nothing to claim');
  await log.mapped(claim, { mapping: 'm', digest: 'd', bundle: '{"text":"KANARIALINTU"}', at: Date.now() });
  const files = () => [file, `${file}-wal`].map((name) => readFileSync(name).toString('latin1')).join();
  expect(files()).not.toMatch(/KANARIALINTU|010190/);
  await log.close();
  expect(readFileSync(file).toString('latin1')).not.toMatch(/KANARIALINTU|010190/);
});

it('does not open with another data key', async () => {
  const file = join(temporaryFolder(), 'log.sqlite');
  await (await openSqliteLog({ file, keys })).close();
  const other = [{ id: 'k1', bytes: Buffer.alloc(32, 2) }];
  await expect(openSqliteLog({ file, keys: other })).rejects.toMatchObject({ code: 'data-key-wrong' });
});

it('opens what an older key of its ring sealed, and seals with the newest', async () => {
  const file = join(temporaryFolder(), 'log.sqlite');
  const before = await openSqliteLog({ file, keys });
  await before.accept(newMessage());
  await before.close();
  const ring = [{ id: 'k2', bytes: Buffer.alloc(32, 2) }, ...keys];
  const after = await openSqliteLog({ file, keys: ring });
  onTestFinished(() => after.close());
  await after.accept(newMessage());
  expect(await after.claim({ now: Date.now(), lease: 1000, limit: 9 })).toHaveLength(2);
});

it('tells a second process that the log is in use', async () => {
  const file = join(temporaryFolder(), 'log.sqlite');
  const log = await openSqliteLog({ file, keys });
  onTestFinished(() => log.close());
  await expect(openSqliteLog({ file, keys })).rejects.toMatchObject({ code: 'log-in-use' });
});

it('holds a message whose sealed payload was changed on disk and goes on with the others', async () => {
  const file = join(temporaryFolder(), 'log.sqlite');
  const before = await openSqliteLog({ file, keys });
  const spoilt = newMessage({ urgency: 0 });
  const sound = newMessage({ urgency: 5 });
  await before.accept(spoilt);
  await before.accept(sound);
  await before.close();
  const db = new DatabaseSync(file);
  db.exec('UPDATE payloads SET sealed = zeroblob(200) WHERE n = 1');
  db.close();
  const after = await openSqliteLog({ file, keys });
  onTestFinished(() => after.close());
  const claims = await after.claim({ now: Date.now(), lease: 1000, limit: 9 });
  expect(claims.map(({ id }) => id)).toEqual([sound.id]);
  const held = await after.message(spoilt.id);
  expect(held).toMatchObject({ state: 'held', cause: 'data-key-wrong' });
  expect(held?.history.at(-1)).toMatchObject({ type: 'held', cause: 'data-key-wrong' });
});

it('closes once however often it is asked, and rejects calls after that instead of leaving them open', async () => {
  const log = await openSqliteLog({ file: join(temporaryFolder(), 'log.sqlite'), keys });
  await log.close();
  await log.close();
  await expect(log.ledger()).rejects.toMatchObject({ code: 'log-unavailable' });
});

it('returns from a commit after the disk has it, also before a power cut', () => {
  const db = new DatabaseSync(join(temporaryFolder(), 'log.sqlite'));
  onTestFinished(() => db.close());
  prepareDatabase(db);
  const FULL = 2;
  expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: FULL });
  expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
});

it('does not open a log of a newer bridge', async () => {
  const file = join(temporaryFolder(), 'log.sqlite');
  await (await openSqliteLog({ file, keys })).close();
  const db = new DatabaseSync(file);
  db.exec('PRAGMA user_version = 1000');
  db.close();
  await expect(openSqliteLog({ file, keys })).rejects.toMatchObject({ code: 'configuration-invalid' });
});

it('takes up at once what a process that ended had in work, since no other can have the log', async () => {
  const file = join(temporaryFolder(), 'log.sqlite');
  const options = { file, keys, newsTo: ['sender'] } as const;
  const before = await openSqliteLog(options);
  await before.accept(newMessage({ assessment: 'case', edition: 1 }));
  await before.accept(newMessage({ assessment: 'case', edition: 2 }));
  const now = Date.now();
  expect(await before.claim({ now, lease: 1e9, limit: 9 })).toHaveLength(1);
  expect(await before.claimNews({ to: 'sender', now, lease: 1e9, limit: 9 })).toHaveLength(1);
  await before.close();
  const after = await openSqliteLog(options);
  onTestFinished(() => after.close());
  expect(await after.claim({ now, lease: 1e9, limit: 9 })).toHaveLength(1);
  expect(await after.claimNews({ to: 'sender', now, lease: 1e9, limit: 9 })).toHaveLength(1);
});

it('goes on with a log of the bridge before outbox and alarms, whatever state its messages are in', async () => {
  const file = join(temporaryFolder(), 'log.sqlite');
  const db = new DatabaseSync(file);
  const [first = '', second = ''] = migrations;
  db.exec(`${first}; ${second}; PRAGMA user_version = 2`);
  const sealing = createSealing(keys);
  const messages = (['received', 'held', 'withdrawn', 'delivered'] as const).map((state, i) => {
    const message = newMessage({ urgency: i });
    const { key, wrapped, keyId } = sealing.newKey(message.id);
    const n = i + 1;
    db.prepare(
      `INSERT INTO messages (n, id, source, assessment, edition, kind, kind_version, title, urgency, sent_at, accepted_at,
         delivered_at, correlation, state, cause, ready, key_id, data_key)
       VALUES (?, ?, 'omaolo', ?, 1, 'uti', '1', '', ?, 0, 0, ?, 'c', ?, ?, ?, ?, ?)`,
    ).run(
      n,
      message.id,
      message.assessment,
      i,
      state === 'delivered' ? 50 : null,
      state,
      state === 'held' ? 'patient-unknown' : '',
      state === 'received' ? 1 : 0,
      keyId,
      wrapped,
    );
    const payload = sealing.seal(key, message.id, 'payload', message.payload);
    db.prepare('INSERT INTO payloads VALUES (?, ?)').run(n, payload);
    db.prepare("INSERT INTO events (n, seq, at, type, state) VALUES (?, 1, 0, 'accepted', 'received')").run(
      n,
    );
    if (state !== 'received') {
      db.prepare('INSERT INTO events (n, seq, at, type, state) VALUES (?, 2, 80, ?, ?)').run(n, state, state);
    }
    return message;
  });
  db.close();

  const log = await openSqliteLog({ file, keys, newsTo: ['sender', 'operations'] });
  onTestFinished(() => log.close());
  const [received, held] = messages.map(({ id }) => id);
  expect(await log.message(held ?? '')).toMatchObject({
    state: 'held',
    history: [{ type: 'accepted' }, { at: 80, type: 'held' }],
  });
  expect(await log.alarms({ now: 9, limits: new Map([[1, 9]]) })).toEqual(new Map([[1, 1]]));
  const by = { who: 'Ada', why: 'mended' };
  const order = { cause: 'patient-unknown', limit: 9, spacing: 0, dryRun: false } as const;
  expect(await log.redrive(order, by, 9)).toEqual({
    matching: 1,
    messages: [{ id: held, urgency: 1, due: 9 }],
  });
  expect((await log.claim({ now: 9, lease: 9, limit: 9 })).map(({ id }) => id)).toEqual([received, held]);
  expect(await log.prune({ before: 80, limit: 9 })).toBe(1);
  expect(await log.prune({ before: 81, limit: 9 })).toBe(1);
  expect((await log.ledger()).states).toMatchObject({ received: 2, withdrawn: 1, delivered: 1 });
});

it('opens a log of an older bridge and keeps its messages', async () => {
  const file = join(temporaryFolder(), 'log.sqlite');
  const message = newMessage({ payload: Buffer.from('{"number":1}') });
  const db = new DatabaseSync(file);
  const [first = ''] = migrations;
  db.exec(`${first}; PRAGMA user_version = 1`);
  const sealing = createSealing(keys);
  const { key, wrapped, keyId } = sealing.newKey(message.id);
  db.prepare(
    `INSERT INTO messages (id, source, assessment, edition, kind, kind_version, title, urgency, sent_at, accepted_at,
       correlation, state, ready, key_id, data_key)
     VALUES (?, 'omaolo', ?, 1, 'uti', '1', '', 4, 0, 0, 'c', 'received', 1, ?, ?)`,
  ).run(message.id, message.assessment, keyId, wrapped);
  db.prepare('INSERT INTO payloads VALUES (1, ?)').run(
    sealing.seal(key, message.id, 'payload', message.payload),
  );
  db.close();
  const log = await openSqliteLog({ file, keys });
  onTestFinished(() => log.close());
  expect(await log.content(message.id)).toMatchObject({ id: message.id, format: 'assessment' });
  expect(
    await log.accept(newMessage({ assessment: message.assessment, payload: message.payload })),
  ).toMatchObject({
    outcome: 'repeat',
    id: message.id,
  });
  const [claim] = await log.claim({ now: Date.now(), lease: 1000, limit: 9 });
  expect(Buffer.from(claim?.payload ?? []).toString()).toBe('{"number":1}');
  expect((await log.ledger()).accepted).toBe(1);
});

it('says nothing of a message whose content was erased, and leaves it and a spoilt one out of the latest', async () => {
  const file = join(temporaryFolder(), 'log.sqlite');
  const before = await openSqliteLog({ file, keys });
  const messages = Array.from({ length: 4 }, () => newMessage());
  for (const message of messages) await before.accept(message);
  await before.close();
  const db = new DatabaseSync(file);
  db.exec(
    'UPDATE messages SET data_key = NULL WHERE n = 2; UPDATE payloads SET sealed = zeroblob(200) WHERE n = 3',
  );
  db.close();
  const log = await openSqliteLog({ file, keys });
  onTestFinished(() => log.close());
  const [first, erased, spoilt, last] = messages.map(({ id }) => id);
  expect(await log.content(erased ?? '')).toBeUndefined();
  await expect(log.content(spoilt ?? '')).rejects.toMatchObject({ code: 'data-key-wrong' });
  expect((await log.latest({ limit: 2 })).map(({ id }) => id)).toEqual([last, first]);
});
