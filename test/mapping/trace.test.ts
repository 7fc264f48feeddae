import fc, { type Arbitrary } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { Assessment } from '../../src/assessment/assessment.ts';
import type { Mappings } from '../../src/mapping/mappings.ts';
import type { TracedElement } from '../../src/mapping/trace/trace.ts';
import { context, load, assessment as small } from './folder.ts';

const asked = small({
  times: { completed: '2026-03-02T10:00:00+02:00', sent: '2026-03-02T10:01:00+02:00' },
  summary: 'Yskää',
  urgency: { class: 'P0' },
  client: { names: { family: 'Testi', given: ['Aino', 'Maria'] }, birthDate: '1990-01-01' },
  sections: [
    {
      id: 's1',
      title: 'Esitiedot',
      questions: [
        { id: 'q1', text: 'Kuume?', type: 'boolean', answers: [{ value: true }] },
        {
          id: 'q2',
          text: 'Oire?',
          type: 'choices',
          answers: ['a', 'b'].map((code) => ({ code, label: code.toUpperCase() })),
        },
        { id: 'q3', text: 'Muuta?', type: 'text', answers: [] },
      ],
    },
    {
      id: 's2',
      questions: [
        { id: 'q4', text: 'Paino?', type: 'decimal', answers: [{ value: 70.5, display: 'noin 70' }] },
      ],
    },
  ],
});

/** A mapping of one note, whose description is the template that is tried. */
function withDescription(template: unknown, more: Record<string, string> = {}): Mappings {
  const note = {
    resourceType: 'DocumentReference',
    status: 'current',
    content: [{ attachment: { title: 'x' } }],
    description: template,
  };
  return load({
    'symptom/mapping.yaml': 'name: symptom\nresources:\n  - { name: note, template: note.yaml }\n',
    'symptom/note.yaml': stringify(note),
    ...more,
  });
}

function originOf(template: unknown, more?: Record<string, string>): TracedElement | undefined {
  const { elements } = withDescription(template, more).trace(asked, context);
  return elements.find(({ element }) => element === 'entry[0].resource.description');
}

describe('a value comes from', () => {
  test.each<[string, unknown, readonly string[]]>([
    ['a path', '{{ summary }}', ['/summary']],
    ['nothing when it is written in the template', 'words', []],
    ['the item that a path picks', '{{ client.names.given[1] }}', ['/client/names/given/1']],
    ['the first item', '{{ client.names.given.first() }}', ['/client/names/given/0']],
    ['the last item', '{{ client.names.given.last() }}', ['/client/names/given/1']],
    [
      'each item that is joined',
      "{{ client.names.given.join(' ') }}",
      ['/client/names/given/0', '/client/names/given/1'],
    ],
    ['both sides of &', '{{ client.names.family & summary }}', ['/client/names/family', '/summary']],
    ['the branch of iif', "{{ iif(summary.exists(), summary, 'x') }}", ['/summary']],
    [
      'the item that criteria pick',
      "{{ sections.where(id = 's2').questions.text.first() }}",
      ['/sections/1/questions/0/text'],
    ],
    [
      'all that a computation read',
      '{{ summary.upper() & birthDate }}'.replace('birthDate', 'client.birthDate'),
      ['/summary', '/client/birthDate'],
    ],
    ['a part of a text', '{{ summary.substring(1) }}', ['/summary']],
    [
      'the item of a list that was made distinct',
      '{{ client.names.given.distinct().first() }}',
      ['/client/names/given/0'],
    ],
    ['a text of the heading language', '{{ %text.heading }}', ['%text.heading']],
    [
      'a text of the own language, which the language chose',
      '{{ %ownText.heading }}',
      ['%ownText.heading', '/language'],
    ],
    ['the class that chose the urgency', '{{ %urgency.text }}', ['%urgency.text', '/urgency/class']],
    ['the catalogue of kinds', '{{ %kind.title }}', ['%kind.title', '/kind/id', '/language']],
    ['the kind as it was sent', '{{ %kind.version }}', ['/kind/version']],
  ])('%s', (_, template, sources) => {
    expect(originOf(template)?.sources).toEqual(sources);
  });

  test('the item that a variable stands for, through $let and $with', () => {
    const more = { 'shared/part.yaml': '$value: "{{ %given.label }}"\n' };
    const template = {
      $let: { answer: "{{ sections.questions.where(id = 'q2').answers.last() }}" },
      $include: '../shared/part.yaml',
      $with: { given: '{{ %answer }}' },
    };
    expect(originOf(template, more)).toMatchObject({
      sources: ['/sections/0/questions/1/answers/1/label'],
      rule: 'mappings/shared/part.yaml:1:13',
    });
  });

  test('the items of a $for, each line by itself', () => {
    const template = {
      $text: [{ $for: 'q in sections.questions', $value: '- {{ %q.text }} {{ %qIndex + 1 }}' }],
    };
    const { parts = [] } = originOf(template) ?? {};
    const told = parts.flatMap(({ offset, length, sources }) =>
      sources.map((source) => [offset, length, source]),
    );
    expect(told).toEqual([
      [2, 6, '/sections/0/questions/0/text'],
      [13, 5, '/sections/0/questions/1/text'],
      [23, 6, '/sections/0/questions/2/text'],
      [34, 6, '/sections/1/questions/0/text'],
    ]);
  });

  test('the code that is translated', () => {
    const template = { $translate: { map: 'priority', code: 'urgency.class', as: 'display' } };
    expect(originOf(template)).toMatchObject({ sources: ['/urgency/class'] });
  });
});

describe('a value is decided by', () => {
  test.each<[string, unknown, readonly string[]]>([
    ['what $if compares', { $if: "summary = 'Yskää'", $value: 'x' }, ['/summary']],
    ['what $switch is on', { $switch: 'language', $cases: { sv: 'x' } }, ['/language']],
    ['what $else was left for', { $if: "language = 'fi'", $value: 'x', $else: 'y' }, ['/language']],
    [
      'the condition of iif',
      "{{ iif(sections.first().questions.first().answers.value, 'x', 'y') }}",
      ['/sections/0/questions/0/answers/0/value'],
    ],
    ['what criteria compare', "{{ sections.where(id = 's2').questions.text.first() }}", ['/sections/1/id']],
    [
      'what criteria look for in vain',
      { $if: "sections.where(id = 's9').empty()", $value: 'x' },
      ['/sections/0/id', '/sections/1/id'],
    ],
    ['nothing when only presence counts', { $if: 'summary.exists()', $value: 'x' }, []],
  ])('%s', (_, template, decidedBy) => {
    expect(originOf(template)?.decidedBy).toEqual(decidedBy);
  });
});

const condition = fc.constantFrom(
  'summary.exists()',
  'client.hetu.empty()',
  "language = 'sv'",
  "urgency.class != 'P0'",
  'sections.questions.answers.exists(value = true)',
  "sections.where(questions.exists(id = 'q4')).exists()",
  'sections.questions.where(answers.empty()).count() > 0',
  "summary.startsWith('Y') and language = 'sv'",
);
const expression = fc
  .constantFrom(
    'summary',
    'client.hetu',
    'client.names.given.first()',
    "client.names.given.join(', ')",
    'client.names.given',
    "sections.where(id = 's1').title",
    'sections.questions.text.first()',
    'sections.questions.answers.value.last()',
    'sections.count()',
    'sections.questions[1].answers[0].label',
    "summary & ' ' & client.names.family",
    "summary.replace('ä', 'a').upper()",
    'summary.length()',
    "(sections.questions.id | client.names.given).join('-')",
    'sections.questions.answers.label.distinct().join()',
    "iif(language = 'sv', summary, client.names.family)",
    "sections.questions.select(id & ':' & text).join(' ')",
    'sections.questions.select($index).skip(1).first()',
    'sections.select($index & questions.where($index > 0).count().toString()).join()',
    'sections.select(questions.all($index < 5) and $index = 0).last()',
    'client.names.given.tail().first()',
    'sections.questions.answers.value.ofType(string)',
    '%text.heading',
    '%ownText.answers.yes',
    '%urgency.text',
    '%kind.title',
    '%missing',
  )
  .filter((text) => text !== '%missing');

/** Templates of lines, with every directive that a line may have. */
const line = fc.letrec<{ line: unknown; lines: readonly unknown[] }>((tie) => ({
  lines: fc.array(tie('line'), { minLength: 1, maxLength: 4 }),
  line: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom('', 'words'),
    expression.map((text) => `{{ ${text} }}`),
    fc.tuple(expression, expression).map(([a, b]) => `- {{ ${a} }}: {{ ${b} }}.`),
    fc.record({ $if: condition, $value: tie('line'), $else: tie('line') }),
    fc.record({ $if: condition, $text: tie('lines') }),
    tie('line').map((inner) => ({ $switch: 'language', $cases: { sv: inner }, $default: 'other' })),
    tie('lines').map((inner) => ({
      $for: 's in sections',
      $value: ['{{ %s.title }}', '{{ %sIndex }}', ...inner],
    })),
    fc.tuple(expression, tie('line')).map(([text, inner]) => ({
      $let: { given: `{{ ${text} }}` },
      $value: ['{{ %given.first() }}', inner],
    })),
    tie('lines').map((inner) => ({ $text: inner })),
    fc
      .constantFrom('code', 'display')
      .map((as) => ({ $translate: { map: 'priority', code: 'urgency.class', as } })),
  ),
})).line as Arbitrary<unknown>;

function outcome(run: () => unknown): string {
  try {
    return JSON.stringify(run());
  } catch (error) {
    if (error instanceof Error) return `${error.message} ${JSON.stringify(Reflect.get(error, 'details'))}`;
    throw error;
  }
}

describe('tracing', () => {
  test('makes what mapping makes, or fails as it fails, whatever the template', () => {
    const others: readonly Assessment[] = [
      asked,
      small(),
      small({ language: 'fi', summary: 'Yskä', urgency: { class: 'P3' } }),
    ];
    let compared = 0;
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (lines) => {
        const mappings = loaded(lines);
        if (!mappings) return;
        for (const assessment of others) {
          const traced = outcome(() => mappings.trace(assessment, context).bundle);
          if (traced.startsWith('{')) compared += 1;
          expect(traced).toBe(outcome(() => mappings.map(assessment, context).bundle));
        }
      }),
      { numRuns: 60 },
    );
    expect(compared).toBeGreaterThan(60);
  });
});

describe('work without end is stopped where mapping stops it:', () => {
  const stopped = expect.objectContaining({
    code: 'mapping-failed',
    details: [{ text: expect.stringContaining('bound'), at: expect.stringMatching(/note\.yaml:\d+:\d+$/) }],
  });

  test('a text that is doubled again and again', () => {
    const names = Array.from({ length: 40 }, (_, at) => [`v${at + 1}`, `{{ %v${at} & %v${at} }}`]);
    const variables = { v0: '{{ summary }}', ...Object.fromEntries(names) };
    const doubled = withDescription({ $let: variables, $value: '{{ %v40 }}' });
    expect(() => doubled.trace(asked, context)).toThrow(stopped);
  });

  test('loops in loops in loops', () => {
    const loops = ['a', 'b', 'c', 'd', 'e'].reduceRight<unknown>(
      (body, name) => [{ $for: `${name} in sections`, $value: body }],
      [{ $if: "%e.id = 'none'", $value: 'never' }],
    );
    const looped = withDescription({ $text: loops });
    const many = small({
      sections: Array.from({ length: 60 }, (_, at) => ({ id: `s${at}`, questions: [] })),
    });
    expect(() => looped.trace(many, context)).toThrow(stopped);
  });
});

test('a long expression of steps that are computed takes no longer than its length asks', () => {
  const steps = Array.from({ length: 20 }, () => '.skip(0).where(true)').join('');
  const { elements } = withDescription(`{{ client.names${steps}.family.first() }}`).trace(asked, context);
  const found = elements.find(({ element }) => element === 'entry[0].resource.description');
  expect(found?.sources).toEqual(['/client/names/family']);
});

/** Undefined when the check refuses the template, as it does several values where one fits. */
function loaded(lines: readonly unknown[]): Mappings | undefined {
  try {
    return withDescription({ $text: lines });
  } catch {
    return undefined;
  }
}
