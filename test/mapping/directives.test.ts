import type { Bundle, Resource } from '@medplum/fhirtypes';
import { describe, expect, test } from 'vitest';
import type { Assessment } from '../../src/assessment/assessment.ts';
import { assessment, context, load } from './folder.ts';

/** The resource that a template of the mapping `generic` makes of an assessment. */
function made(
  template: string,
  changed: Partial<Assessment> = {},
  files: Record<string, string> = {},
): unknown {
  const { bundle } = load({ ...files, 'symptom/patient.yaml': template }).map(
    assessment({ kind: { id: 'other', version: '1', title: 'Muu' }, ...changed }),
    context,
  );
  return plain(bundle.entry?.[0]?.resource);
}

/** The text that a `$text` of these lines makes. */
function text(lines: string, changed: Partial<Assessment> = {}, files: Record<string, string> = {}): unknown {
  const indented = lines.trim().replaceAll('\n', '\n      ');
  const patient = made(
    `resourceType: Patient\nname:\n  - text:\n      $text:\n      ${indented}\n`,
    changed,
    files,
  );
  return plain(patient, 'name', 0, 'text');
}

/** JSON as it would be sent, or a part of it. */
function plain(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found: unknown = value === undefined ? undefined : JSON.parse(JSON.stringify(value));
  for (const step of path) found = Object(found)[step];
  return found;
}

const sections: Assessment['sections'] = [
  {
    id: 's1',
    title: 'Oireet',
    questions: [
      { id: 'q1', text: 'Onko kuumetta?', type: 'boolean', answers: [{ value: true }] },
      {
        id: 'q2',
        text: 'Mitä oireita?',
        type: 'choices',
        answers: [
          { code: 'a', label: 'Yskä' },
          { code: 'b', label: 'Nuha' },
        ],
      },
      { id: 'q3', text: 'Muuta?', type: 'text', answers: [] },
    ],
  },
];

describe('values', () => {
  test('a text that is one expression keeps its type; others become text', () => {
    const template = `resourceType: Patient
active: '{{ consent.given }}'
multipleBirthInteger: '{{ edition }}'
name:
  - text: 'Painos {{ edition }}: {{ consent.given }}'
`;
    expect(made(template)).toEqual({
      resourceType: 'Patient',
      active: true,
      multipleBirthInteger: 1,
      name: [{ text: 'Painos 1: true' }],
    });
  });

  test('what yields nothing is left out, up to the whole list; an empty part of a text is empty', () => {
    const template = `resourceType: Patient
birthDate: '{{ client.birthDate }}'
name:
  - text: '{{ client.contact.phone }}!'
telecom:
  - value: '{{ client.contact.phone }}'
    period: { start: '{{ times.started }}' }
`;
    expect(made(template)).toEqual({ resourceType: 'Patient', name: [{ text: '!' }] });
  });

  test('one value where FHIR has a list becomes a list', () => {
    const template = "resourceType: Patient\nname:\n  - given: '{{ client.names.given }}'\n";
    expect(made(template)).toEqual({ resourceType: 'Patient', name: [{ given: ['Aino'] }] });
  });

  test('a list that the source schema does not foresee where one fits stops the mapping and names the rule', () => {
    const template = `resourceType: Patient
$let: { all: { given: [a, '{{ id }}'] } }
birthDate: '{{ %all.given }}'
`;
    expect(() => made(template)).toThrow(
      expect.objectContaining({
        code: 'mapping-failed',
        details: [
          { at: 'mappings/symptom/patient.yaml:3:1', text: expect.stringMatching(/takes one value/) },
        ],
      }),
    );
  });
});

describe('$for', () => {
  test('repeats a map, with the item and its index', () => {
    const template = `resourceType: Patient
name:
  - $for: q in sections.questions
    id: '{{ %q.id }}'
    text: '{{ %qIndex }}. {{ %q.text }}'
`;
    expect(plain(made(template, { sections }), 'name')).toEqual([
      { id: 'q1', text: '0. Onko kuumetta?' },
      { id: 'q2', text: '1. Mitä oireita?' },
      { id: 'q3', text: '2. Muuta?' },
    ]);
  });

  test('at the top of a resource gives one entry each, with urls of their own and all of them in %urls', () => {
    const bundle = mapped({
      measurements: ['a', 'b'].map((code) => ({
        code,
        label: code,
        value: 1.5,
        unit: 'kg',
        time: '2026-03-02T10:00:00Z',
      })),
    });
    const observations = entriesOf(bundle, 'Observation');
    const task = entriesOf(bundle, 'Task')[0];
    expect(observations).toHaveLength(2);
    expect(new Set(observations.map(({ fullUrl }) => fullUrl)).size).toBe(2);
    expect(plain(task?.resource, 'relevantHistory')).toEqual(
      observations.map(({ fullUrl }) => ({ reference: fullUrl })),
    );
  });
});

describe('$if', () => {
  test('leaves a map out, and its references with it', () => {
    const alone = mapped({});
    expect(entriesOf(alone, 'RelatedPerson')).toEqual([]);
    expect(plain(entriesOf(alone, 'QuestionnaireResponse')[0]?.resource)).not.toHaveProperty('author');
    const guarded = mapped({
      filledBy: {
        role: 'guardian',
        person: { names: { family: 'Testi', given: ['Eino', 'Olavi'] } },
        authorisation: { service: 'x', time: '2026-03-02T10:00:00Z', answer: 'ALLOWED' },
      },
    });
    const [relative] = entriesOf(guarded, 'RelatedPerson');
    expect(plain(relative?.resource, 'name')).toEqual([{ text: 'Eino Olavi Testi' }]);
    expect(plain(entriesOf(guarded, 'QuestionnaireResponse')[0]?.resource, 'author')).toEqual({
      reference: relative?.fullUrl,
    });
  });

  test('with $value and $else gives one or the other', () => {
    const template = `resourceType: Patient
gender:
  $if: language = 'sv'
  $value: female
  $else: male
`;
    expect(plain(made(template), 'gender')).toBe('female');
    expect(plain(made(template, { language: 'fi' }), 'gender')).toBe('male');
  });
});

describe('$switch', () => {
  const template = (rest: string): string => `resourceType: Patient
gender:
  $switch: language
  $cases: { fi: male, sv: female }
${rest}`;

  test('picks a case, else the default, else nothing', () => {
    expect(plain(made(template('')), 'gender')).toBe('female');
    expect(plain(made(template('  $default: unknown\n'), { language: 'en' }), 'gender')).toBe('unknown');
    expect(made(template(''), { language: 'en' })).toEqual({ resourceType: 'Patient' });
  });
});

describe('$let', () => {
  test('names values for the rest of the map and below, each in sight of the next', () => {
    const template = `resourceType: Patient
$let:
  first: '{{ client.names.given.first() }}'
  whole: '{{ %first }} {{ client.names.family }}'
name:
  - text: '{{ %whole }}'
`;
    expect(plain(made(template), 'name')).toEqual([{ text: 'Aino Testi' }]);
  });
});

describe('$translate', () => {
  test('gives code, coding or display through a ConceptMap, and what it says of unmapped codes', () => {
    const template = (as: string): string => `resourceType: Patient
maritalStatus:
  coding:
    - $translate: { map: priority, code: urgency.class, as: ${as} }
`;
    const coding = (level: 'P0' | 'P7', as = 'coding'): unknown =>
      plain(made(template(as), { urgency: { class: level } }), 'maritalStatus', 'coding', 0);
    expect(coding('P0')).toEqual({
      system: 'http://hl7.org/fhir/request-priority',
      code: 'stat',
      display: 'Stat',
    });
    expect(coding('P7')).toEqual({ system: 'http://hl7.org/fhir/request-priority', code: 'routine' });
    expect(made(template('coding'))).toEqual({ resourceType: 'Patient' });
  });

  test('gives the first target that means the code at all', () => {
    const target = ['unmatched', 'disjoint', 'narrower', 'wider'].map((equivalence) => ({
      code: equivalence,
      equivalence,
    }));
    const unmapped = { mode: 'provided' };
    const group = [{ target: 'urn:one', element: [{ code: 'sv', target }], unmapped }];
    const files = {
      'codes/one.json': JSON.stringify({ resourceType: 'ConceptMap', status: 'active', group }),
    };
    const template = `resourceType: Patient
maritalStatus: { coding: [{ $translate: { map: one, code: language, as: coding } }] }
`;
    expect(plain(made(template, {}, files), 'maritalStatus', 'coding')).toEqual([
      { system: 'urn:one', code: 'narrower' },
    ]);
  });

  test('follows another ConceptMap, or passes the code on, where the map says so', () => {
    const map = (url: string, unmapped: object): string =>
      JSON.stringify({
        resourceType: 'ConceptMap',
        url,
        status: 'active',
        group: [{ target: url, element: [], unmapped }],
      });
    const files = {
      'codes/one.json': map('urn:one', { mode: 'other-map', url: 'urn:two' }),
      'codes/two.json': map('urn:two', { mode: 'provided' }),
    };
    const template = `resourceType: Patient
maritalStatus: { coding: [{ $translate: { map: one, code: language, as: coding } }] }
`;
    expect(plain(made(template, {}, files), 'maritalStatus', 'coding')).toEqual([
      { system: 'urn:two', code: 'sv' },
    ]);
  });
});

describe('$include', () => {
  test('places a fragment with the values passed, relative to the including file', () => {
    const files = { 'shared/period.yaml': "start: '{{ %from }}'\n" };
    const template = `resourceType: Patient
name:
  - period: { $include: ../shared/period.yaml, $with: { from: '{{ times.sent }}' } }
`;
    expect(plain(made(template, {}, files), 'name', 0, 'period')).toEqual({
      start: '2026-03-02T10:01:00+02:00',
    });
  });
});

describe('$text and $base64', () => {
  test('join lines; what yields nothing drops its line, an empty text stays an empty line', () => {
    const lines = `- '{{ id }}'
- ''
- '{{ summary }}'
- ['{{ language }}', ['x']]
- $if: summary.exists()
  $value: never
- $for: q in sections.questions
  $value:
    - '{{ %q.text }}'
    - $for: a in %q.answers
      $switch: '%q.type'
      $cases:
        choices: '- {{ %a.label }}'
      $default: '- {{ %a.value }}'`;
    const expected = [
      'a-1',
      '',
      'sv',
      'x',
      'Onko kuumetta?',
      '- true',
      'Mitä oireita?',
      '- Yskä',
      '- Nuha',
      'Muuta?',
    ];
    expect(text(lines, { sections })).toBe(expected.join('\n'));
  });

  test('a fragment of lines within lines is as if it stood there', () => {
    const files = { 'shared/lines.yaml': "$text:\n  - '{{ %a }}'\n  - ''\n  - '{{ %b }}'\n" };
    const lines = `- { $include: ../shared/lines.yaml, $with: { a: x, b: '{{ id }}' } }
- { $include: ../shared/lines.yaml, $with: { a: '{{ summary }}', b: y } }`;
    expect(text(lines, {}, files)).toBe('x\n\na-1\n\ny');
  });

  test('base64 is of the UTF-8 text', () => {
    const [note] = entriesOf(mapped({ sections, summary: 'Hyvä.' }), 'DocumentReference');
    const data = plain(note?.resource, 'content', 0, 'attachment', 'data');
    expect(Buffer.from(String(data), 'base64').toString('utf8')).toBe(
      'Esitiedot\n\nOireet\nOnko kuumetta?\n- Kyllä\nMitä oireita?\n- Yskä\n- Nuha\nMuuta?\n\nHyvä.',
    );
  });
});

describe('predefined variables', () => {
  test('tell the message, the kind, the urgency and the texts in heading and own language', () => {
    const lines = `- '{{ %message.id }} {{ %message.edition }} {{ %message.acceptedAt }}'
- '{{ %kind.id }} {{ %kind.version }} {{ %kind.title }} {{ %kind.status }}'
- '{{ %urgency.class }} {{ %urgency.text }} {{ %urgency.duration }}'
- '{{ %text.answers.yes }} {{ %ownText.answers.yes }}'
- '{{ %settings.headingLanguage }}'`;
    const known = { kind: { id: 'cough', version: '2' }, urgency: { class: 'P3' as const } };
    expect(text(lines, known)).toBe(
      'm-1 1 2026-03-02T10:02:00+02:00\ncough 2 Hosta active\nP3 Vuorokaudessa \nKyllä Ja\nfi',
    );
    expect(text("- '{{ %kind.title }}{{ %kind.status }}'")).toBe('Muu');
  });
});

function mapped(changed: Partial<Assessment>): Bundle {
  return load().map(assessment(changed), context).bundle;
}

function entriesOf({ entry = [] }: Bundle, type: Resource['resourceType']) {
  return entry.filter(({ resource }) => resource?.resourceType === type);
}
