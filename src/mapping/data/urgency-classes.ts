import type { Language } from '../../assessment/assessment.ts';
import { urgencyClasses } from '../../assessment/urgency.ts';
import { membersOf } from '../files/members.ts';
import type { Report } from '../files/place.ts';
import { plain, type Yaml } from '../files/yaml.ts';
import { byLanguage, readTitles, type Titles } from './catalogue.ts';

/** What `%urgency` holds. */
interface Urgency {
  readonly class: string;
  /** In the heading language. */
  readonly text?: string;
  readonly texts: Titles;
  /** ISO 8601: within what time the client must get help. */
  readonly duration?: string;
}

/** The entries of the classes, for each heading language. */
export type UrgencyClasses = Readonly<Record<Language, ReadonlyMap<string, Urgency>>>;

const DURATION = /^P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?$/;

/** Reads urgency.yaml; mistakes are reported. */
export function readUrgencyClasses(yaml: Yaml | undefined, report: Report): UrgencyClasses {
  const members = yaml ? membersOf(yaml, 'urgency.yaml', urgencyClasses, report) : undefined;
  for (const name of yaml && members ? urgencyClasses : []) {
    if (yaml && !members?.has(name)) report(yaml.place, `The urgency class ${name} is not here.`);
  }
  const read = [...(members ?? [])].map(([name, { value }]) => readClass(name, value, report));
  return byLanguage((language) => new Map(read.map((entry) => [entry.class, inLanguage(entry, language)])));
}

function readClass(name: string, yaml: Yaml, report: Report): Urgency {
  const members = membersOf(yaml, 'An urgency class', ['texts', 'duration'], report);
  const texts = members.get('texts');
  const duration = members.get('duration');
  const time = duration ? String(plain(duration.value)) : '';
  if (duration && time !== '' && !DURATION.test(time)) {
    report(duration.value.place, 'A duration in ISO 8601 is expected here: PT10M, P1D.');
  }
  return {
    class: name,
    texts: texts ? readTitles(texts.value, report) : {},
    ...(time === '' ? {} : { duration: time }),
  };
}

function inLanguage(entry: Urgency, language: Language): Urgency {
  const text = entry.texts[language];
  return text === undefined ? entry : { ...entry, text };
}
