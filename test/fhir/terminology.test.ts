import { describe, expect, it } from 'vitest';
import type { CodeFilter, CodeSystemRule, ValueSetRule } from '../../src/fhir/model.ts';
import { expand } from '../../src/fhir/terminology.ts';

const animals: CodeSystemRule = {
  url: 'urn:animals',
  complete: true,
  codes: ['animal', 'bird', 'canary', 'cat'],
  parents: { bird: ['animal'], canary: ['bird'], cat: ['animal'] },
};

/** The codes of a ValueSet that includes and excludes these; `self` is its own url. */
function codes(include: CodeFilter[], exclude: CodeFilter[] = [], others: ValueSetRule[] = []) {
  const rule: ValueSetRule = { url: 'self', include, exclude };
  const expanded = expand(rule, {
    valueSet: (url) => [rule, ...others].find((each) => each.url === url),
    codeSystem: (url) => (url === animals.url ? animals : undefined),
  });
  return expanded && [...(expanded.get(animals.url) ?? [])];
}

const system = animals.url;
const concept = (op: string, value: string): CodeFilter => ({
  system,
  filters: [{ property: 'concept', op, value }],
});

describe('the codes of a ValueSet', () => {
  it('are those of its systems and of the codes below what it names', () => {
    expect(codes([{ system }])).toEqual(['animal', 'bird', 'canary', 'cat']);
    expect(codes([concept('is-a', 'bird')])).toEqual(['bird', 'canary']);
    expect(codes([concept('descendent-of', 'animal')])).toEqual(['bird', 'canary', 'cat']);
    expect(codes([concept('=', 'cat')])).toEqual(['cat']);
  });

  it('are without those that it excludes', () => {
    expect(codes([{ system }], [concept('is-a', 'bird')])).toEqual(['animal', 'cat']);
  });

  it('are those that a system and another ValueSet share', () => {
    const birds: ValueSetRule = { url: 'birds', include: [concept('is-a', 'bird')], exclude: [] };
    expect(codes([{ system, codes: ['canary', 'cat'], valueSets: ['birds'] }], [], [birds])).toEqual([
      'canary',
    ]);
  });

  it.each<[string, CodeFilter]>([
    ['it includes itself', { valueSets: ['self'] }],
    ['a system is not here', { system: 'urn:elsewhere' }],
    ['a ValueSet is not here', { valueSets: ['elsewhere'] }],
    ['a filter looks at something else', { system, filters: [{ property: 'colour', op: '=', value: 'x' }] }],
    ['a filter is of another kind', concept('regex', '.*')],
  ])('cannot be told when %s', (_, filter) => {
    expect(codes([filter])).toBeUndefined();
  });
});
