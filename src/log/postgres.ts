import { createLane } from './lane.ts';
import type { LogOptions, MessageLog } from './log.ts';
import { createAccept } from './postgres-accept.ts';
import { createActs } from './postgres-acts.ts';
import { createAlarms } from './postgres-alarms.ts';
import { checkKey, checkServer } from './postgres-checks.ts';
import { createClaims } from './postgres-claims.ts';
import { createContentReader } from './postgres-content.ts';
import { createGathering } from './postgres-counts.ts';
import { isAboutValues, openDatabase } from './postgres-database.ts';
import { createMappingVersions } from './postgres-mappings.ts';
import { createOutbox } from './postgres-news.ts';
import { createPausing } from './postgres-pausing.ts';
import { createPrune } from './postgres-prune.ts';
import { createReading } from './postgres-reading.ts';
import { createRedrive } from './postgres-redrive.ts';
import { prepareDatabase } from './postgres-schema.ts';
import { createWork } from './postgres-work.ts';
import { createSealing, type DataKey } from './sealing.ts';

/** Calls that share a transaction, and transactions at a time: one waits for the disk while the next is put together. */
const ACCEPTING = { most: 128, width: 2, mayBeOne: isAboutValues };
const WORKING = { most: 128, width: 2, mayBeOne: isAboutValues };

/**
 * The message log on PostgreSQL (15 or newer), which several processes may have open. `connections` bounds how many
 * it uses at a time. A server that may lose what it confirmed is refused unless `mayLose`.
 * @throws BridgeError `data-key-wrong`, `log-unavailable`, `configuration-invalid`.
 */
export async function openPostgresLog({
  url,
  keys,
  newsTo = [],
  connections = 10,
  mayLose = false,
}: {
  readonly url: string;
  readonly keys: readonly DataKey[];
  readonly connections?: number;
  readonly mayLose?: boolean;
} & Partial<LogOptions>): Promise<MessageLog> {
  const sealing = createSealing(keys);
  const db = openDatabase(url, connections);
  try {
    await checkServer(db, { mayLose });
    await prepareDatabase(db);
    await checkKey(db, sealing);
  } catch (error) {
    await db.close();
    throw error;
  }

  const tellsSender = newsTo.includes('sender');
  const content = createContentReader(db, sealing);
  const reading = createReading(db);
  const gather = createGathering();
  const acceptor = createAccept(db, { sealing, tellsSender, gather });
  const accepting = createLane({ ...ACCEPTING, run: acceptor.run, keyOf: acceptor.keyOf, apart: true });
  const worker = createWork(db, { sealing, content, tellsSender, gather });
  const working = createLane({ ...WORKING, run: worker.run, keyOf: worker.keyOf, apart: false });
  const work = working.call;
  return {
    accept: accepting.call,
    ...createClaims(db, content, work),
    async extend({ id, fence }, ...args) {
      await work({ name: 'extend', lease: { id, fence }, args });
    },
    async mapped({ id, fence }, ...args) {
      await work({ name: 'mapped', lease: { id, fence }, args });
    },
    async intend({ id, fence }, ...args) {
      return (await work({ name: 'intend', lease: { id, fence }, args })).attempt;
    },
    async settle({ id, fence }, ...args) {
      await work({ name: 'settle', lease: { id, fence }, args });
    },
    async finish({ id, fence }, ...args) {
      return (await work({ name: 'finish', lease: { id, fence }, args })).due;
    },
    ...createActs(db, tellsSender, reading.message),
    ...createRedrive(db, tellsSender),
    ...createPausing(db),
    ...createAlarms(db, newsTo.includes('operations')),
    ...createOutbox(db),
    ...createPrune(db),
    ...reading,
    ...content.calls,
    ...createMappingVersions(db),
    async close() {
      await Promise.all([accepting.idle(), working.idle()]);
      await db.close();
    },
  };
}
