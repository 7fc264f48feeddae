import type { Language } from '../../assessment/assessment.ts';
import type { Files } from '../files/files.ts';
import type { Report } from '../files/place.ts';
import { plain, type Yaml } from '../files/yaml.ts';
import { byLanguage, LANGUAGES } from './catalogue.ts';
import { type Layouts, readLayouts } from './layouts.ts';
import { readSettings, type Settings } from './settings.ts';
import { readUrgencyClasses, type UrgencyClasses } from './urgency-classes.ts';

/** What all mappings of a folder share: settings, texts, urgency classes, layouts. */
export interface Surroundings {
  readonly settings: Settings;
  readonly texts: Readonly<Record<Language, Texts>>;
  readonly urgency: UrgencyClasses;
  readonly layouts: Layouts;
}

/** A file of texts/: headings and small words, nested by topic. */
type Texts = Readonly<Record<string, unknown>>;

/** Reads settings.yaml, texts/, urgency.yaml and layouts.yaml; mistakes are reported. */
export function readSurroundings(files: Files, report: Report): Surroundings {
  const settings = readSettings(files.yaml('settings.yaml', report), report);
  return {
    settings,
    texts: readTexts(files, report),
    urgency: readUrgencyClasses(files.yaml('urgency.yaml', report), report),
    layouts: readLayouts(files, settings.headingLanguage, report),
  };
}

function readTexts(files: Files, report: Report): Record<Language, Texts> {
  const read = byLanguage((language) => files.yaml(`texts/${language}.yaml`, report));
  const keys = byLanguage((language) => {
    const yaml = read[language];
    return yaml ? textKeys(yaml, report) : [];
  });
  const all = new Set(LANGUAGES.flatMap((language) => keys[language]));
  return byLanguage((language) => {
    const yaml = read[language];
    for (const key of yaml ? all : []) {
      if (yaml && !keys[language].includes(key)) {
        report(yaml.place, `The text "${key}" is not here, but in another language.`);
      }
    }
    const texts = yaml ? plain(yaml) : {};
    return isRecord(texts) ? texts : {};
  });
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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
