import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { transitions } from '../../src/log/state.ts';
import { blocksOf, project, read, rowsOf, sectionOf } from './pages.ts';

const page = read('docs/architecture.md');

describe('docs/architecture.md', () => {
  it('draws exactly the transitions that the log allows', () => {
    const diagram = blocksOf(page).find(({ content }) => content.startsWith('stateDiagram-v2'));
    const drawn = [...(diagram?.content ?? '').matchAll(/^\s*(\w+) --> (\w+)$/gm)].map(
      ([, from, to]) => `${from} → ${to}`,
    );
    const allowed = Object.entries(transitions).flatMap(([from, followers]) =>
      followers.map((to) => `${from} → ${to}`),
    );
    expect(drawn.toSorted()).toEqual(allowed.toSorted());
  });

  it('names every folder of src and no other', () => {
    const folders = readdirSync(join(project, 'src')).filter((name) =>
      statSync(join(project, 'src', name)).isDirectory(),
    );
    const named = rowsOf(sectionOf(page, '## The house')).map(([name = '']) => name.replaceAll(/[`/]/g, ''));
    expect(named.filter((name) => !name.includes('.')).toSorted()).toEqual(folders.toSorted());
  });

  it('points to tests that exist', () => {
    const named = [...page.matchAll(/`(test\/[\w/.-]+\.ts)`/g)].map(([, file = '']) => file);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((file) => !existsSync(join(project, file)))).toEqual([]);
  });
});
