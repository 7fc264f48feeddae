import { Cluster, Redis } from 'ioredis';
import { BridgeError } from '../errors.ts';

export type RedisClient = Redis | Cluster;

/** Where Redis is, and how to get there. */
export interface RedisPlace {
  /**
   * Makes a client that is not connected yet. It never connects again by itself and repeats no command, so what was
   * asked of it is refused when the connection ends, and nothing piles up: whoever uses it then makes another.
   */
  client(): RedisClient;
  /** The address without user and password, for people. */
  readonly address: string;
}

interface Host {
  readonly host: string;
  readonly port: number;
}

const FORM =
  /^(?<scheme>rediss?)(?:-(?<kind>sentinel|cluster))?:\/\/(?:(?<user>[^:/]*)(?::(?<password>[^/]*))?@)?(?<hosts>[^@/?#]+)(?:\/(?<path>[^?#]*))?$/;

const CONNECT_TIMEOUT = 5_000;

/**
 * Reads an address of Redis: `redis://user:password@host:port/database`, `redis-sentinel://host,host/name/database`,
 * `redis-cluster://host,host`; with `rediss` in place of `redis` all connections are encrypted. User and password are
 * percent-encoded.
 * @param ca certificates (PEM) that are trusted in place of the system's
 * @throws BridgeError `configuration-invalid`, never with the address, for it may hold a password
 */
export function redisPlace(url: string, { ca }: { readonly ca?: string } = {}): RedisPlace {
  const parts = FORM.exec(url)?.groups;
  if (parts === undefined) {
    throw invalid(
      'it is none of redis://host, redis-sentinel://host,host/name, redis-cluster://host,host (or rediss in place of redis)',
    );
  }
  const { scheme = '', kind, user, password, hosts: hostList = '', path = '' } = parts;
  const hosts = hostList.split(',').map((host) => hostOf(host, kind === 'sentinel' ? 26_379 : 6_379));
  const [first] = hosts;
  if (first === undefined || (kind === undefined && hosts.length > 1))
    throw invalid('redis:// names one host');
  const [name = '', database] = kind === 'sentinel' ? path.split('/') : ['', path];
  const db = databaseOf(database);
  if (kind === 'sentinel' && name === '') throw invalid('redis-sentinel:// ends in the name of the master');
  if (kind === 'cluster' && db !== 0) throw invalid('a cluster has no databases');
  const encrypted = scheme === 'rediss';
  if (ca !== undefined && !encrypted) throw invalid('certificates are of use only with rediss');

  const tls = encrypted ? { ...(ca === undefined ? {} : { ca }) } : undefined;
  const node = {
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: null,
    connectTimeout: CONNECT_TIMEOUT,
    ...(user === undefined || user === '' ? {} : { username: decoded(user) }),
    ...(password === undefined || password === '' ? {} : { password: decoded(password) }),
    ...(tls === undefined ? {} : { tls }),
  };
  return { address: url.replace(/\/\/.*@/, '//'), client };

  function client(): RedisClient {
    const life = { lazyConnect: true };
    if (kind === 'cluster') {
      return new Cluster(hosts, {
        ...life,
        enableOfflineQueue: false,
        clusterRetryStrategy: never,
        slotsRefreshTimeout: CONNECT_TIMEOUT,
        // Names are left as they are: certificates are made out to them.
        dnsLookup: (address, callback) => callback(null, address),
        redisOptions: node,
      });
    }
    if (kind === undefined) return new Redis({ ...life, ...node, ...first, db, retryStrategy: never });
    return new Redis({
      ...life,
      ...node,
      ...(tls === undefined ? {} : { sentinelTLS: tls, enableTLSForSentinelMode: true }),
      sentinels: hosts,
      name,
      db,
      retryStrategy: never,
      sentinelRetryStrategy: never,
      sentinelCommandTimeout: CONNECT_TIMEOUT,
    });
  }
}

const never = () => null;

function hostOf(text: string, defaultPort: number): Host {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = digits === undefined ? defaultPort : Number(digits);
  if (host === undefined || port === 0 || port > 65_535) throw invalid('a host is not written as host:port');
  return { host, port };
}

function databaseOf(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  if (!/^\d{1,5}$/.test(text)) throw invalid('the database is not a number');
  return Number(text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid('user or password are not percent-encoded');
  }
}

function invalid(text: string): BridgeError {
  return new BridgeError('configuration-invalid', [{ text: `the address of Redis: ${text}` }]);
}
