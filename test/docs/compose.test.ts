import { execFileSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../src/config.ts';
import { readKeyFile } from '../../src/log/key-file.ts';
import { variables } from '../../src/variables.ts';
import { temporaryFolder } from '../temporary.ts';
import { project, read } from './pages.ts';

interface Service {
  readonly image: string;
  readonly build?: object;
  readonly user?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly network_mode: string;
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly stop_grace_period?: string;
}

const text = read('docker/compose.yaml');
const { services, volumes }: { services: Record<string, Service>; volumes: Record<string, unknown> } = parse(
  text,
  { merge: true },
);
const all = Object.entries(services);
const bridges = all.filter(([name]) => name.startsWith('bridge-')).map(([, service]) => service);
const { version }: { version: string } = JSON.parse(read('package.json'));

/** Values for what the operator sets, put where Compose would put them. */
const settings = { POSTGRES_PASSWORD: 'p', VALKEY_PASSWORD: 'v', GRAFANA_PASSWORD: 'g' };
function filledIn(value: string): string {
  return value.replaceAll(/\$\{(\w+):\?[^}]*\}/g, (_, name: string) => {
    const set = Object.entries(settings).find(([one]) => one === name);
    if (set === undefined) throw new Error(`nobody sets ${name}`);
    return set[1];
  });
}

describe('the compose file, as far as it can be known without an engine', () => {
  it('runs two bridges, the twin, PostgreSQL, Valkey, Prometheus and Grafana', () => {
    expect(Object.keys(services)).toEqual([
      'bridge-1',
      'bridge-2',
      'keys',
      'twin',
      'postgres',
      'valkey',
      'prometheus',
      'grafana',
    ]);
  });

  it.each(all)(
    '%s runs a pinned version, not as root, on a root file system that nobody writes',
    (_, service) => {
      const { image, build } = service;
      if (build === undefined) {
        expect(image).toMatch(/:v?\d+\.\d+(\.\d+)?(-[a-z]+)?$/);
        expect(service.user).toMatch(/^[1-9]\d*:\d+$/);
      } else {
        expect(image).toBe(`omaolo-apotti-bridge:${version}`);
        expect(build).toEqual({ context: '..', dockerfile: 'docker/Dockerfile' });
        expect(service.user).toBeUndefined();
      }
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
    },
  );

  it.each(all)(
    '%s is on the loopback of the host and publishes no port that nobody listens on',
    (name, service) => {
      expect(service).not.toHaveProperty('ports');
      expect(service.network_mode).toBe(name === 'keys' ? 'none' : 'host');
    },
  );

  it.each([
    ['postgres', 'listen_addresses=127.0.0.1'],
    ['valkey', '127.0.0.1'],
    ['prometheus', '--web.listen-address=127.0.0.1:9090'],
  ])('%s is told to listen there only', (name, argument) => {
    expect(services[name]?.command).toContain(argument);
  });

  it('gives no two services one port', () => {
    expect(services['grafana']?.environment).toMatchObject({ GF_SERVER_HTTP_ADDR: '127.0.0.1' });
    const twin = services['twin']?.command ?? [];
    const ports = [
      ...bridges.map(({ environment }) => environment?.['PORT']),
      twin[twin.indexOf('--port') + 1],
      services['grafana']?.environment?.['GF_SERVER_HTTP_PORT'],
      ...['9090', '5432', '6379'],
    ];
    expect(new Set(ports).size).toBe(7);
    expect(ports.every((port) => Number(port) > 1024)).toBe(true);
  });

  it.each(all)('%s mounts files and volumes that are there', (_, service) => {
    const sources = (service.volumes ?? []).map((mount) => mount.split(':')[0] ?? '');
    for (const source of sources) {
      if (source.startsWith('.')) expect(existsSync(join(project, 'docker', source)), source).toBe(true);
      else expect(Object.keys(volumes)).toContain(source);
    }
  });

  it.each(all)('%s is watched, or runs once', (name, service) => {
    // The bridges' own check is in the image, and asks the bridge's port.
    if (bridges.includes(service)) expect(service.healthcheck).toBeUndefined();
    else if (name === 'keys') expect(service.healthcheck).toEqual({ disable: true });
    else expect(service.healthcheck?.test?.length).toBeGreaterThan(1);
  });

  it('waits for a database that is healthy and keys that are made', () => {
    for (const { depends_on = {} } of bridges) {
      expect(depends_on['postgres']).toEqual({ condition: 'service_healthy' });
      expect(depends_on['keys']).toEqual({ condition: 'service_completed_successfully' });
      expect(Object.keys(depends_on).filter((name) => services[name] === undefined)).toEqual([]);
    }
  });

  it('keeps every password out of the file', () => {
    const asked = [...text.matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
    expect([...new Set(asked)].sort()).toEqual(Object.keys(settings).sort());
    expect(text.match(/\$\{\w+(?!:\?|\w)/g)).toBeNull();
  });
});

describe('a bridge of the compose file', () => {
  it.each(bridges)('is configured as a bridge understands it', ({ environment = {} }) => {
    expect(Object.keys(environment).filter((name) => !(name in variables))).toEqual([]);
    const set = Object.entries(environment).map(([name, value]) => [name, filledIn(value)]);
    const config = readConfig({ DATA_DIR: '/data', ...Object.fromEntries(set) });
    expect(config.recordSystem?.url).toBe(`http://127.0.0.1:8090${'/Interconnect-FHIR-EKO01/api/FHIR/R4'}`);
    expect(config.makesDataKey).toBe(false);
  });

  it('has time to end its work before it is killed', () => {
    const limit = Number(/stopLimit: (\d+)_?(\d*)/.exec(read('src/delivery/delivery.ts'))?.slice(1).join(''));
    for (const { stop_grace_period = '' } of bridges) {
      expect(Number.parseInt(stop_grace_period, 10) * 1000).toBeGreaterThan(limit);
    }
  });

  it('finds keys that were made once and are not made anew', () => {
    const folder = temporaryFolder();
    const [node, ...args] = services['keys']?.command ?? [];
    expect(node).toBe('node');
    const make = () => {
      execFileSync(process.execPath, args, { env: { DATA_DIR: folder } });
      return ['data.key', 'client.pem'].map((name) => readFileSync(join(folder, name), 'utf8'));
    };
    const made = make();
    expect(make()).toEqual(made);
    expect(readKeyFile(join(folder, 'data.key'))).toBeDefined();
    expect(createPrivateKey(made[1] ?? '').asymmetricKeyDetails).toEqual({ namedCurve: 'secp384r1' });
    expect(statSync(join(folder, 'client.pem')).mode & 0o077).toBe(0);
  });
});
