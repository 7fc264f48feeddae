import { globSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readConfig } from '../../src/config.ts';
import { variables } from '../../src/variables.ts';
import { project, read } from './pages.ts';

interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: number };
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext: object;
  readonly resources: { readonly requests: object; readonly limits: object };
  readonly volumeMounts: readonly { readonly name: string }[];
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly lifecycle?: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
}

interface Pod {
  readonly metadata: { readonly labels: object; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: {
    readonly terminationGracePeriodSeconds: number;
    readonly securityContext: object;
    readonly initContainers: readonly Container[];
    readonly containers: readonly Container[];
    readonly volumes: readonly { readonly name: string; readonly configMap?: { readonly name: string } }[];
  };
}

interface Kinds {
  readonly Deployment: { readonly replicas: number; readonly selector: object; readonly template: Pod };
  readonly PodDisruptionBudget: { readonly minAvailable: number; readonly selector: object };
  readonly Service: { readonly selector: object; readonly ports: readonly { readonly targetPort: string }[] };
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: unknown;
  readonly data?: Readonly<Record<string, string>>;
}

const manifests: readonly Manifest[] = globSync('docker/kubernetes/*.yaml', { cwd: project })
  .flatMap((file) => parseAllDocuments(read(file)))
  .map((document) => {
    if (document.errors.length > 0) throw new Error(document.errors.join());
    return document.toJS();
  });

function specOf<K extends keyof Kinds>(kind: K): Kinds[K] {
  const found = manifests.find((manifest) => manifest.kind === kind);
  if (found === undefined) throw new Error(`there is no ${kind}`);
  return found.spec as Kinds[K];
}

function configMap(name: string): Readonly<Record<string, string>> {
  return manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name)?.data ?? {};
}

const { replicas, selector, template } = specOf('Deployment');
const { spec: pod, metadata } = template;
const [bridge] = pod.containers;
const [proxy] = pod.initContainers;
const { version }: { version: string } = JSON.parse(read('package.json'));

describe('the example for Kubernetes, as far as it can be known without a cluster', () => {
  it('keeps one of two bridges running whatever is done to the nodes', () => {
    const labels = { matchLabels: metadata.labels };
    expect(replicas).toBe(2);
    expect(selector).toEqual(labels);
    expect(specOf('PodDisruptionBudget')).toEqual({ minAvailable: 1, selector: labels });
  });

  it('keeps to the restricted standard for pods', () => {
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    for (const { securityContext } of [...pod.containers, ...pod.initContainers]) {
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });

  it('pins what it runs, and says what it needs', () => {
    expect(bridge?.image).toBe(`omaolo-apotti-bridge:${version}`);
    expect(proxy?.image).toMatch(/:\d+\.\d+\.\d+-\w+$/);
    for (const { resources } of [...pod.containers, ...pod.initContainers]) {
      expect(Object.keys(resources.requests)).toEqual(['cpu', 'memory']);
      expect(Object.keys(resources.limits)).toEqual(['memory']);
    }
  });

  it('mounts what is there', () => {
    const names = pod.volumes.map(({ name }) => name);
    const mounted = [...pod.containers, ...pod.initContainers].flatMap(({ volumeMounts }) =>
      volumeMounts.map(({ name }) => name),
    );
    expect(mounted.filter((name) => !names.includes(name))).toEqual([]);
    for (const { configMap: map } of pod.volumes) {
      if (map !== undefined) expect(configMap(map.name)).not.toEqual({});
    }
  });

  it('configures a bridge as it understands it', () => {
    const settings = configMap('bridge');
    expect(Object.keys(settings).filter((name) => !(name in variables))).toEqual([]);
    expect(readConfig({ DATABASE_URL: 'postgres://host/bridge', ...settings }).recordSystem).toBeDefined();
  });

  it('reaches the bridge, which listens on loopback only, through the proxy beside it', () => {
    const config = configMap('bridge-proxy')['nginx.conf'] ?? '';
    const listened = [...config.matchAll(/listen (\d+)/g)].map(([, port]) => Number(port));
    expect(proxy?.ports?.map(({ containerPort }) => containerPort)).toEqual(listened);
    expect(config).toContain('server 127.0.0.1:8080;');
    expect(config).toContain('ssl_verify_client on;');
    const [{ targetPort } = {}] = specOf('Service').ports;
    expect(proxy?.ports?.map(({ name }) => name)).toContain(targetPort);
    expect(specOf('Service').selector).toEqual(metadata.labels);
    const watched = proxy?.ports?.find(({ name }) => name === 'watch')?.containerPort;
    expect(metadata.annotations['prometheus.io/port']).toBe(String(watched));
    for (const probe of [bridge?.startupProbe, bridge?.livenessProbe, bridge?.readinessProbe]) {
      expect(probe?.httpGet?.port).toBe(watched);
      expect(read('openapi.yaml')).toContain(`\n  ${probe?.httpGet?.path}:`);
    }
  });

  it('has time to end its work before it is killed', () => {
    const limit = Number(/stopLimit: (\d+)_?(\d*)/.exec(read('src/delivery/delivery.ts'))?.slice(1).join(''));
    const before = bridge?.lifecycle?.preStop.sleep.seconds ?? 0;
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(before + limit / 1000 + 10);
  });
});
