import { describe, expect, it } from 'vitest';
import { functionNames, refusal } from '../../src/mapping/expression/functions.ts';
import { PREDEFINED } from '../../src/mapping/predefined.ts';
import { context, contract, load } from '../mapping/folder.ts';
import { blocksOf, read } from './pages.ts';

const page = read('docs/reference/mapping-language.md');
const blocks = blocksOf(page);

/** Blocks that stand for files of the mappings folder: `yaml shared/name.yaml`. */
const files = Object.fromEntries(
  blocks.flatMap(({ info, content }) => {
    const [, file] = /^\w+ (\S+\.(?:yaml|json))$/.exec(info) ?? [];
    return file === undefined ? [] : [[file, content]];
  }),
);

/** Each template with what it gives. */
const examples = blocks.flatMap(({ info, content }, i) => {
  const next = blocks[i + 1];
  return info === 'yaml template' && next?.info === 'json gives' ? [[content, next.content] as const] : [];
});

describe('docs/reference/mapping-language.md', () => {
  const source = blocks.find(({ info }) => info === 'json assessment')?.content ?? '';

  it.each(examples)('tells the truth of\n%s', (template, gives) => {
    const mapping = 'resources:\n  - { name: patient, template: patient.yaml }\n';
    const mappings = load({
      ...files,
      'symptom/mapping.yaml': `name: symptom\n${mapping}`,
      'symptom/patient.yaml': template,
    });
    const { bundle } = mappings.map(contract.assessment(JSON.parse(source)), context);
    expect(bundle.entry?.map(({ resource }) => resource)).toEqual([JSON.parse(gives)]);
  });

  it('has examples of every directive', () => {
    const shown = examples.map(([template]) => template).join('\n') + Object.values(files).join('\n');
    const all = ['for', 'if', 'else', 'switch', 'cases', 'default', 'let', 'translate', 'include', 'with'];
    const missing = [...all, 'value', 'text', 'base64'].filter((name) => !shown.includes(`$${name}:`));
    expect(missing).toEqual([]);
  });

  it('names every function that may be used and every predefined variable', () => {
    const missing = [...functionNames(), ...PREDEFINED.map((name) => `%${name}`)].filter(
      (name) => !page.includes(`\`${name}\``),
    );
    expect(missing).toEqual([]);
  });

  it('calls refused only what is refused', () => {
    const line = page.split('\n').find((each) => each.startsWith('Refused:')) ?? '';
    const named = [...line.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => refusal(name) === undefined)).toEqual([]);
  });
});
