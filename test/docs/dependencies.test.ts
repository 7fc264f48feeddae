import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { project, read, rowsOf, sectionOf } from './pages.ts';

type Versions = Readonly<Record<string, string>>;
const manifest: { dependencies: Versions; devDependencies: Versions; optionalDependencies: Versions } =
  JSON.parse(read('package.json'));

function licenceOf(name: string): string {
  const { license }: { license: string } = JSON.parse(read(`node_modules/${name}/package.json`));
  return license;
}

describe('docs/dependencies.md lists what package.json lists', () => {
  it.each([
    ['## What the bridge runs on', manifest.dependencies],
    ['## What it is built and tested with', manifest.devDependencies],
    ['## Node itself, and PostgreSQL for the tests', manifest.optionalDependencies],
  ] as const)('under %s, with versions and licences', (heading, versions) => {
    const rows = rowsOf(sectionOf(read('docs/dependencies.md'), heading));
    const listed = rows.map(([name = '', version, licence]) => [name.replaceAll('`', ''), version, licence]);
    const wanted = Object.entries(versions).map(([name, version]) => {
      const installed = existsSync(join(project, 'node_modules', name, 'package.json'));
      const row = listed.find(([one]) => one === name);
      // Of the packages of Node only that of this machine is installed.
      const licence = installed ? licenceOf(name) : row?.[2];
      return [name, version, licence?.startsWith('SEE LICENSE') ? row?.[2] : licence];
    });
    expect(listed.toSorted()).toEqual(wanted.toSorted());
    expect(rows.every(([, , licence, purpose]) => licence && purpose)).toBe(true);
  });
});
