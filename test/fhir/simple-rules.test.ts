import { join } from 'node:path';
import fc from 'fast-check';
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import { describe, expect, it } from 'vitest';
import { loadDefinitions } from '../../src/fhir/definitions.ts';
import { type Answer, simpleRule } from '../../src/fhir/simple-rules.ts';

const folders = [join('test', 'fhir', 'fixtures', 'profiles'), 'profiles'];
const definitions = loadDefinitions({ folders });

interface Rule {
  expression: string;
  base: string;
}

/** Rules of R4 and of profiles, and some of shapes that none of them has. */
const rules: readonly Rule[] = [
  ...[...new Set(Object.keys(r4.path2Type).map((path) => path.replace(/\..*/, '')))]
    .flatMap((type) => definitions.structure(type) ?? [])
    .concat(definitions.profiles())
    .flatMap(({ elements }) => elements)
    .flatMap(({ path: base, constraints = [] }) =>
      constraints.map(({ expression }) => ({ expression, base })),
    ),
  { expression: "code = 'a' and status.exists() or text.empty()", base: 'Observation' },
  { expression: "(code = 'a') = (system = 'b')", base: 'Coding' },
  { expression: 'value.exists() implies status.exists().not()', base: 'Observation' },
  { expression: "item.where(text = 'a' or linkId = 'b').item.empty()", base: 'QuestionnaireResponse' },
  { expression: "item.all(answer.value.exists() implies text = 'a')", base: 'QuestionnaireResponse' },
  { expression: "contained.ofType(Patient).name.where(use = 'old').exists()", base: 'Patient' },
  { expression: "entry.resource.where(status = 'b').code.exists() and total.empty()", base: 'Bundle' },
];

const simple: readonly (Rule & { answer: Answer })[] = [
  ...new Map(rules.map((rule) => [rule.expression, rule])).values(),
].flatMap((rule) => {
  const answer = simpleRule(fhirpath.parse(rule.expression), rule.base);
  return answer ? [{ ...rule, answer }] : [];
});

/** Objects of the names and texts that an expression speaks of, right ones and wrong ones. */
function objectsFor(expression: string): fc.Arbitrary<Record<string, unknown>> {
  const names = [...new Set(expression.replaceAll(/'[^']*'/g, '').match(/[a-z][A-Za-z]*/g))];
  const texts = [...expression.matchAll(/'([^']*)'/g)].map(([, text]) => text ?? '');
  const keys = [
    ...names,
    ...names,
    ...names.flatMap((name) => [`_${name}`, `${name}String`]),
    'resourceType',
  ];
  const { object } = fc.letrec<{ object: Record<string, unknown>; value: unknown }>((tie) => ({
    object: fc.dictionary(fc.constantFrom(...keys), tie('value'), {
      maxKeys: names.length + 1,
      noNullPrototype: true,
    }),
    value: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      fc.constantFrom(
        'a',
        'b',
        'old',
        'Patient',
        'Condition',
        '2026-02-01',
        '',
        true,
        false,
        1,
        null,
        ...texts,
      ),
      tie('object'),
      fc.array(tie('object'), { maxLength: 3 }),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
  }));
  return object;
}

describe('a simple rule', () => {
  it('is met when fhirpath.js finds it met, and not otherwise', () => {
    let decided = 0;
    for (const { expression, base, answer } of simple) {
      const evaluate = fhirpath.compile({ base, expression }, r4, { async: false, traceFn: () => undefined });
      fc.assert(
        fc.property(objectsFor(expression), (object) => {
          const found = answer(object);
          if (found === undefined) return;
          let expected: unknown[];
          try {
            expected = evaluate(structuredClone(object), { resource: object, rootResource: object });
          } catch {
            // Where the parts before decide, the part at which fhirpath.js fails is not looked at.
            return;
          }
          decided += 1;
          expect([found, expression]).toEqual([expected[0], expression]);
        }),
        { numRuns: 40 },
      );
    }
    expect(decided).toBeGreaterThan(simple.length * 20);
  });

  it.each([
    ['Task', { priority: 'routine', input: [] }, false],
    ['Task', { input: [{ type: { coding: [{ code: 'urgency-class' }] } }] }, false],
    ['Task', { priority: 'routine', input: [{ type: { coding: [{ code: 'urgency-class' }] } }] }, true],
  ])('of %s is decided without fhirpath.js: %j', (type, object, met) => {
    const own = simple.find(({ base, expression }) => base === type && expression.includes('urgency-class'));
    expect(own?.answer(object)).toBe(met);
  });

  it.each([
    ['a choice, which has many names', 'value.exists()', 'Observation', { valueString: 'a' }],
    ['a text with extensions beside it', 'status.exists()', 'Task', { _status: { id: 'a' } }],
    ['a date', "authored = '2026'", 'QuestionnaireResponse', { authored: '2026' }],
    ['a function of another kind', 'item.count() = 1', 'QuestionnaireResponse', { item: [{}] }],
    ['any type that others derive from', 'contained.ofType(DomainResource).exists()', 'Patient', {}],
  ])('leaves to fhirpath.js %s', (_, expression, base, object) => {
    expect(simpleRule(fhirpath.parse(expression), base)?.(object)).toBeUndefined();
  });
});
