import type { Language, UrgencyClass } from '../assessment/assessment.ts';
import { LANGUAGES, readTitles, type Titles } from './catalogue.ts';
import type { Files } from './files.ts';
import { didYouMean, type Report } from './place.ts';
import { plain, type Yaml } from './yaml.ts';

/** What all mappings of a folder share: the settings, the texts of the heading language, the urgency classes. */
export interface Surroundings {
  readonly settings: Settings;
  /** By language. */
  readonly texts: Readonly<Record<Language, Texts>>;
  readonly urgency: ReadonlyMap<string, Urgency>;
}

/** A file of texts/: headings and small words, nested by topic. */
type Texts = Readonly<Record<string, unknown>>;

/** settings.yaml: what a region sets once. */
interface Settings {
  /** The language of a note's headings. */
  readonly headingLanguage: Language;
  /** Base address of the region's own profiles and identifier systems. */
  readonly base: string;
  /** System of the canonical bundle's identifier: an edition of an assessment. */
  readonly editionSystem: string;
  /** Everything, for `%settings`. */
  readonly all: Readonly<Record<string, unknown>>;
}

/** What `%urgency` holds. */
interface Urgency {
  readonly class: string;
  /** In the heading language. */
  readonly text?: string;
  readonly texts: Titles;
  /** ISO 8601: within what time the client must get help. */
  readonly duration?: string;
}

const CLASSES: readonly UrgencyClass[] = ['P0', 'P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8'];
const DURATION = /^P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?$/;

/** Reads settings.yaml, texts/ and urgency.yaml; mistakes are reported. */
export function readSurroundings(files: Files, report: Report): Surroundings {
  const settings = readSettings(files.yaml('settings.yaml', report), report);
  const urgency = files.yaml('urgency.yaml', report);
  return {
    settings,
    texts: readTexts(files, report),
    urgency: urgency ? readUrgency(urgency, settings.headingLanguage, report) : new Map(),
  };
}

function readSettings(yaml: Yaml | undefined, report: Report): Settings {
  const all = yaml ? plain(yaml) : {};
  if (yaml && !isRecord(all)) report(yaml.place, 'A map of settings is expected here.');
  const record = isRecord(all) ? all : {};
  const language = LANGUAGES.find((known) => known === record['headingLanguage']);
  const systems = isRecord(record['systems']) ? record['systems'] : {};
  const base = record['base'];
  const edition = systems['edition'];
  if (yaml && !language) report(yaml.place, `settings.yaml needs headingLanguage: ${LANGUAGES.join(', ')}.`);
  if (yaml && typeof base !== 'string') report(yaml.place, 'settings.yaml needs base: an address.');
  if (yaml && typeof edition !== 'string')
    report(yaml.place, 'settings.yaml needs systems.edition: an address.');
  return {
    headingLanguage: language ?? 'fi',
    base: String(base),
    editionSystem: String(edition),
    all: record,
  };
}

function readTexts(files: Files, report: Report): Record<Language, Texts> {
  const read = LANGUAGES.map((language) => files.yaml(`texts/${language}.yaml`, report));
  const keys = read.map((yaml) => (yaml ? textKeys(yaml, report) : []));
  const all = new Set(keys.flat());
  const [fi, sv, en] = read.map((yaml, at): Texts => {
    for (const key of all) {
      if (yaml && !keys[at]?.includes(key))
        report(yaml.place, `The text "${key}" is not here, but in another language.`);
    }
    const texts = yaml ? plain(yaml) : {};
    return isRecord(texts) ? texts : {};
  });
  return { fi: fi ?? {}, sv: sv ?? {}, en: en ?? {} };
}

function textKeys(yaml: Yaml, report: Report, above: readonly string[] = []): string[] {
  if (yaml.kind === 'map') {
    return yaml.members.flatMap(({ key, value }) => textKeys(value, report, [...above, key]));
  }
  if (yaml.kind === 'list') report(yaml.place, 'A text is expected here, or a map of texts.');
  else if (yaml.kind === 'scalar' && typeof yaml.value !== 'string') {
    report(yaml.place, `A text is expected here; write it in quotes: '${yaml.value}'.`);
  }
  return [above.join('.')];
}

function readUrgency(yaml: Yaml, heading: Language, report: Report): Map<string, Urgency> {
  const classes = new Map<string, Urgency>();
  for (const { key, keyPlace, value } of yaml.kind === 'map' ? yaml.members : []) {
    if (!CLASSES.some((known) => known === key)) {
      report(keyPlace, `The urgency classes are P0 to P8; "${key}" is none of them.`);
    }
    let texts: Titles = {};
    let duration = '';
    for (const member of value.kind === 'map' ? value.members : []) {
      if (member.key === 'texts') texts = readTitles(member.value, report);
      else if (member.key === 'duration') {
        duration = String(plain(member.value));
        if (duration !== '' && !DURATION.test(duration)) {
          report(member.value.place, 'A duration in ISO 8601 is expected here: PT10M, P1D.');
        }
      } else {
        report(
          member.keyPlace,
          `An urgency class has no "${member.key}"${didYouMean(member.key, ['texts', 'duration'])}.`,
        );
      }
    }
    const text = texts[heading];
    classes.set(key, {
      class: key,
      ...(text === undefined ? {} : { text }),
      texts,
      ...(duration === '' ? {} : { duration }),
    });
  }
  for (const name of CLASSES) {
    if (!classes.has(name)) report(yaml.place, `The urgency class ${name} is not here.`);
  }
  return classes;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
