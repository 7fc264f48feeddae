import { between, pick, type Random } from '../random.ts';
import { instant, word } from './answers.ts';
import { type Ask, one, several, type Words, yes } from './questions.ts';

type Language = 'fi' | 'sv' | 'en';

/** What an assessment that is no symptom assessment asks, and what comes with its answers. */
export type Family = {
  questions: readonly Ask[];
  came(next: Random, completed: Date, language: Language, id: string): object;
};

const HOUR = 3_600_000;

type Criteria = readonly [met: boolean | undefined, text: Words];

const criteria: readonly [Criteria, ...Criteria[]] = [
  [
    true,
    [
      'Vastaustesi perusteella vähimmäisedellytykset näyttävät täyttyvän.',
      'Utgående från dina svar ser minimikriterierna ut att uppfyllas.',
      'According to your answers the minimum criteria seem to be met.',
    ],
  ],
  [
    false,
    [
      'Vastaustesi perusteella vähimmäisedellytykset eivät täyty.',
      'Utgående från dina svar uppfylls inte minimikriterierna.',
      'According to your answers the minimum criteria are not met.',
    ],
  ],
  [
    undefined,
    [
      'Vastausten perusteella ei voi vielä sanoa.',
      'Utgående från svaren går det ännu inte att säga.',
      'The answers are not enough to say.',
    ],
  ],
];

const service: Family = {
  questions: [
    several(
      'needs',
      ['Missä tarvitset apua?', 'Med vad behöver du hjälp?', 'What do you need help with?'],
      ['home', ['Kotona', 'Hemma', 'At home']],
      ['out', ['Kodin ulkopuolella', 'Utanför hemmet', 'Outside the home']],
      ['night', ['Öisin', 'Nattetid', 'At night']],
    ),
    {
      id: 'hours',
      text: ['Montako tuntia viikossa?', 'Hur många timmar i veckan?', 'How many hours a week?'],
      type: 'integer',
    },
    yes('relative', ['Auttaako omainen?', 'Hjälper en närstående?', 'Does a relative help?']),
  ],
  came: (next, _completed, language) => {
    const [met, text] = pick(next, criteria);
    return {
      result: { minimumCriteria: { ...(met === undefined ? {} : { met }), text: word(text, language) } },
    };
  },
};

const check: Family = {
  questions: [
    one(
      'mood',
      ['Miten voit?', 'Hur mår du?', 'How are you?'],
      ['well', ['Hyvin', 'Bra', 'Well']],
      ['so-so', ['Vaihtelevasti', 'Omväxlande', 'It varies']],
    ),
    {
      id: 'sleep',
      text: ['Moneltako nukahdat?', 'När somnar du?', 'When do you fall asleep?'],
      type: 'time',
    },
    {
      id: 'sport',
      text: [
        'Montako tuntia liikut viikossa?',
        'Hur många timmar rör du på dig i veckan?',
        'How many hours a week do you exercise?',
      ],
      type: 'decimal',
    },
    yes('smoking', ['Tupakoitko?', 'Röker du?', 'Do you smoke?']),
  ],
  came: (next, completed) => ({
    measurements: [
      {
        code: 'body-weight',
        label: 'kg',
        value: between(next, 52, 98),
        unit: 'kg',
        time: instant(completed),
      },
    ],
  }),
};

const periodic: Family = { questions: check.questions, came: () => ({}) };

const bloodPressure: Family = {
  questions: [
    yes('medicine', [
      'Onko sinulla verenpainelääke?',
      'Har du blodtrycksmedicin?',
      'Do you take medicine for blood pressure?',
    ]),
  ],
  came: (next, completed) => {
    const readings = [48, 36, 24, 12].map((hours) => ({
      time: instant(new Date(completed.getTime() - hours * HOUR)),
      systolic: between(next, 105, 165),
      diastolic: between(next, 60, 99),
      ...(next() < 0.7 ? { pulse: between(next, 52, 90) } : {}),
    }));
    const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0) / values.length;
    const average = {
      from: instant(new Date(completed.getTime() - 48 * HOUR)),
      until: instant(completed),
      systolic: sum(readings.map(({ systolic }) => systolic)),
      diastolic: sum(readings.map(({ diastolic }) => diastolic)),
    };
    return { bloodPressure: { readings, averages: [average] } };
  },
};

const coaching: Family = {
  questions: [],
  came: (_next, completed, language, id) => {
    const event = (days: number, code: string, label: Words, text?: Words) => ({
      time: instant(new Date(completed.getTime() - days * 24 * HOUR)),
      type: { code, label: word(label, language) },
      ...(text === undefined ? {} : { text: word(text, language) }),
    });
    const events = [
      event(21, 'started', ['Valmennus alkoi', 'Coachningen började', 'Coaching started']),
      event(
        20,
        'goal',
        ['Tavoite asetettu', 'Mål uppställt', 'Goal set'],
        [
          'Kävelen joka päivä.\nAina ei huvita.',
          'Jag går varje dag.\nAlltid lockar det inte.',
          'I walk every day.\nI do not always feel like it.',
        ],
      ),
      event(0, 'survey', ['Kysely täytetty', 'Enkäten ifylld', 'Survey filled in']),
    ];
    return { coaching: { id: `vc-${id}`, started: events[0]?.time, events } };
  },
};

/** By kind; a kind that is not here is a symptom assessment. */
export const families: ReadonlyMap<string, Family> = new Map([
  ['personal-assistance', service],
  ['mobility-support', service],
  ['informal-care-support', service],
  ['well-being-check', check],
  ['periodic-check', periodic],
  ['well-being-coaching', coaching],
  ['blood-pressure', bloodPressure],
]);
