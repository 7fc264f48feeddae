import { cpSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Assessment, Question } from '../../src/assessment/assessment.ts';
import { loadMappings, type Mappings } from '../../src/mapping/mappings.ts';
import { temporaryFolder } from '../temporary.ts';
import { assessment, context, definitions, files, load, sourceSchema, writeFolder } from './folder.ts';

/** A text as citizens write it: any characters, also of several lines; never empty or of spaces only. */
const text = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
  .map((written) => `«${written.replaceAll('\u0000', '')}\n»`);

const line = text.map((written) => written.replaceAll(/[\r\n]/g, ' '));

const question: fc.Arbitrary<Question> = fc.oneof(
  fc.record({
    id: fc.constant('q'),
    text,
    type: fc.constant('text'),
    answers: fc.array(fc.record({ value: text }), { maxLength: 1 }),
  }),
  fc.record({
    id: fc.constant('q'),
    text,
    type: fc.constant('choices'),
    answers: fc.array(fc.record({ code: fc.constant('c'), label: line }), { maxLength: 3 }),
  }),
);

describe('the canonical bundle', () => {
  test('is the same, byte for byte, for the same assessment', () => {
    const one = load().map(assessment(), context);
    const other = load().map(assessment(), context);
    expect(JSON.stringify(other)).toBe(JSON.stringify(one));
  });

  test('has the identifier of the edition, the time of sending, and names that follow source, id and edition', () => {
    const mappings = load();
    const { bundle } = mappings.map(assessment(), context);
    expect(bundle).toMatchObject({
      resourceType: 'Bundle',
      type: 'collection',
      identifier: { system: 'https://region.example/editions', value: 'a-1/1' },
      timestamp: '2026-03-02T10:01:00+02:00',
      meta: { profile: ['https://region.example/fhir/StructureDefinition/bridge-bundle'] },
    });
    const urls = (changed: Partial<Assessment>, source = 'omaolo'): unknown[] =>
      (mappings.map(assessment(changed), { ...context, source }).bundle.entry ?? []).map(
        ({ fullUrl }) => fullUrl,
      );
    expect(urls({})).toEqual(
      expect.arrayContaining([expect.stringMatching(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5/)]),
    );
    const all = [urls({}), urls({ edition: 2 }), urls({ id: 'a-2' }), urls({}, 'other')].flat();
    expect(new Set(all).size).toBe(all.length);
  });

  test('goes through the mapping of the kind; a kind that the catalogue does not know through generic', () => {
    const mappings = load();
    expect(mappings.map(assessment(), context).mapping).toBe('symptom');
    expect(mappings.map(assessment({ kind: { id: 'new', version: '1' } }), context).mapping).toBe('generic');
  });

  test('carries every text word for word, in questions, answers and the note', () => {
    const mappings = load();
    fc.assert(
      fc.property(fc.array(question, { maxLength: 6 }), text, (questions, summary) => {
        const { bundle } = mappings.map(assessment({ sections: [{ id: 's', questions }], summary }), context);
        const resources = (bundle.entry ?? []).flatMap(({ resource }) => resource ?? []);
        const note = resources.find((resource) => resource.resourceType === 'DocumentReference');
        const written = Buffer.from(note?.content[0]?.attachment.data ?? '', 'base64').toString('utf8');
        const answered = resources.find((resource) => resource.resourceType === 'QuestionnaireResponse');
        const texts = questions.flatMap((asked) => [asked.text, ...asked.answers.map(textOf)]);
        for (const each of [...texts, summary]) expect(written).toContain(each);
        const items = answered?.item?.[0]?.item ?? [];
        expect(
          items.flatMap((item) => [
            item.text,
            ...(item.answer ?? []).map((answer) => answer.valueString ?? answer.valueCoding?.display),
          ]),
        ).toEqual(texts);
      }),
    );
  });
});

describe('the digest', () => {
  const digestsAfter = (changed: Readonly<Record<string, string>>): Record<string, string> =>
    digests(load({ 'kinds.yaml': `${files['kinds.yaml']}`, ...changed }));

  test('is the same for the same content, wherever it stands and however it is laid out', () => {
    const folder = join(temporaryFolder(), 'elsewhere');
    cpSync(writeFolder({ 'symptom/task.yaml': `# a comment\n${files['symptom/task.yaml']}` }), folder, {
      recursive: true,
    });
    expect(digests(loadMappings({ folder, definitions, sourceSchema }))).toEqual(digestsAfter({}));
  });

  test.each([
    ['a template', 'symptom/task.yaml', 'requested', 'draft', ['symptom']],
    ['a fragment', 'shared/coding.yaml', 'display:', 'version:', ['symptom']],
    ['a text', 'texts/fi.yaml', 'Esitiedot', 'Taustatiedot', ['symptom', 'generic']],
    ['a code', 'codes/priority.json', 'routine', 'urgent', ['symptom', 'generic']],
    ['the catalogue', 'kinds.yaml', 'Yskä', 'Yskiminen', ['symptom']],
    ['a time of an urgency class', 'urgency.yaml', 'PT0S', 'PT5M', ['symptom', 'generic']],
  ])('changes with %s', (_, file, find, put, mappings) => {
    const before = digestsAfter({});
    const after = digestsAfter({ [file]: (files[file] ?? '').replace(find, put) });
    expect(
      Object.keys(after)
        .filter((name) => after[name] !== before[name])
        .sort(),
    ).toEqual(['whole', ...mappings].sort());
  });
});

function textOf(answer: Question['answers'][number]): string {
  return 'label' in answer ? answer.label : 'value' in answer ? String(answer.value) : '';
}

function digests({ digest, mappings }: Mappings): Record<string, string> {
  return { whole: digest, ...Object.fromEntries(mappings.map((mapping) => [mapping.name, mapping.digest])) };
}
