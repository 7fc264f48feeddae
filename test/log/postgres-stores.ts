import net, { type AddressInfo } from 'node:net';
import pg from 'pg';
import { v7 } from 'uuid';
import { onTestFinished } from 'vitest';
import type { MessageLog } from '../../src/log/log.ts';
import { openPostgresLog } from '../../src/log/postgres.ts';

export const keys = [{ id: 'k1', bytes: Buffer.alloc(32, 1) }];

/** Does something with a connection of its own. */
export async function connected<T>(url: string, act: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await act(client);
  } finally {
    await client.end();
  }
}

/** An empty schema of its own, which is made sooner than a database, as a URL. */
export async function schemaOn(url: string): Promise<string> {
  const name = `log_${v7().replaceAll('-', '')}`;
  await connected(url, (client) => client.query(`CREATE SCHEMA ${name}`));
  return `${url}?options=${encodeURIComponent(`-c search_path=${name}`)}`;
}

/** A log that is closed when the test is over; its server may lose what it confirmed. */
export async function opened(
  url: string,
  options: Partial<Parameters<typeof openPostgresLog>[0]> = {},
): Promise<MessageLog> {
  const log = await openPostgresLog({ url, keys, mayLose: true, connections: 4, ...options });
  onTestFinished(() => log.close());
  return log;
}

/**
 * A way to a server that can be cut at the worst moment: when `armed`, the next commit reaches the server and its answer
 * never comes back.
 */
export async function cuttingProxy(url: string) {
  const { port, hostname } = new URL(url);
  const sockets = new Set<net.Socket>();
  let armed = false;
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // What is cut is cut; the test looks at what came of it.
      socket.on('error', () => socket.destroy());
      socket.on('close', () => sockets.delete(socket));
    }
    let cut = false;
    client.on('data', (data) => {
      if (armed && data.includes('COMMIT')) {
        armed = false;
        cut = true;
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (cut) client.destroy();
      else client.write(data);
    });
    client.on('close', () => upstream.end());
    upstream.on('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const way = new URL(url);
  way.port = String((server.address() as AddressInfo).port);
  return {
    url: way.href,
    arm(): void {
      armed = true;
    },
    /** Whether the answer to a commit was cut off since it was armed. */
    get used(): boolean {
      return !armed;
    },
  };
}
