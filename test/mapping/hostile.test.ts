import { describe, expect, test } from 'vitest';
import { assessment, context, load } from './folder.ts';

function templateWith(expression: string): Record<string, string> {
  return { 'symptom/patient.yaml': `resourceType: Patient\nname:\n  - text: "{{ ${expression} }}"\n` };
}

describe('an expression that could hang, leak or change from run to run is refused when loaded', () => {
  test.each([
    ['a nested quantifier', "id.matches('(a+)+$')", /repeats a group/],
    ['several unbounded repetitions', "id.matches('^a*b*$')", /several unbounded/],
    ['an unbounded repetition anywhere', "id.matches('a+$')", /without \^/],
    ['an unbounded repetition beside an anchored choice', "id.matches('^a|b*$')", /without \^/],
    ['a back reference', "id.matches('^(a)\\\\\\\\1$')", /back reference/],
    ['a pattern that is data', 'id.matches(language)', /must be a literal/],
    ['a long pattern', `id.matches('${'a'.repeat(81)}')`, /more than 80/],
    ['a replacement by a pattern that is data', "id.replaceMatches(language, 'x')", /must be a literal/],
    ['a replacement that grows', "id.replace('a', 'aaaaaaaaaaaa')", /at most 8/],
    ['a replacement between all characters', "id.replace('', 'a')", /not empty/],
    ['repeat()', 'sections.repeat(questions)', /not allowed: its work has no bound/],
    ['descendants()', 'descendants()', /no bound/],
    ['resolve()', 'id.resolve()', /would ask a server/],
    ['memberOf()', "id.memberOf('x')", /would ask a server/],
    ['trace()', "id.trace('x')", /log/],
    ['now()', 'now().toString()', /change from run to run/],
    ['an inherited member', 'client.constructor', /reserved name/],
    ['a prototype', '%settings.__proto__', /reserved name/],
    ['the environment', '%context.id', /no variable %context/],
    [
      'criteria in criteria in criteria',
      'sections.where(questions.where(answers.where($this.exists()).exists()).exists()).id.first()',
      /nested 2 deep/,
    ],
    ['a long expression', `id${' & id'.repeat(120)}`, /at most 500/],
    ['a deep expression', `${'('.repeat(60)}id${')'.repeat(60)}`, /nested too deeply/],
  ])('%s', (_, expression, says) => {
    expect(() => load(templateWith(expression))).toThrow(
      expect.objectContaining({
        code: 'mapping-invalid',
        details: expect.arrayContaining([
          {
            text: expect.stringMatching(says),
            at: expect.stringMatching(/^mappings\/symptom\/patient\.yaml:3:\d+$/),
          },
        ]),
      }),
    );
  });

  test('files that would take long to read are refused unread', () => {
    const brackets = { 'symptom/patient.yaml': `resourceType: Patient\nname: ${'['.repeat(100_000)}\n` };
    expect(() => load(brackets)).toThrow(
      expect.objectContaining({
        code: 'mapping-invalid',
        details: [
          {
            text: 'The file has 100029 characters; at most 100000 are read.',
            at: 'mappings/symptom/patient.yaml:1:1',
          },
        ],
      }),
    );
    const entries = Array.from({ length: 12 }, (_, at) => [`codes/${at}.json`, `"${'x'.repeat(99_000)}"`]);
    expect(() => load(Object.fromEntries(entries))).toThrow(
      expect.objectContaining({
        details: expect.arrayContaining([
          expect.objectContaining({ text: expect.stringMatching(/more than 1000000 characters together/) }),
        ]),
      }),
    );
  });

  test('directives and fragments that would nest without end are refused', () => {
    const refused = (files: Record<string, string>, text: RegExp): void =>
      expect(() => load(files)).toThrow(
        expect.objectContaining({
          code: 'mapping-invalid',
          details: expect.arrayContaining([expect.objectContaining({ text: expect.stringMatching(text) })]),
        }),
      );
    const nested = (depth: number): string =>
      depth === 0 ? 'x' : `{ $if: trial = true, $value: y, $else: ${nested(depth - 1)} }`;
    const patient = (text: string): Record<string, string> => ({
      'symptom/patient.yaml': `resourceType: Patient\nname:\n  - text: ${text}\n`,
    });
    expect(() => load(patient(nested(50)))).not.toThrow();
    refused(patient(nested(70)), /nested more than 60 deep/);
    const chain = Array.from({ length: 30 }, (_, at) => [
      `shared/f${at}.yaml`,
      `$include: f${at + 1}.yaml\n`,
    ]);
    refused(
      {
        ...patient('{ $include: ../shared/f0.yaml }'),
        ...Object.fromEntries(chain),
        'shared/f30.yaml': '$value: x\n',
      },
      /include each other 20 deep/,
    );
  });

  test('harmless patterns are taken', () => {
    expect(() => load(templateWith("iif(id.matches('^[a-z]{1,3}-[0-9]+$'), 'x')"))).not.toThrow();
  });
});

function stoppedAt(place: RegExp): unknown {
  return expect.objectContaining({
    code: 'mapping-failed',
    details: [{ text: expect.stringMatching(/bound/), at: expect.stringMatching(place) }],
  });
}

describe('at run time', () => {
  test('output that grows beyond all measure is stopped at its rule', () => {
    const doubling = Array.from(
      { length: 40 },
      (_, at) => `  v${at + 1}: '{{ %v${at} & %v${at} }}x{{ %v${at} }}'\n`,
    );
    const template = `resourceType: Patient\n$let:\n  v0: '{{ id }}'\n${doubling.join('')}name:\n  - text: '{{ %v40 }}'\n`;
    const mappings = load({ 'symptom/patient.yaml': template });
    expect(() => mappings.map(assessment(), context)).toThrow(
      expect.objectContaining({
        code: 'mapping-failed',
        details: [
          { text: expect.stringMatching(/bound/), at: expect.stringMatching(/patient\.yaml:\d+:\d+$/) },
        ],
      }),
    );
  });

  test('a text that is doubled again and again is stopped before it takes the memory', () => {
    const doubling = Array.from({ length: 60 }, (_, at) => `  v${at + 1}: '{{ %v${at} & %v${at} }}'\n`);
    const template = `resourceType: Patient\n$let:\n  v0: '{{ id }}'\n${doubling.join('')}name:\n  - text: '{{ %v60 }}'\n`;
    const mappings = load({ 'symptom/patient.yaml': template });
    expect(() => mappings.map(assessment(), context)).toThrow(stoppedAt(/patient\.yaml:2[0-9]:/));
  });

  test('loops in loops in loops are stopped', () => {
    const loops = ['a', 'b', 'c', 'd'].map(
      (name, at) => `${'  '.repeat(at + 3)}- $for: ${name} in sections\n${'  '.repeat(at + 3)}  $value:\n`,
    );
    const line = `${' '.repeat(14)}- $if: "%d.id = 'none'"\n${' '.repeat(14)}  $value: never\n`;
    const mappings = load({
      'symptom/patient.yaml': `resourceType: Patient\nname:\n  - text:\n      $text:\n${loops.join('')}${line}`,
    });
    const sections = Array.from({ length: 100 }, (_, at) => ({ id: `s${at}`, questions: [] }));
    expect(() => mappings.map(assessment({ sections }), context)).toThrow(stoppedAt(/patient\.yaml:\d+:/));
  });

  test('an error of an expression names the rule and nothing of the assessment', () => {
    const mappings = load(templateWith('language.toInteger().toString() & sections.id.single()'));
    const sections = ['secret-1', 'secret-2'].map((id) => ({ id, questions: [] }));
    let caught: unknown;
    try {
      mappings.map(assessment({ sections }), context);
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({ code: 'mapping-failed', cause: undefined });
    expect(JSON.stringify(caught)).not.toContain('secret');
  });

  test('what is shared between bundles cannot be changed', () => {
    const mappings = load({ 'symptom/patient.yaml': 'resourceType: Patient\nname: [{ family: x }]\n' });
    const { resource } = mappings.map(assessment(), context).bundle.entry?.[0] ?? {};
    expect(() => Object.assign(Object(resource).name[0], { family: 'y' })).toThrow(TypeError);
  });
});
