import type { Person } from '../population.ts';
import { between, pick, type Random, random } from '../random.ts';
import { answered, instant, word } from './answers.ts';
import { families } from './families.ts';
import { background, particular } from './questions.ts';
import { added, consent, local, recommendations, titles } from './texts.ts';

type Language = 'fi' | 'sv' | 'en';

/** A kind of assessment in the catalogue; a title that is not known stays out. */
export type Kind = { id: string; version: string; titles: Partial<Record<Language, string>> };

/** What assessments are made from: the same wishes give the same assessments. */
export type Wishes = {
  seed: number;
  /** Who fills them in; at least one. */
  people: readonly [Person, ...Person[]];
  /** Taken in turn; at least one. */
  kinds: readonly [Kind, ...Kind[]];
  /** The moment before which all were sent. */
  now: Date;
};

/** An assessment as openapi.yaml has it. */
type Sent = ReturnType<typeof assessment>;

const CLASSES = ['P4', 'P5', 'P3', 'P8', 'P4', 'P2', 'P5', 'P1', 'P3', 'P6', 'P0', 'P7'] as const;
const MINUTE = 60_000;

/** `count` assessments of all kinds, classes and languages, by children's guardians and by proxies too. */
export function assessments(count: number, wishes: Wishes): Sent[] {
  const next = random(wishes.seed);
  return Array.from({ length: count }, (_, place) => {
    const person = wishes.people[place % wishes.people.length] ?? wishes.people[0];
    return assessment(place, person, wishes, next);
  });
}

function assessment(place: number, person: Person, wishes: Wishes, next: Random) {
  const { kinds, now, seed } = wishes;
  const kind = kinds[place % kinds.length] ?? kinds[0];
  const { language } = person;
  const sent = new Date(now.getTime() - between(next, 1, 600) * MINUTE);
  const completed = new Date(sent.getTime() - between(next, 1, 9) * MINUTE);
  const urgency = CLASSES[place % CLASSES.length] ?? 'P5';
  const title = kind.titles[language];
  const own = particular.get(kind.id) ?? [];
  const family = families.get(kind.id);
  const id = `oa-${seed}-${place + 1}`;
  const ask = (asks: readonly (typeof background)[number][]) =>
    asks.map((each) => answered(each, language, next, completed));
  const minor = person.guardian !== undefined;
  return {
    id,
    edition: 1,
    kind: { id: kind.id, version: kind.version, ...(title === undefined ? {} : { title }) },
    language,
    times: {
      started: instant(new Date(completed.getTime() - between(next, 3, 20) * MINUTE)),
      completed: instant(completed),
      sent: instant(sent),
    },
    client: { ...client(person), ...(minor ? { disclosureToGuardian: pick(next, ['1', '2', '4']) } : {}) },
    filledBy: filledBy(place, person, completed),
    recipient: recipient(),
    consent: { given: true, time: instant(completed), text: word(consent, language) },
    sections: family
      ? [{ id: 'form', title: word(titles.form, language), questions: ask(family.questions) }]
      : [
          ...(own.length === 0
            ? []
            : [{ id: 'symptoms', title: word(titles.symptoms, language), questions: ask(own) }]),
          { id: 'background', title: word(titles.background, language), questions: ask(background) },
        ],
    ...(place % 7 === 2 ? { bookingRight: bookingRight(`br-${seed}-${place + 1}`, sent) } : {}),
    ...(family
      ? family.came(next, completed, language, id)
      : {
          urgency: { class: urgency, original: urgency },
          result: {
            recommendation: word(recommendations[urgency] ?? local, language),
            local: word(local, language),
          },
          ...(place % 5 === 1 ? { measurements: measured(next, completed) } : {}),
          summary: `${title ?? kind.id}: ${urgency}\n${word(recommendations[urgency] ?? local, language)}`,
        }),
  };
}

function client(person: Person): object {
  return {
    hetu: person.hetu,
    names: { family: person.family, given: [person.given] },
    birthDate: person.birthDate,
    contact: {
      phone: person.phone,
      address: { lines: ['Mallikatu 3 B 12'], postalCode: '00999', city: 'Helsinki', country: 'FI' },
    },
    municipality: { code: person.municipality },
    ...(person.nonDisclosure ? { nonDisclosure: true } : {}),
  };
}

const PROXIES = 13;

/** The guardian of a child, now and then somebody with a mandate, else the client. */
function filledBy(place: number, person: Person, completed: Date): object {
  const authorisation = { service: 'Suomi.fi', time: instant(completed), answer: 'ALLOWED' };
  if (person.guardian !== undefined) {
    const { hetu, family, given } = person.guardian;
    return { role: 'guardian', person: { hetu, names: { family, given: [given] } }, authorisation };
  }
  if (place % PROXIES !== PROXIES - 1) return { role: 'self' };
  const names = { family: 'Valtuutettu', given: ['Sampo'] };
  return { role: 'proxy', person: { names }, authorisation };
}

function recipient(): object {
  return {
    organisation: { oid: '1.2.246.10.99999999.10.0', name: 'Mallilan sosiaali- ja terveyspalvelut' },
    unit: { oid: '1.2.246.10.99999999.10.17', name: 'Mallilan terveysasema' },
    queue: { oid: '1.2.246.10.99999999.10.17.4', name: 'Oirearviot' },
  };
}

/** Two that the bridge has a code for, and one that stays text. */
function measured(next: Random, completed: Date): object[] {
  const time = instant(completed);
  const temperature = { system: 'http://loinc.org', code: '8310-5', unit: '°C', unitCode: 'Cel', time };
  return [
    { ...temperature, label: 'Lämpö', value: between(next, 360, 400) / 10 },
    { code: 'peak-expiratory-flow', label: 'PEF', value: between(next, 200, 600), unit: 'l/min', time },
    { code: 'steps', label: 'Askeleet', value: between(next, 500, 12_000), unit: 'askelta', time },
  ];
}

function bookingRight(id: string, sent: Date): object {
  const until = new Date(sent.getTime() + 14 * 24 * 60 * MINUTE);
  const service = { code: 'EDC', system: 'urn:oid:1.2.246.537.6.49', label: 'Terveydenhoitajan palvelu' };
  return { id, service, from: instant(sent), until: instant(until), count: 1 };
}

/** Something for a demonstration to send, and what it shows. */
export type Sending = {
  shows: 'ordinary' | 'trial' | 'repeat' | 'amended' | 'unknown-patient' | 'broken';
  body: object;
};

/**
 * Fifty sendings in which everything happens once: 45 ordinary ones, then a trial, the first one again word for word,
 * the second one amended, one by somebody whom the record system does not know, and a broken one.
 */
export function demonstration(wishes: Wishes): Sending[] {
  const known = wishes.people.filter((person) => person.situation !== 'unknown');
  const unknown = wishes.people.find((person) => person.situation === 'unknown');
  const [first, ...others] = known;
  if (first === undefined)
    throw new RangeError('a demonstration needs a person whom the record system knows');
  const made = assessments(47, { ...wishes, people: [first, ...others] });
  const sendings: Sending[] = made.slice(0, 45).map((body) => ({ shows: 'ordinary', body }));
  const [again, amended] = made;
  const [trial, stranger] = made.slice(45);
  if (again === undefined || amended === undefined || trial === undefined || stranger === undefined)
    return [];
  const question = {
    id: 'addition',
    text: word(added, amended.language),
    type: 'boolean',
    answers: [{ value: true }],
  };
  const { consent: _withheld, ...broken } = { ...again, id: `${again.id}-broken` };
  return [
    ...sendings,
    { shows: 'trial', body: { ...trial, trial: true } },
    { shows: 'repeat', body: again },
    {
      shows: 'amended',
      body: {
        ...amended,
        edition: 2,
        sections: [...amended.sections, { id: 'more', questions: [question] }],
      },
    },
    {
      shows: 'unknown-patient',
      body: { ...stranger, client: client(unknown ?? foreigner), filledBy: { role: 'self' } },
    },
    { shows: 'broken', body: broken },
  ];
}

/** Somebody who is in no population. */
const foreigner: Person = {
  hetu: '131052-9085',
  family: 'Tuntematon',
  given: 'Testi',
  birthDate: '1952-10-13',
  gender: 'male',
  language: 'fi',
  municipality: '091',
  phone: '+358500000000',
  nonDisclosure: false,
  situation: 'unknown',
};
