import { createHash } from 'node:crypto';
import { between, pick, type Random, random } from '../../src/sandbox/random.ts';

/** What the sender of a run sends: the same seed gives the same cases, in any order they are asked for. */

/** An artificial person that the record system knows in one of these ways. */
export interface Somebody {
  readonly hetu: string;
  readonly situation: 'encounter' | 'waiting' | 'restricted' | 'ambiguous' | 'unknown';
  /** The record system's id; absent for somebody it does not know. */
  readonly patient?: string;
}

/** What shall become of an edition. */
export type Outcome =
  | { readonly is: 'recorded' }
  | { readonly is: 'trial' }
  /** Withdrawn, or in the record where the withdrawal came too late. */
  | { readonly is: 'withdrawn-or-recorded' }
  | { readonly is: 'held'; readonly cause: string };

export interface Edition {
  readonly assessment: string;
  readonly edition: number;
  readonly outcome: Outcome;
  /** A word in an answer by which the note is known again. */
  readonly mark: string;
  /** Whose record it belongs into. */
  readonly patient?: string;
  /** Observations that it makes besides its note. */
  readonly observations: number;
  /** Sent again so many times after it was answered. */
  readonly repeats: number;
  /** The same id and edition is sent with other content, too. */
  readonly conflicts: boolean;
  /** The sender withdraws it when it was answered. */
  readonly withdraws: boolean;
  readonly body: string;
  /** The same with another answer. */
  readonly otherBody: string;
}

export interface Case {
  readonly assessment: string;
  readonly editions: readonly Edition[];
}

const CLASSES = ['P0', 'P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8'] as const;
const KINDS = ['cough', 'uti', 'respiratory', 'throat', 'headache'] as const;
const KNOWN = /merkki (\S+)\/(\d+)\/([0-9a-f]{12})/;

/** The edition that a note in the record is about, and the mark of its content; undefined for another text. */
export function markOf(note: string) {
  const [found, assessment = '', edition, mark = ''] = KNOWN.exec(note) ?? [];
  return found === undefined ? undefined : { assessment, edition: Number(edition), mark };
}

const DAY = 86_400_000;
const MORNING = Date.parse('2026-03-02T06:00:00Z');

export interface BodyWish {
  readonly assessment: string;
  readonly edition: number;
  readonly mark: string;
  readonly hetu: string;
  readonly kind: string;
  readonly urgency: string;
  readonly trial?: boolean;
  /** Makes its moment one of its own: the record takes no second reading of the same moment. */
  readonly measured?: number;
}

/** An assessment as its sender writes it. */
export function bodyOf(wish: BodyWish): string {
  const { assessment, edition, mark, hetu, kind, urgency, trial, measured } = wish;
  const answer = { value: `Yskittää öisin, merkki ${assessment}/${edition}/${mark}` };
  const time = new Date(MORNING - (measured ?? 0) * 1000).toISOString();
  return JSON.stringify({
    id: assessment,
    edition,
    kind: { id: kind, version: '1' },
    language: 'fi',
    times: { completed: '2026-03-02T10:00:00Z', sent: '2026-03-02T10:05:00Z' },
    client: { hetu, names: { family: 'Mallikas', given: ['Aino'] } },
    filledBy: { role: 'self' },
    recipient: {
      organisation: { oid: '1.2.246.10.99999999.10.0', name: 'Mallilan sosiaali- ja terveyspalvelut' },
    },
    consent: { given: true, time: '2026-03-02T10:04:00Z', text: 'Annan luvan.' },
    urgency: { class: urgency },
    result: { recommendation: 'Ota yhteyttä terveysasemaan vuorokauden sisällä.' },
    sections: [
      {
        id: 'oireet',
        title: 'Oireet',
        questions: [
          { id: 'alku', text: 'Milloin oireet alkoivat?', type: 'date', answers: [{ value: '2026-02-28' }] },
          { id: 'kuume', text: 'Onko sinulla ollut kuumetta?', type: 'boolean', answers: [{ value: true }] },
          { id: 'muu', text: 'Kuvaa oireitasi', type: 'text', answers: [answer] },
        ],
      },
    ],
    ...(measured === undefined
      ? {}
      : {
          measurements: [
            {
              ...{ code: '8310-5', system: 'http://loinc.org', label: 'Lämpö' },
              ...{ value: 38.1, unit: '°C', unitCode: 'Cel', time },
            },
          ],
        }),
    ...(trial === true ? { trial: true } : {}),
  });
}

export interface People {
  readonly ordinary: readonly [Somebody, ...Somebody[]];
  readonly waiting: readonly [Somebody, ...Somebody[]];
  /** Whose messages a person must decide about, with the cause by which they are held. */
  readonly hindered: readonly [
    { readonly person: Somebody; readonly cause: string },
    ...{ readonly person: Somebody; readonly cause: string }[],
  ];
}

const HINDRANCES = {
  restricted: 'patient-restricted',
  ambiguous: 'patient-several',
  unknown: 'patient-unknown',
} as const;

/** @throws RangeError when there is nobody of a sort */
export function peopleOf(people: readonly Somebody[]): People {
  const ordinary = people.filter(({ situation }) => situation === 'encounter');
  const waiting = people.filter(({ situation }) => situation === 'waiting');
  const hindered = people.flatMap((person) =>
    person.situation === 'encounter' || person.situation === 'waiting'
      ? []
      : [{ person, cause: HINDRANCES[person.situation] }],
  );
  return { ordinary: some(ordinary), waiting: some(waiting), hindered: some(hindered) };
}

function some<T>([first, ...others]: readonly T[]): readonly [T, ...T[]] {
  if (first === undefined) throw new RangeError('people of all sorts are needed');
  return [first, ...others];
}

/** The nth case of a run, from 0. */
export function caseOf(seed: number, nth: number, people: People): Case {
  const next = random(seed * 1_000_003 + nth);
  const assessment = `c${seed}-${nth}`;
  const lot = next();
  // In turn, so that nobody's record grows much more than others' and a look-up stays short.
  const ordinary = people.ordinary[nth % people.ordinary.length] ?? people.ordinary[0];
  if (lot < 0.03) {
    const { person, cause } = pick(next, people.hindered);
    return single({ assessment, person, next, nth, outcome: { is: 'held', cause } });
  }
  if (lot < 0.05) return single({ assessment, person: pick(next, people.waiting), next, nth });
  if (lot < 0.09) return single({ assessment, person: ordinary, next, nth, outcome: { is: 'trial' } });
  if (lot < 0.13) {
    const outcome = { is: 'withdrawn-or-recorded' } as const;
    const person = next() < 0.5 ? ordinary : pick(next, people.waiting);
    return single({ assessment, person, next, nth, outcome });
  }
  if (lot < 0.3) {
    const count = between(next, 2, 4);
    const editions = Array.from({ length: count }, (_, i) =>
      editionOf({ assessment, person: ordinary, next, nth, edition: i + 1 }),
    );
    return { assessment, editions };
  }
  return single({ assessment, person: ordinary, next, nth, measured: lot > 0.9 });
}

interface Wish {
  readonly assessment: string;
  readonly person: Somebody;
  readonly next: Random;
  readonly nth: number;
  readonly edition?: number;
  readonly outcome?: Outcome;
  readonly measured?: boolean;
}

function single(wish: Wish): Case {
  return { assessment: wish.assessment, editions: [editionOf(wish)] };
}

function editionOf(wish: Wish): Edition {
  const { assessment, person, next, nth, edition = 1, outcome = { is: 'recorded' }, measured = false } = wish;
  const { hetu, patient } = person;
  const mark = createHash('sha256').update(`${assessment} ${edition} ${next()}`).digest('hex').slice(0, 12);
  const common = {
    ...{ assessment, edition, hetu, kind: pick(next, KINDS), urgency: pick(next, CLASSES) },
    trial: outcome.is === 'trial',
    ...(measured ? { measured: nth % (DAY / 10) } : {}),
  };
  return {
    assessment,
    edition,
    outcome,
    mark,
    ...(patient === undefined ? {} : { patient }),
    observations: measured ? 1 : 0,
    repeats: next() < 0.1 ? between(next, 1, 2) : 0,
    conflicts: next() < 0.02,
    withdraws: outcome.is === 'withdrawn-or-recorded',
    body: bodyOf({ ...common, mark }),
    otherBody: bodyOf({ ...common, mark: 'f00df00df00d' }),
  };
}
