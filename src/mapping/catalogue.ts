import type { Language } from '../assessment/assessment.ts';
import { didYouMean, type Report } from './place.ts';
import { plain, type Yaml, type YamlMap } from './yaml.ts';

/** A text in the languages that assessments are filled in. */
export type Titles = Readonly<Partial<Record<Language, string>>>;

/** A kind of assessment that the catalogue knows. */
export interface Kind {
  readonly id: string;
  /** The mapping it goes through. */
  readonly mapping: string;
  readonly status: 'active' | 'retired';
  readonly versions?: readonly string[];
  readonly titles: Titles;
  /** Canonical url of its Questionnaire, without version. */
  readonly questionnaire?: string;
}

/** The languages that assessments are filled in. */
export const LANGUAGES: readonly Language[] = ['fi', 'sv', 'en'];
const MEMBERS = [
  'id',
  'mapping',
  'status',
  'versions',
  'titles',
  'questionnaire',
  'serviceId',
  'sources',
  'comments',
];

/** Reads kinds.yaml: a list of kinds; mistakes are reported. */
export function readKinds(yaml: Yaml, mappings: readonly string[], report: Report): Kind[] {
  if (yaml.kind !== 'list') {
    report(yaml.place, 'A list of kinds is expected here.');
    return [];
  }
  const seen = new Set<string>();
  return yaml.items.flatMap((item) => {
    if (item.kind !== 'map') {
      report(item.place, 'A kind is expected here: a map with id, mapping, status and titles.');
      return [];
    }
    const kind = readKind(item, mappings, report);
    if (!kind) return [];
    if (seen.has(kind.id)) report(item.place, `The kind "${kind.id}" is there twice.`);
    seen.add(kind.id);
    return [kind];
  });
}

function readKind(map: YamlMap, mappings: readonly string[], report: Report): Kind | undefined {
  for (const { key, keyPlace } of map.members) {
    if (!MEMBERS.includes(key)) report(keyPlace, `A kind has no "${key}"${didYouMean(key, MEMBERS)}.`);
  }
  const id = textMember(map, 'id', report);
  const mapping = textMember(map, 'mapping', report);
  const status = textMember(map, 'status', report);
  const titles = map.members.find(({ key }) => key === 'titles');
  if (!titles) report(map.place, 'A kind needs "titles".');
  if (mapping && !mappings.includes(mapping.text)) {
    report(mapping.place, `There is no mapping "${mapping.text}"${didYouMean(mapping.text, mappings)}.`);
  }
  if (status && status.text !== 'active' && status.text !== 'retired') {
    report(status.place, 'The status of a kind is active or retired.');
  }
  if (!id || !mapping || !status || !titles) return undefined;
  const versions = map.members.find(({ key }) => key === 'versions')?.value;
  const questionnaire = map.members.find(({ key }) => key === 'questionnaire')?.value;
  return {
    id: id.text,
    mapping: mapping.text,
    status: status.text === 'retired' ? 'retired' : 'active',
    titles: readTitles(titles.value, report),
    ...(versions?.kind === 'list' ? { versions: versions.items.map((item) => String(plain(item))) } : {}),
    ...(questionnaire?.kind === 'scalar' ? { questionnaire: String(questionnaire.value) } : {}),
  };
}

/** Reads texts by language; empty ones are left out. */
export function readTitles(yaml: Yaml, report: Report): Titles {
  if (yaml.kind !== 'map') {
    report(yaml.place, 'Texts by language are expected here: fi, sv, en.');
    return {};
  }
  const titles: Partial<Record<Language, string>> = {};
  for (const { key, keyPlace, value } of yaml.members) {
    const language = LANGUAGES.find((known) => known === key);
    if (!language) report(keyPlace, `The languages are ${LANGUAGES.join(', ')}; "${key}" is none of them.`);
    else if (value.kind !== 'scalar') report(value.place, 'A text is expected here.');
    else if (value.value !== '') titles[language] = String(value.value);
  }
  return titles;
}

function textMember(
  map: YamlMap,
  name: string,
  report: Report,
): { text: string; place: Yaml['place'] } | undefined {
  const value = map.members.find(({ key }) => key === name)?.value;
  if (value?.kind === 'scalar') return { text: String(value.value), place: value.place };
  report(value?.place ?? map.place, `A kind needs "${name}", a text.`);
  return undefined;
}

/** The title of a kind in a language, if the catalogue has it. */
export function titleOf({ titles }: Kind, language: Language): string | undefined {
  return titles[language];
}
