import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadQuestionMaps } from '../../src/delivery/question-map.ts';
import { routeSchema } from '../../src/delivery/route-schema.ts';
import { temporaryFolder } from '../temporary.ts';
import { blocksOf, read, rowsOf, sectionOf } from './pages.ts';

const page = read('docs/reference/route.md');

it('docs/reference/route.md names the members that a route may have', () => {
  const named = rowsOf(page.slice(page.indexOf('| Member |'))).map(([member = '']) => member.split('.')[0]);
  const members = Object.keys(routeSchema.properties);
  expect([...new Set(named)].map((each) => each?.replaceAll('`', ''))).toEqual(
    expect.arrayContaining(members),
  );
});

it('docs/reference/route.md shows a map of questions that loads', () => {
  const section = sectionOf(page, "## Answers to the record system's own questionnaires");
  const example = blocksOf(section).find(({ info }) => info === 'yaml')?.content ?? '';
  const folder = temporaryFolder();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'example.yaml'), example);
  const [map] = loadQuestionMaps(folder);
  expect(map).toMatchObject({ kind: 'cough', questionnaire: 'Questionnaire/example-cough' });
  expect(Object.keys(map?.answers ?? {})).toEqual(['duration', 'fever', 'smoker', 'sputum']);
});
