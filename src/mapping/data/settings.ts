import type { Language } from '../../assessment/assessment.ts';
import { oneOf } from '../files/members.ts';
import type { Place, Report } from '../files/place.ts';
import { plain, type Yaml } from '../files/yaml.ts';
import { LANGUAGES } from './catalogue.ts';

/** settings.yaml: what a region sets once. */
export interface Settings {
  /** The language of a note's headings. */
  readonly headingLanguage: Language;
  /** Base address of the region's own profiles and identifier systems. */
  readonly base: string;
  /** System of the canonical bundle's identifier: an edition of an assessment. */
  readonly editionSystem: string;
  /** Everything, for `%settings`. */
  readonly all: Readonly<Record<string, unknown>>;
}

const ADDRESS = /^(https?|urn):\S+$/;

/** Reads settings.yaml; mistakes are reported. */
export function readSettings(yaml: Yaml | undefined, report: Report): Settings {
  if (!yaml) return { headingLanguage: 'fi', base: '', editionSystem: '', all: {} };
  if (yaml.kind !== 'map') report(yaml.place, 'A map of settings is expected here.');
  const language = memberOf(yaml, 'headingLanguage');
  const missing = `settings.yaml needs headingLanguage: ${LANGUAGES.join(', ')}.`;
  if (yaml.kind === 'map' && !language) report(yaml.place, missing);
  return {
    headingLanguage: (language && oneOf(language, 'The heading language', LANGUAGES, report)) ?? 'fi',
    base: address(yaml, ['base'], report),
    editionSystem: address(yaml, ['systems', 'edition'], report),
    all:
      yaml.kind === 'map'
        ? Object.fromEntries(yaml.members.map(({ key, value }) => [key, plain(value)]))
        : {},
  };
}

function address(yaml: Yaml, path: readonly string[], report: Report): string {
  let at: Yaml | undefined = yaml;
  let place: Place = yaml.place;
  for (const name of path) {
    at = at && memberOf(at, name);
    place = at?.place ?? place;
  }
  const text = at?.kind === 'scalar' ? String(at.value) : '';
  if (yaml.kind === 'map' && at?.kind !== 'broken' && !ADDRESS.test(text)) {
    report(place, `settings.yaml needs ${path.join('.')}: an address (https://…, urn:…).`);
  }
  return text;
}

function memberOf(yaml: Yaml, name: string): Yaml | undefined {
  return yaml.kind === 'map' ? yaml.members.find(({ key }) => key === name)?.value : undefined;
}
