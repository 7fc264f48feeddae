import { artificialHetu } from './hetu.ts';
import { between, pick, type Random, random } from './random.ts';

/** What the record system knows of a person, and what stands in the way of writing about them. */
export const situations = [
  'encounter', // known, and an encounter is open
  'finished', // known, and the only encounter has ended
  'waiting', // known, and no encounter was ever opened
  'restricted', // behind break-the-glass
  'ambiguous', // two records have the same personal identity code
  'merged', // the record was merged into another
  'deleted', // the record was deleted
  'unknown', // the record system has never heard of them
] as const;

type Situation = (typeof situations)[number];

/** A person who does not exist. Dates are YYYY-MM-DD; the language is what they fill assessments in. */
export type Person = {
  hetu: string;
  family: string;
  given: string;
  birthDate: string;
  gender: 'female' | 'male';
  language: 'fi' | 'sv' | 'en';
  municipality: string;
  phone: string;
  nonDisclosure: boolean;
  situation: Situation;
  /** The guardian who acts for a child under 15. */
  guardian?: { hetu: string; family: string; given: string };
};

type Names = { family: string[]; female: string[]; male: string[] };

const NAMES: Record<Person['language'], Names> = {
  fi: {
    family: ['Testinen', 'Mallikas', 'Esimerkki', 'Kokeilija', 'Harjoitus', 'Näytekangas', 'Äyräsmaa'],
    female: ['Aino', 'Helmi', 'Päivi', 'Säde', 'Tuulikki', 'Kyllikki-Maria'],
    male: ['Eino', 'Väinö', 'Jyrki', 'Oskari', 'Pekka', 'Yrjö'],
  },
  sv: {
    family: ['Testström', 'Provberg', 'Exempelsson', 'af Övning', 'Modellqvist'],
    female: ['Åsa', 'Märta', 'Linnéa', 'Saga', 'Ann-Sofi'],
    male: ['Björn', 'Håkan', 'Göran', 'Nils', 'Karl-Åke'],
  },
  en: {
    family: ["O'Sample", 'Trial', 'Nguyễn-Test', 'Пример', 'Al-Mithal', 'Döner'],
    female: ['Maya', 'Zoë', 'Fátima', 'Ольга', 'Thảo'],
    male: ['Omar', 'José', 'Łukasz', 'Иван', 'Kwame'],
  },
};

/** Every so many persons something stands in the way: the place in each row of 20 says what. */
const SITUATIONS: Partial<Record<number, Situation>> = {
  3: 'waiting',
  6: 'restricted',
  8: 'finished',
  9: 'ambiguous',
  12: 'merged',
  14: 'waiting',
  17: 'unknown',
  19: 'deleted',
};

const CHILDREN = 5;
const SECRET = 11;

/**
 * `count` artificial persons: the same seed gives the same persons, and more of them begin with the same.
 * Every fifth is a child under 15 with a guardian. All personal identity codes are different.
 */
export function population(seed: number, count: number): Person[] {
  const next = random(seed);
  const taken = new Set<string>();
  return Array.from({ length: count }, (_, place) => person(next, place, taken));
}

function person(next: Random, place: number, taken: Set<string>): Person {
  const child = place % CHILDREN === 4;
  const language = next() < 0.7 ? 'fi' : next() < 0.5 ? 'sv' : 'en';
  const gender = next() < 0.5 ? 'female' : 'male';
  const birthDate = child ? birth(next, 2013, 2023) : birth(next, 1925, 2006);
  const family = name(next, NAMES[language].family);
  const base: Person = {
    hetu: freeHetu(next, birthDate, gender, taken),
    family,
    given: name(next, NAMES[language][gender]),
    birthDate,
    gender,
    language,
    municipality: pick(next, ['091', '049', '092', '235']),
    phone: `+35850000${between(next, 1000, 9999)}`,
    nonDisclosure: place % 20 === SECRET,
    situation: SITUATIONS[place % 20] ?? 'encounter',
  };
  if (!child) return base;
  const of = next() < 0.5 ? 'female' : 'male';
  const guardian = freeHetu(next, birth(next, 1975, 1995), of, taken);
  return { ...base, guardian: { hetu: guardian, family, given: name(next, NAMES[language][of]) } };
}

function freeHetu(next: Random, birthDate: string, gender: 'female' | 'male', taken: Set<string>): string {
  for (;;) {
    const number = 900 + 2 * between(next, 0, 49) + (gender === 'male' ? 1 : 0);
    const hetu = artificialHetu(birthDate, number, between(next, 0, 5));
    if (taken.has(hetu)) continue;
    taken.add(hetu);
    return hetu;
  }
}

function birth(next: Random, first: number, last: number): string {
  const day = Date.UTC(between(next, first, last), 0, between(next, 1, 365));
  return new Date(day).toISOString().slice(0, 10);
}

function name(next: Random, names: string[]): string {
  return names[Math.floor(next() * names.length)] ?? '';
}
