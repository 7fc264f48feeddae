import { expect, it } from 'vitest';
import { faults } from '../../src/sandbox/faults.ts';
import { situations } from '../../src/sandbox/population.ts';
import { read, rowsOf, sectionOf } from './pages.ts';

const page = read('docs/reference/twin.md');

it('docs/reference/twin.md lists the faults as the twin has them', () => {
  const listed = rowsOf(sectionOf(page, '## Faults'));
  expect(listed).toEqual(faults.map(({ name, done, does }) => [`\`${name}\``, done ? 'yes' : 'no', does]));
});

it('docs/reference/twin.md lists the situations of persons', () => {
  const listed = rowsOf(sectionOf(page, '## Situations')).map(([name]) => name);
  expect(listed).toEqual(situations.map((name) => `\`${name}\``));
});
