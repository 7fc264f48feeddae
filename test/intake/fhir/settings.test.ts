import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSourceSettings } from '../../../src/intake/fhir/settings.ts';
import { temporaryFolder } from '../../temporary.ts';

const shipped = readFileSync('mappings/sources/questionnaire-response.yaml', 'utf8');

/** What loading says of a file, with the file's folder left out. */
function mistakesIn(text: string): readonly string[] {
  const folder = temporaryFolder();
  const file = join(folder, 'source.yaml');
  writeFileSync(file, text);
  try {
    loadSourceSettings(file);
  } catch (error) {
    const { details } = error as { details: { text: string; at: string }[] };
    return details.map(({ text, at }) => `${at.slice(folder.length + 1)} ${text}`);
  }
  return [];
}

/** Line and column, both from 1, of a text of the shipped file. */
function placeOf(text: string, words: string): string {
  const before = text.slice(0, text.indexOf(words)).split('\n');
  return `source.yaml:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

describe('the settings of the FHIR door', () => {
  it('load as shipped', () => {
    expect(mistakesIn(shipped)).toEqual([]);
  });

  it('tell every mistake at its line and column, with the nearest name that is known', () => {
    const broken = shipped
      .replace('hetu: urn:oid:1.2.246.21', 'hetu: not an address')
      .replace('  trial: { extension:', '  trail: { extension:')
      .replace('version: unversioned', 'language: et');
    expect(mistakesIn(broken)).toEqual([
      expect.stringContaining(`${placeOf(broken, 'not an address')} identifiers.hetu must match pattern`),
      expect.stringMatching(/ values must have required property 'trial'\.$/),
      `${placeOf(broken, 'trail:')} "trail" is not known here (did you mean "trial"?).`,
      expect.stringMatching(/ defaults must have required property 'version'\.$/),
      `${placeOf(broken, 'et\n')} defaults.language must be equal to one of the allowed values: fi, sv, en.`,
    ]);
  });

  it('tell what is no YAML, twice there, or empty', () => {
    expect(mistakesIn('identifiers: [')[0]).toMatch(/^source\.yaml:\d+:\d+ This is not valid YAML/);
    expect(mistakesIn(`${shipped}guardian: []\n`)[0]).toMatch(/"guardian" stands twice/);
    expect(mistakesIn('')).toEqual(['source.yaml:1:1 The file is empty.']);
  });

  it('must be there', () => {
    const file = join(temporaryFolder(), 'none.yaml');
    expect(() => loadSourceSettings(file)).toThrow(expect.objectContaining({ code: 'mapping-invalid' }));
  });
});
