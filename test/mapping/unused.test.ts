import { expect, it } from 'vitest';
import { unusedIn } from '../../src/mapping/data/unused.ts';
import { showPlace } from '../../src/mapping/files/place.ts';
import { mappings as shipped } from '../mappings/live.ts';
import { files, load } from './folder.ts';

function unused(changed: Readonly<Record<string, string>>): string[] {
  return unusedIn(load(changed).folder).map(({ place, text }) => `${showPlace(place)} ${text}`);
}

const map = (url: string, unmapped: object) =>
  JSON.stringify({ resourceType: 'ConceptMap', url, status: 'active', group: [{ element: [], unmapped }] });

it('tells what nothing uses, and nothing else', () => {
  expect(unused({})).toEqual([]);
  expect(
    unused({
      'shared/old.yaml': 'text: { $include: older.yaml }\n',
      'shared/older.yaml': "$value: '{{ %text.spare }}'\n",
      'codes/old.json': map('urn:old', { mode: 'provided' }),
      'old/mapping.yaml': 'name: old\nresources: [{ name: patient, template: ../symptom/patient.yaml }]\n',
      ...Object.fromEntries(
        ['fi', 'sv', 'en'].map((name) => [`texts/${name}.yaml`, `${files[`texts/${name}.yaml`]}spare: x\n`]),
      ),
    }),
  ).toEqual([
    'mappings/shared/old.yaml:1:1 No mapping includes this template.',
    'mappings/shared/older.yaml:1:1 No mapping includes this template.',
    'mappings/codes/old.json:1:1 Nothing translates by the ConceptMap "old".',
    'mappings/old/mapping.yaml:1:1 No kind goes through this mapping.',
    'mappings/texts/fi.yaml:3:1 No template uses the text "spare".',
  ]);
});

it('a ConceptMap that another leads to is used', () => {
  const priority = files['codes/priority.json'] ?? '';
  const leads = priority.replace(
    '"mode": "fixed", "code": "routine"',
    '"mode": "other-map", "url": "urn:next"',
  );
  expect(
    unused({ 'codes/priority.json': leads, 'codes/next.json': map('urn:next', { mode: 'provided' }) }),
  ).toEqual([]);
});

it('texts that are passed on as a whole are used', () => {
  const task = files['symptom/task.yaml']?.replace(
    'description:',
    "code: { text: '{{ %text.count().toString() }}' }\ndescription:",
  );
  const texts = Object.fromEntries(
    ['fi', 'sv', 'en'].map((name) => [`texts/${name}.yaml`, `${files[`texts/${name}.yaml`]}spare: x\n`]),
  );
  expect(unused({ ...texts, 'symptom/task.yaml': task ?? '' })).toEqual([]);
});

it('the shipped mappings hold nothing that is not used', () => {
  expect(unusedIn(shipped.folder)).toEqual([]);
});
