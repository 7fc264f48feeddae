import { describe, expect, it } from 'vitest';
import { BridgeError } from '../../src/errors.ts';
import { assessment, context, load } from './folder.ts';

const EXTENSION = 'https://region.example/fhir/StructureDefinition/unmapped';

/** What a group says of codes that it does not list. */
const SAYS = {
  text: { extension: [{ url: EXTENSION, valueCode: 'text' }] },
  hold: { extension: [{ url: EXTENSION, valueCode: 'hold' }] },
  default: { unmapped: { mode: 'fixed', code: 'other', display: 'Other' } },
  keep: { unmapped: { mode: 'provided' } },
};

const listed = [
  { code: 'sv', target: [{ code: 'SV', display: 'Swedish', equivalence: 'equal' }] },
  { code: 'en', target: [{ equivalence: 'unmatched' }] },
];

interface Group {
  readonly [member: string]: unknown;
}

function conceptMap(url: string, ...groups: readonly Group[]): string {
  const group = groups.map((each) => ({ target: 'urn:codes', element: listed, ...each }));
  return JSON.stringify({ resourceType: 'ConceptMap', url, status: 'active', group });
}

/** Maps an assessment in a language through a ConceptMap in codes/test.json. */
function translated(
  language: 'fi' | 'sv' | 'en',
  group: Group | readonly Group[],
  translate = "as: concept, text: '%kind.id'",
  more: Readonly<Record<string, string>> = {},
) {
  const mappings = load({
    ...more,
    'codes/test.json': conceptMap('urn:test', ...[group].flat()),
    'symptom/mapping.yaml': 'name: symptom\nresources: [{ name: patient, template: patient.yaml }]\n',
    'symptom/patient.yaml': `resourceType: Patient
maritalStatus: { $translate: { map: test, code: language, ${translate} } }
`,
  });
  const { bundle, unmapped } = mappings.map(assessment({ language }), context);
  const { resource } = bundle.entry?.[0] ?? {};
  return { gives: resource?.resourceType === 'Patient' ? resource.maritalStatus : undefined, unmapped };
}

describe('$translate', () => {
  it('gives a concept of the code and the words that came with it', () => {
    expect(translated('sv', SAYS.hold)).toEqual({
      gives: { coding: [{ system: 'urn:codes', code: 'SV', display: 'Swedish' }], text: 'cough' },
      unmapped: [],
    });
  });

  it('gives a concept without words when none are asked for', () => {
    expect(translated('sv', SAYS.hold, 'as: concept').gives).toEqual({
      coding: [{ system: 'urn:codes', code: 'SV', display: 'Swedish' }],
    });
    expect(translated('fi', SAYS.text, 'as: concept').gives).toBeUndefined();
  });
});

describe('a code that a ConceptMap does not list', () => {
  it('is told by its words alone where the map says text', () => {
    expect(translated('fi', SAYS.text)).toEqual({
      gives: { text: 'cough' },
      unmapped: [{ map: 'test', behaviour: 'text' }],
    });
  });

  it('becomes the code that the map says for it', () => {
    expect(translated('fi', SAYS.default)).toEqual({
      gives: { coding: [{ system: 'urn:codes', code: 'other', display: 'Other' }], text: 'cough' },
      unmapped: [{ map: 'test', behaviour: 'default' }],
    });
  });

  it('stays itself where the map says so', () => {
    expect(translated('fi', SAYS.keep)).toEqual({
      gives: { coding: [{ system: 'urn:codes', code: 'fi' }], text: 'cough' },
      unmapped: [{ map: 'test', behaviour: 'keep' }],
    });
  });

  it('stops the mapping where the map says hold, and the error names map and rule but not the code', () => {
    const attempt = () => translated('fi', SAYS.hold);
    expect(attempt).toThrow(BridgeError);
    try {
      attempt();
    } catch (error) {
      expect(error).toMatchObject({
        code: 'code-unmapped',
        details: [
          {
            text: 'The ConceptMap "test" does not list the code and says hold.',
            at: 'mappings/symptom/patient.yaml:2:18',
          },
        ],
      });
    }
  });

  it('goes to the map that the map leads to, and to what that says', () => {
    const lead = { unmapped: { mode: 'other-map', url: 'urn:second' } };
    const element = [{ code: 'fi', target: [{ code: 'FI', equivalence: 'equal' }] }];
    const second = (says: Group) => ({ 'codes/second.json': conceptMap('urn:second', { ...says, element }) });
    expect(translated('fi', lead, 'as: concept', second(SAYS.hold)).gives).toEqual({
      coding: [{ system: 'urn:codes', code: 'FI' }],
    });
    const only = { ...lead, element: [{ code: 'x', target: [{ code: 'X', equivalence: 'equal' }] }] };
    expect(translated('sv', only, 'as: concept', second(SAYS.text)).unmapped).toEqual([
      { map: 'test', behaviour: 'text' },
    ]);
  });

  it('is not one that is listed as having no match', () => {
    expect(translated('en', SAYS.hold)).toEqual({ gives: { text: 'cough' }, unmapped: [] });
  });
});

describe('a ConceptMap of several groups', () => {
  const first = { ...SAYS.default, source: 'urn:a', element: [] };
  const second = { ...SAYS.hold, source: 'urn:b' };

  it('is sought through before a code counts as unmapped', () => {
    expect(translated('sv', [first, second]).gives).toMatchObject({ coding: [{ code: 'SV' }] });
    expect(translated('fi', [first, second]).gives).toMatchObject({ coding: [{ code: 'other' }] });
  });

  it('answers from the group of the system that is asked for', () => {
    const from = (system: string) => () =>
      translated('fi', [first, second], `as: concept, system: "'${system}'"`);
    expect(from('urn:a')().gives).toMatchObject({ coding: [{ code: 'other' }] });
    expect(from('urn:b')).toThrow(/code-unmapped/);
  });

  it('is as careful as its most careful group with a system that no group is of', () => {
    expect(() => translated('fi', [first, second], `as: concept, system: "'urn:c'"`)).toThrow(
      /code-unmapped/,
    );
    expect(translated('fi', first, `as: concept, system: "'urn:c'"`)).toMatchObject({
      unmapped: [{ behaviour: 'text' }],
    });
  });
});
