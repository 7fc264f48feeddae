import { BridgeError } from '../errors.ts';
import { type Database, statement } from './postgres-database.ts';
import { bytes, int, type Row, text } from './rows.ts';
import type { Sealing } from './sealing.ts';

const settings = statement(`SELECT current_setting('server_version_num')::integer AS version,
  pg_is_in_recovery()::integer AS standby, current_setting('server_encoding') AS encoding,
  current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
  current_setting('synchronous_commit') AS synchronous_commit`);

const keyCheck = statement("SELECT value FROM facts WHERE name = 'key-check'");
const keepKeyCheck = statement("INSERT INTO facts VALUES ('key-check', $1) ON CONFLICT DO NOTHING");

/** What a server must have set, so that what it confirmed survives a power cut. */
const durable = ['fsync', 'full_page_writes', 'synchronous_commit'] as const;

function refuse(text: string): never {
  throw new BridgeError('configuration-invalid', [{ text, at: 'DATABASE_URL' }]);
}

/**
 * Looks whether the log can trust the server.
 * @throws BridgeError `configuration-invalid` when it is too old, has another encoding, or may lose what it confirmed
 * (unless `mayLose`); `log-unavailable` when it is a standby.
 */
export async function checkServer(db: Database, { mayLose }: { readonly mayLose: boolean }): Promise<void> {
  const [row] = await db.query(settings);
  if (row === undefined) throw new BridgeError('log-unavailable');
  if (int(row, 'version') < 150_000) refuse('the server is older than PostgreSQL 15');
  if (text(row, 'encoding') !== 'UTF8')
    refuse(`the encoding of the database is ${text(row, 'encoding')}, not UTF8`);
  if (int(row, 'standby') === 1)
    throw new BridgeError('log-unavailable', [{ text: 'the server is a standby' }]);
  const off = durable.filter((name) => row[name] === 'off');
  if (off.length > 0 && !mayLose) {
    refuse(`the server may lose what it confirmed: ${off.join(', ')} must be on`);
  }
}

/**
 * Proves that the key ring opens this log: a value sealed at its first opening must still open.
 * @throws BridgeError `data-key-wrong`.
 */
export async function checkKey(db: Database, sealing: Sealing): Promise<void> {
  const open = (row: Row) => {
    const value = Buffer.from(bytes(row, 'value'));
    const end = value.indexOf(0x0a);
    sealing.unwrap('key-check', value.toString('utf8', 0, end), value.subarray(end + 1));
  };
  const [stored] = await db.query(keyCheck);
  if (stored !== undefined) return open(stored);
  const { wrapped, keyId } = sealing.newKey('key-check');
  await db.query(keepKeyCheck, [Buffer.concat([Buffer.from(`${keyId}\n`), wrapped])]);
  // Another process may have been first.
  const [kept] = await db.query(keyCheck);
  if (kept !== undefined) open(kept);
}
