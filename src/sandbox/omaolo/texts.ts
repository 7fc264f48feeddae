import type { Words } from './questions.ts';

/** What the citizen is advised, by urgency class, as the sandbox words it. */
export const recommendations: Readonly<Record<string, Words>> = {
  P0: [
    'Soita heti hätänumeroon 112.',
    'Ring genast nödnumret 112.',
    'Call the emergency number 112 at once.',
  ],
  P1: [
    'Hakeudu päivystykseen nyt. Soita ensin 116117.',
    'Sök dig till jouren nu. Ring först 116117.',
    'Go to emergency duty now. Call 116117 first.',
  ],
  P2: [
    'Hakeudu päivystykseen tänään. Ellet ehdi, mene aamulla.',
    'Sök dig till jouren i dag, annars i morgon bitti.',
    'Go to emergency duty today, or else in the morning.',
  ],
  P3: [
    'Tarvitset hoitoa vuorokauden sisällä.',
    'Du behöver vård inom ett dygn.',
    'You need care within a day.',
  ],
  P4: [
    'Tarvitset hoitoa parin kolmen päivän sisällä.',
    'Du behöver vård inom två till tre dagar.',
    'You need care within two to three days.',
  ],
  P5: [
    'Ammattilainen ottaa sinuun yhteyttä.',
    'En yrkesperson kontaktar dig.',
    'A professional will contact you.',
  ],
  P6: [
    'Terveysasemasi arvioi asian.',
    'Din hälsostation bedömer saken.',
    'Your health station will look at it.',
  ],
  P7: [
    'Terveysasemasi arvioi asian.',
    'Din hälsostation bedömer saken.',
    'Your health station will look at it.',
  ],
  P8: [
    'Voit hoitaa vaivaa itse:\n- lepää\n- juo riittävästi\n- seuraa vointiasi.',
    'Du kan sköta besväret själv:\n- vila\n- drick tillräckligt\n- följ med hur du mår.',
    'You can care for this yourself:\n- rest\n- drink enough\n- watch how you feel.',
  ],
};

export const local: Words = [
  'Mallilan terveysasema palvelee arkisin klo 8–16.',
  'Mallila hälsostation betjänar vardagar kl. 8–16.',
  'Mallila health station is open on weekdays from 8 to 16.',
];

export const consent: Words = [
  'Annan luvan lähettää vastaukseni valitsemalleni terveysasemalle.',
  'Jag ger lov att sända mina svar till den hälsostation som jag har valt.',
  'I consent to sending my answers to the health station that I chose.',
];

export const titles: Readonly<Record<'symptoms' | 'background' | 'form', Words>> = {
  symptoms: ['Oireet', 'Symtom', 'Symptoms'],
  background: ['Taustatiedot', 'Bakgrundsuppgifter', 'Background'],
  form: ['Lomake', 'Formulär', 'Form'],
};

export const added: Words = [
  'Lisäys: kuume on noussut lähettämisen jälkeen.',
  'Tillägg: febern har stigit sedan jag sände svaren.',
  'Addition: the fever has risen since I sent this.',
];
