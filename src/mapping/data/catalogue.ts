import type { Language } from '../../assessment/assessment.ts';
import { membersOf, oneOf, textOf } from '../files/members.ts';
import type { Report } from '../files/place.ts';
import { plain, type Yaml, type YamlMap, type YamlMember } from '../files/yaml.ts';

/** A text in the languages that assessments are filled in. */
export type Titles = Readonly<Partial<Record<Language, string>>>;

/** A kind of assessment that the catalogue knows. */
export interface Kind {
  readonly id: string;
  /** The mapping it goes through. */
  readonly mapping: string;
  readonly status: (typeof STATUSES)[number];
  readonly versions?: readonly string[];
  readonly titles: Titles;
  /** Canonical url of its Questionnaire, without version. */
  readonly questionnaire?: string;
}

/** The languages that assessments are filled in. */
export const LANGUAGES = ['fi', 'sv', 'en'] as const satisfies readonly Language[];

/** Something for each language. */
export function byLanguage<Value>(make: (language: Language) => Value): Record<Language, Value> {
  return { fi: make('fi'), sv: make('sv'), en: make('en') };
}

const STATUSES = ['active', 'retired'] as const;
const MEMBERS = ['id', 'mapping', 'status', 'versions', 'titles', 'questionnaire', 'serviceId', 'comment'];
const REQUIRED = ['id', 'mapping', 'status', 'titles'];
/** What no two kinds may share. */
const UNIQUE = ['id', 'questionnaire', 'serviceId'];

/** Reads kinds.yaml: a list of kinds; mistakes are reported. */
export function readKinds(yaml: Yaml, mappings: readonly string[], report: Report): Kind[] {
  if (yaml.kind !== 'list') {
    report(yaml.place, 'A list of kinds is expected here.');
    return [];
  }
  const seen = new Set<string>();
  return yaml.items.flatMap((item) => {
    const members = membersOf(item, 'A kind', MEMBERS, report);
    for (const name of UNIQUE) {
      const value = members.get(name)?.value;
      if (value?.kind !== 'scalar') continue;
      const text = `${name} "${value.value}"`;
      if (seen.has(text)) report(value.place, `Another kind has the ${text} too.`);
      seen.add(text);
    }
    return item.kind === 'map' ? (readKind(item, members, mappings, report) ?? []) : [];
  });
}

function readKind(
  map: YamlMap,
  members: ReadonlyMap<string, YamlMember>,
  mappings: readonly string[],
  report: Report,
): Kind | undefined {
  for (const name of REQUIRED) if (!members.has(name)) report(map.place, `A kind needs "${name}".`);
  const text = (name: string): string | undefined => {
    const value = members.get(name)?.value;
    return value && textOf(value, `The ${name} of a kind`, report);
  };
  text('serviceId');
  const id = text('id');
  const questionnaire = text('questionnaire');
  const mappingYaml = members.get('mapping')?.value;
  const mapping = mappingYaml && oneOf(mappingYaml, 'The mapping of a kind', mappings, report);
  const statusYaml = members.get('status')?.value;
  const status = statusYaml && oneOf(statusYaml, 'The status of a kind', STATUSES, report);
  const titles = members.get('titles');
  const versions = members.get('versions')?.value;
  if (versions && versions.kind !== 'list') report(versions.place, 'The versions of a kind are a list.');
  const made = titles && readTitles(titles.value, report);
  if (!id || !mapping || !status || !made) return undefined;
  return {
    id,
    mapping,
    status,
    titles: made,
    ...(versions?.kind === 'list' ? { versions: versions.items.map((item) => String(plain(item))) } : {}),
    ...(questionnaire === undefined ? {} : { questionnaire }),
  };
}

/** Reads texts by language; empty ones are left out. */
export function readTitles(yaml: Yaml, report: Report): Titles {
  const titles: Partial<Record<Language, string>> = {};
  const members = membersOf(yaml, 'A text by language', LANGUAGES, report);
  for (const language of LANGUAGES) {
    const value = members.get(language)?.value;
    const text = value && textOf(value, 'A title', report);
    if (text) titles[language] = text;
  }
  return titles;
}

/** The title of a kind in a language, if the catalogue has it. */
export function titleOf({ titles }: Kind, language: Language): string | undefined {
  return titles[language];
}
