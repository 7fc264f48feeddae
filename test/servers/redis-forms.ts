import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { type RedisServer, startRedis } from './redis.ts';
import { freePort } from './server-process.ts';

/** Redis as it is run where it must not be a single point of failure, or be read on its way. */
export interface RedisForm {
  readonly url: string;
  /** kill -9 of the server that takes the writes of `{bridge}`. */
  killMaster(): Promise<void>;
  stop(): Promise<void>;
}

/** Milliseconds after which a server that says nothing counts as dead. */
const SILENCE = 500;
const MASTER = 'bridge';
const eager = ['--repl-diskless-sync-delay', '0'];

async function withClients<Value>(
  servers: readonly RedisServer[],
  use: (clients: readonly Redis[]) => Promise<Value>,
): Promise<Value> {
  const clients = servers.map(({ port }) => new Redis(port));
  try {
    return await use(clients);
  } finally {
    for (const client of clients) client.disconnect();
  }
}

async function untilTrue(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}

const stopAll = async (servers: readonly RedisServer[]) => {
  await Promise.all(servers.map((server) => server.stop()));
};

/** A master and its replica, watched by one Sentinel that makes the replica the master when the master is gone. */
export async function startSentinelRedis(): Promise<RedisForm> {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-sentinel-'));
  const file = join(folder, 'sentinel.conf');
  const master = await startRedis({ args: eager });
  const replica = await startRedis({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
  writeFileSync(
    file,
    [
      `sentinel monitor ${MASTER} 127.0.0.1 ${master.port} 1`,
      `sentinel down-after-milliseconds ${MASTER} ${SILENCE}`,
      `sentinel failover-timeout ${MASTER} 2000`,
      '',
    ].join('\n'),
  );
  const sentinel = await startRedis({ args: [file, '--sentinel'] });
  // A Sentinel asks the master for its replicas every ten seconds, and once when it starts.
  await withClients([sentinel], ([client]) =>
    untilTrue(async () => {
      const replicas = await client?.call('SENTINEL', 'REPLICAS', MASTER);
      return Array.isArray(replicas) && replicas.length === 1;
    }),
  );
  return {
    url: `redis-sentinel://127.0.0.1:${sentinel.port}/${MASTER}`,
    killMaster: () => master.kill(),
    async stop() {
      await stopAll([sentinel, replica, master]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A cluster of three masters; the one that has `{bridge}` has a replica, which takes its place when it is gone. */
export async function startRedisCluster(): Promise<RedisForm> {
  const args = ['--cluster-enabled', 'yes', '--cluster-node-timeout', String(SILENCE), ...eager];
  const nodes = await Promise.all([0, 1, 2, 3].map(() => startRedis({ args })));
  const shares = [
    [0, 5_460],
    [5_461, 10_922],
    [10_923, 16_383],
  ] as const;
  const owner = await withClients(nodes, async (clients) => {
    for (const [i, client] of clients.entries()) {
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
      const share = shares[i];
      if (share !== undefined) await client.call('CLUSTER', 'ADDSLOTSRANGE', ...share);
      if (i > 0) await client.call('CLUSTER', 'MEET', '127.0.0.1', nodes[0]?.port ?? 0);
    }
    for (const client of clients) {
      await untilTrue(async () => {
        const info = String(await client.call('CLUSTER', 'INFO'));
        return /cluster_state:ok/.test(info) && /cluster_known_nodes:4/.test(info);
      });
    }
    const slot = Number(await clients[0]?.call('CLUSTER', 'KEYSLOT', `{${MASTER}}`));
    const found = shares.findIndex(([first, last]) => slot >= first && slot <= last);
    const spare = clients[3];
    await spare?.call('CLUSTER', 'REPLICATE', String(await clients[found]?.call('CLUSTER', 'MYID')));
    await untilTrue(async () => /master_link_status:up/.test((await spare?.info('replication')) ?? ''));
    return nodes[found];
  });
  return {
    url: `redis-cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    killMaster: async () => owner?.kill(),
    stop: () => stopAll(nodes),
  };
}

/** A Redis that is reached by TLS, with the certificate (PEM) that made itself trusted. */
export async function startTlsRedis(): Promise<RedisServer & { readonly ca: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-tls-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...[
      '-subj',
      '/CN=127.0.0.1',
      '-addext',
      'subjectAltName=IP:127.0.0.1',
      '-keyout',
      key,
      '-out',
      certificate,
    ],
  ]);
  const port = await freePort();
  const files = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate];
  const server = await startRedis({
    args: ['--tls-port', String(port), ...files, '--tls-auth-clients', 'no'],
  });
  return {
    ...server,
    port,
    url: `rediss://127.0.0.1:${port}`,
    ca: readFileSync(certificate, 'utf8'),
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
