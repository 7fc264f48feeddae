import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { UrgencyClass } from '../../src/assessment/assessment.ts';
import { errorsOf, mapped, mappings, noteOf, resources, sample } from './live.ts';

const example = sample('respiratory-sv');

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

describe.each(mappings.kinds)('the kind $id', ({ id, titles, mapping, status }) => {
  const { title: _, ...kind } = { ...example.kind, id, version: '9.9' };
  const assessment = { ...example, kind };

  test('is mapped, in any version, to a bundle that keeps to the profiles', () => {
    const context = { messageId: 'any', source: 'omaolo', acceptedAt: example.times.sent };
    expect(mappings.map(assessment, context).mapping).toBe(mapping);
    const bundle = mapped(assessment);
    expect(errorsOf(bundle)).toEqual([]);
    expect(resources(bundle, 'QuestionnaireResponse')[0]?.questionnaire).toMatch(
      new RegExp(`/omaolo-${id}\\|9\\.9$`),
    );
  });

  test.each(['fi', 'sv', 'en'] as const)(
    'has its title of the catalogue as reason in %s, else the Finnish one, else its id',
    (language) => {
      const note = noteOf(mapped({ ...assessment, language }));
      expect(note).toContain(`\n\nTULOSYY\n${titles[language] ?? titles.fi ?? id}\n\n`);
    },
  );

  test('says so when Omaolo no longer has it', () => {
    expect(noteOf(mapped(assessment)).includes('Tämä arvio on poistunut Omaolosta.')).toBe(
      status === 'retired',
    );
  });
});

describe('the urgency class', () => {
  const meanings: readonly (readonly [UrgencyClass, string, string])[] = [
    ['P0', 'stat', 'P0 – Omaolon kiireellisyysluokka: Hoidetaan välittömästi, yhteys hätäkeskukseen'],
    ['P1', 'asap', 'P1 – Omaolon kiireellisyysluokka: Hoidetaan päivystyksenä'],
    ['P2', 'urgent', 'P2 – Omaolon kiireellisyysluokka: Hoidetaan päivystyksenä, mutta ei yöllä'],
    ['P3', 'urgent', 'P3 – Omaolon kiireellisyysluokka: Voidaan siirtää virka-ajan lääkärille (1 vrk)'],
    ['P4', 'routine', 'P4 – Omaolon kiireellisyysluokka: Voidaan siirtää virka-ajan lääkärille (2–3 vrk)'],
    ['P5', 'routine', 'P5 – Omaolon kiireellisyysluokka'],
    ['P6', 'routine', 'P6 – Omaolon kiireellisyysluokka'],
    ['P7', 'routine', 'P7 – Omaolon kiireellisyysluokka'],
    ['P8', 'routine', 'P8 – Omaolon kiireellisyysluokka'],
  ];

  test.each(meanings)(
    '%s is the first word of the note, and the task has priority %s',
    (urgency, priority, line) => {
      const bundle = mapped({ ...example, urgency: { class: urgency } });
      expect(firstLine(noteOf(bundle))).toBe(line);
      const [task] = resources(bundle, 'Task');
      expect(task?.priority).toBe(priority);
      expect(task?.input?.map(({ valueCoding }) => valueCoding?.code)).toEqual([urgency]);
    },
  );

  test('is said to be missing where Omaolo sent none, and the task then has no priority', () => {
    const { urgency: _, ...without } = example;
    const bundle = mapped(without);
    expect(firstLine(noteOf(bundle))).toBe('Omaolo ei lähettänyt kiireellisyysluokkaa');
    expect(resources(bundle, 'Task')[0]).not.toHaveProperty('priority');
  });

  test('keeps the class that Omaolo gave first, and who changed it, when and why', () => {
    const bundle = mapped(sample('uti-fi'));
    expect(
      resources(bundle, 'Task')[0]?.input?.map(({ type, ...value }) => [type.coding?.[0]?.code, value]),
    ).toMatchObject([
      ['urgency-class', { valueCoding: { code: 'P3' } }],
      ['original-urgency-class', { valueCoding: { code: 'P4' } }],
      ['urgency-changed-by', { valueString: 'Sairaanhoitaja Heli Harjoitus' }],
      ['urgency-changed-at', { valueDateTime: '2026-03-02T14:40:00+02:00' }],
      ['urgency-change-reason', { valueString: expect.stringContaining('Siirretään lähemmäs.') }],
    ]);
  });
});

test('a kind that the catalogue does not know becomes a note that says so', () => {
  const bundle = mapped({ ...example, kind: { id: 'something-new', version: '0.1' } });
  expect(noteOf(bundle).split('\n')[1]).toContain('something-new 0.1');
  expect(noteOf(bundle)).not.toContain('luokan IIa');
  expect(errorsOf(bundle)).toEqual([]);
});

test('an assessment never becomes a diagnosis', () => {
  expect(resources(mapped(example), 'Condition')).toEqual([]);
});

test('an amended edition refers to the one before it', () => {
  const bundle = mapped(sample('oral-amended-sv'));
  const earlier = { identifier: { value: 'oa-2026-000205/1' } };
  expect(noteOf(bundle)).toContain('\nMuuttaa painosta 1\n');
  expect(resources(bundle, 'DocumentReference')[0]?.relatesTo).toMatchObject([
    { code: 'appends', target: earlier },
  ]);
  expect(resources(bundle, 'Provenance')[0]?.entity).toContainEqual(
    expect.objectContaining({ role: 'revision' }),
  );
});

test('all addresses of the project begin with the base of the settings', () => {
  const { base, systems } = parse(readFileSync('mappings/settings.yaml', 'utf8')) as {
    base: string;
    systems: Record<string, string>;
  };
  for (const address of Object.values(systems)) expect(address).toMatch(new RegExp(`^${base}/`));
  for (const folder of ['profiles', 'mappings/codes']) {
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
      const { url, resourceType, id } = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as Record<
        string,
        string
      >;
      expect(url, file).toBe(`${base}/${resourceType}/${id}`);
    }
  }
});
