import { afterAll, beforeAll } from 'vitest';
import type { LogOptions } from '../../src/log/log.ts';
import { openPostgresLog } from '../../src/log/postgres.ts';
import { type LogStore, messageLogConformance } from '../conformance/message-log.ts';
import { type PostgresServer, startPostgres } from '../servers/postgres.ts';

const keys = [{ id: 'k1', bytes: Buffer.alloc(32, 1) }];

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

/** A log on a database of its own; the server of these tests does not wait for the disk. */
function makeStore(): LogStore {
  let url: Promise<string> | undefined;
  return {
    async open(options: Partial<LogOptions> = {}) {
      url ??= server.database();
      return openPostgresLog({ url: await url, keys, mayLose: true, connections: 4, ...options });
    },
  };
}

messageLogConformance('PostgreSQL', makeStore, { shared: true });
