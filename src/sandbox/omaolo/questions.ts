/** A text in the three languages of Omaolo: Finnish, Swedish, English. All of them are made up for the sandbox. */
export type Words = readonly [fi: string, sv: string, en: string];

type Option = readonly [code: string, label: Words];

/** A question, and how it can be answered. */
export type Ask = { id: string; text: Words } & (
  | { type: 'boolean' | 'date' | 'time' | 'dateTime' | 'integer' | 'decimal' | 'attachment' }
  | { type: 'quantity'; unit: string; code: string; low: number; high: number }
  | { type: 'string' | 'text'; said: readonly Words[] }
  | { type: 'choice' | 'choices'; options: readonly Option[] }
);

export const yes = (id: string, text: Words): Ask => ({ id, text, type: 'boolean' });
export const several = (id: string, text: Words, ...options: Option[]): Ask => ({
  id,
  text,
  type: 'choices',
  options,
});
export const one = (id: string, text: Words, ...options: Option[]): Ask => ({
  id,
  text,
  type: 'choice',
  options,
});

const left: Option = ['left', ['Vasen', 'Vänster', 'Left']];
const right: Option = ['right', ['Oikea', 'Höger', 'Right']];
const both: Option = ['both', ['Molemmat', 'Båda', 'Both']];
const none: Option = ['none', ['Ei mitään näistä', 'Inget av dessa', 'None of these']];

/** Asked in every assessment; every type of answer is among them. */
export const background: readonly Ask[] = [
  {
    id: 'onset',
    text: ['Milloin oireet alkoivat?', 'När började symtomen?', 'When did the symptoms begin?'],
    type: 'date',
  },
  {
    id: 'onset-time',
    text: [
      'Mihin kellonaikaan oireet ovat pahimmillaan?',
      'Vid vilken tid på dygnet är symtomen värst?',
      'At what time of day are the symptoms at their worst?',
    ],
    type: 'time',
  },
  {
    id: 'last-medicine',
    text: [
      'Milloin otit viimeksi särkylääkettä?',
      'När tog du senast värkmedicin?',
      'When did you last take a painkiller?',
    ],
    type: 'dateTime',
  },
  {
    id: 'pain',
    text: [
      'Kuinka kovaa kipu on asteikolla 0–10?',
      'Hur stark är smärtan på skalan 0–10?',
      'How strong is the pain on a scale from 0 to 10?',
    ],
    type: 'integer',
  },
  {
    id: 'alcohol',
    text: [
      'Kuinka monta annosta alkoholia käytät viikossa?',
      'Hur många portioner alkohol dricker du i veckan?',
      'How many units of alcohol do you drink in a week?',
    ],
    type: 'decimal',
  },
  {
    id: 'temperature',
    text: [
      'Mikä on mitattu lämpösi?',
      'Vilken temperatur har du mätt?',
      'What temperature have you measured?',
    ],
    type: 'quantity',
    unit: '°C',
    code: 'Cel',
    low: 36,
    high: 40,
  },
  {
    id: 'medication',
    text: [
      'Mitä lääkkeitä käytät säännöllisesti?',
      'Vilka läkemedel använder du regelbundet?',
      'Which medicines do you take regularly?',
    ],
    type: 'string',
    said: [
      ['Ei lääkkeitä', 'Inga läkemedel', 'No medicines'],
      [
        'Verenpainelääke aamuisin (5 mg)',
        'Blodtrycksmedicin på morgonen (5 mg)',
        'Blood-pressure pill, 5 mg mornings',
      ],
      [
        'Allergialääke & nenäsuihke <tarvittaessa>',
        'Allergimedicin & nässpray <vid behov>',
        'Antihistamine & nasal spray <if needed>',
      ],
    ],
  },
  {
    id: 'own-words',
    text: [
      'Kerro omin sanoin, mikä sinua vaivaa.',
      'Berätta med egna ord vad som besvärar dig.',
      'Tell in your own words what troubles you.',
    ],
    type: 'text',
    said: [
      [
        'Olo on ollut huono jo muutaman päivän.\nYöllä heräilen, enkä jaksa käydä töissä.',
        'Jag har mått dåligt i några dagar.\nPå natten vaknar jag och orkar inte jobba.',
        'I have felt unwell for some days.\nI wake at night and have no strength for work.',
      ],
      [
        '"Outo" tunne, joka tulee ja menee – varsinkin iltaisin.\n\n1) alkoi lomalla\n2) pahenee {{ koko ajan }}',
        '"Konstig" känsla som kommer och går – mest om kvällen.\n\n1) började på semestern\n2) blir {{ värre }}',
        'A "strange" feeling that comes and goes – mostly at night.\n\n1) began on holiday\n2) gets {{ worse }}',
      ],
      [
        'Sama vaiva kuin viime talvena; silloin auttoi lepo 🙂',
        'Samma besvär som i vintras; då hjälpte vila 🙂',
        'The same trouble as last winter; rest helped then 🙂',
      ],
    ],
  },
  yes('chronic', [
    'Onko sinulla pitkäaikaissairauksia?',
    'Har du någon långtidssjukdom?',
    'Do you have any long-term illness?',
  ]),
  several(
    'tried',
    ['Mitä olet jo kokeillut?', 'Vad har du redan prövat?', 'What have you tried already?'],
    ['rest', ['Lepo', 'Vila', 'Rest']],
    ['painkiller', ['Särkylääke', 'Värkmedicin', 'Painkiller']],
    ['pharmacy', ['Apteekin neuvonta', 'Råd på apoteket', 'Advice at a pharmacy']],
    none,
  ),
  one(
    'course',
    ['Miten oireet ovat muuttuneet?', 'Hur har symtomen förändrats?', 'How have the symptoms changed?'],
    ['better', ['Helpottuneet', 'Lindrats', 'They have eased']],
    ['same', ['Pysyneet samana', 'Varit oförändrade', 'They are the same']],
    ['worse', ['Pahentuneet', 'Blivit värre', 'They have got worse']],
  ),
  {
    id: 'picture',
    text: ['Lisää halutessasi kuva.', 'Bifoga en bild om du vill.', 'Add a picture if you wish.'],
    type: 'attachment',
  },
];

/** Asked in one kind of assessment only. A kind that is not here asks what all ask. */
export const particular: ReadonlyMap<string, readonly Ask[]> = new Map([
  [
    'uti',
    [
      several(
        'urinating',
        [
          'Mitä oireita sinulla on virtsatessa?',
          'Vilka symtom har du när du kissar?',
          'What do you notice when urinating?',
        ],
        ['burning', ['Kirvely', 'Sveda', 'Burning']],
        ['frequent', ['Tihentynyt tarve', 'Täta trängningar', 'Frequent need']],
        ['blood', ['Verta virtsassa', 'Blod i urinen', 'Blood in the urine']],
      ),
      yes('flank', ['Onko kyljessä kipua?', 'Har du ont i sidan?', 'Is there pain in your side?']),
    ],
  ],
  [
    'respiratory',
    [
      yes('breath', ['Hengästytkö levossa?', 'Blir du andfådd i vila?', 'Are you short of breath at rest?']),
      several(
        'airways',
        [
          'Mitä hengitystieoireita sinulla on?',
          'Vilka luftvägssymtom har du?',
          'Which airway symptoms do you have?',
        ],
        ['runny', ['Nuha', 'Snuva', 'Runny nose']],
        ['hoarse', ['Käheys', 'Heshet', 'Hoarseness']],
        none,
      ),
    ],
  ],
  [
    'cough',
    [
      one(
        'cough-kind',
        ['Millaista yskä on?', 'Hurdan är hostan?', 'What is the cough like?'],
        ['dry', ['Kuivaa', 'Torr', 'Dry']],
        ['slimy', ['Limaista', 'Slemmig', 'With phlegm']],
      ),
      yes('cough-blood', [
        'Onko yskösissä ollut verta?',
        'Har du hostat blod?',
        'Have you coughed up blood?',
      ]),
    ],
  ],
  [
    'throat',
    [
      yes('swallow', ['Pystytkö nielemään?', 'Kan du svälja?', 'Can you swallow?']),
      yes('tonsils', [
        'Onko nielurisoissa peitteitä?',
        'Har tonsillerna beläggning?',
        'Are there white spots on the tonsils?',
      ]),
    ],
  ],
  [
    'ear',
    [
      one(
        'ear-side',
        ['Kumpi korva oireilee?', 'Vilket öra besvärar?', 'Which ear is it?'],
        left,
        right,
        both,
      ),
      yes('ear-leak', ['Vuotaako korva?', 'Rinner det ur örat?', 'Is there a discharge from the ear?']),
    ],
  ],
  [
    'eye',
    [
      one(
        'eye-side',
        ['Kumpi silmä oireilee?', 'Vilket öga besvärar?', 'Which eye is it?'],
        left,
        right,
        both,
      ),
      yes('eye-sight', ['Onko näkö heikentynyt?', 'Har synen försämrats?', 'Has your sight become worse?']),
    ],
  ],
  [
    'headache',
    [
      yes('sudden', [
        'Alkoiko päänsärky äkillisesti?',
        'Började huvudvärken plötsligt?',
        'Did the headache begin suddenly?',
      ]),
      several(
        'with-headache',
        [
          'Mitä muuta päänsärkyyn liittyy?',
          'Vad annat hör till huvudvärken?',
          'What comes with the headache?',
        ],
        ['nausea', ['Pahoinvointi', 'Illamående', 'Nausea']],
        ['light', ['Valonarkuus', 'Ljuskänslighet', 'Light hurts']],
        none,
      ),
    ],
  ],
  [
    'heartburn',
    [
      yes('night-burn', [
        'Herättääkö närästys yöllä?',
        'Väcker halsbrännan dig?',
        'Does heartburn wake you at night?',
      ]),
      yes('black-stool', [
        'Onko uloste ollut mustaa?',
        'Har avföringen varit svart?',
        'Have your stools been black?',
      ]),
    ],
  ],
  [
    'diarrhoea',
    [
      {
        id: 'stools',
        text: ['Montako kertaa ulostat päivässä?', 'Hur många gånger per dag?', 'How many times a day?'],
        type: 'integer',
      },
      yes('abroad', ['Oletko ollut ulkomailla?', 'Har du varit utomlands?', 'Have you been abroad?']),
    ],
  ],
  [
    'anal',
    [
      several(
        'anal-symptoms',
        ['Mitä oireita sinulla on?', 'Vilka symtom har du?', 'Which symptoms do you have?'],
        ['itch', ['Kutina', 'Klåda', 'Itching']],
        ['lump', ['Kyhmy', 'Knöl', 'A lump']],
        ['bleeding', ['Verenvuoto', 'Blödning', 'Bleeding']],
      ),
    ],
  ],
  [
    'low-back',
    [
      yes('numb', ['Onko jaloissa puutumista?', 'Har du domningar i benen?', 'Are your legs numb?']),
      yes('fall', ['Satutitko selkäsi?', 'Skadade du ryggen?', 'Did you injure your back?']),
    ],
  ],
  [
    'shoulder',
    [
      one('shoulder-side', ['Kumpi olkapää?', 'Vilken axel?', 'Which shoulder?'], left, right, both),
      yes('lift', ['Saatko käden ylös?', 'Kan du lyfta armen?', 'Can you raise your arm?']),
    ],
  ],
  [
    'knee',
    [
      one('knee-side', ['Kumpi polvi?', 'Vilket knä?', 'Which knee?'], left, right, both),
      yes('weight', [
        'Pystytkö varaamaan jalalle?',
        'Kan du stöda på benet?',
        'Can you put weight on the leg?',
      ]),
    ],
  ],
  [
    'std',
    [
      yes('contact', [
        'Onko kumppanillasi todettu tauti?',
        'Har din partner fått en diagnos?',
        'Has a partner been diagnosed?',
      ]),
      several(
        'std-symptoms',
        ['Mitä oireita sinulla on?', 'Vilka symtom har du?', 'Which symptoms do you have?'],
        ['discharge', ['Vuoto', 'Flytning', 'Discharge']],
        ['rash', ['Ihottuma', 'Utslag', 'Rash']],
        none,
      ),
    ],
  ],
  [
    'oral',
    [
      several(
        'mouth',
        ['Missä oire on?', 'Var finns symtomet?', 'Where is the symptom?'],
        ['tooth', ['Hammas', 'Tand', 'Tooth']],
        ['gum', ['Ien', 'Tandkött', 'Gum']],
        ['tongue', ['Kieli', 'Tunga', 'Tongue']],
      ),
      yes('swelling', ['Onko kasvoissa turvotusta?', 'Är ansiktet svullet?', 'Is your face swollen?']),
    ],
  ],
  [
    'general',
    [
      several(
        'symptoms',
        ['Mitä oireita sinulla on?', 'Vilka symtom har du?', 'Which symptoms do you have?'],
        ['tired', ['Väsymys', 'Trötthet', 'Tiredness']],
        ['dizzy', ['Huimaus', 'Yrsel', 'Dizziness']],
        ['rash', ['Ihottuma', 'Utslag', 'Rash']],
        ['other', ['Muu oire', 'Annat symtom', 'Another symptom']],
      ),
    ],
  ],
]);
