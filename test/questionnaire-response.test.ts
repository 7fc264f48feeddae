import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pino from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildApp } from '../src/app.ts';
import { startStandIn } from '../src/cli/stand-in.ts';
import { readConfig } from '../src/config.ts';
import { createKeyFile } from '../src/log/key-file.ts';
import { notesOf } from '../src/sandbox/notes.ts';
import { expectContract } from './http/doors.ts';
import { temporaryFolder } from './temporary.ts';

/** A child's assessment, filled by a guardian, as each release of FHIR has it. */

const BASE = 'https://omaolo-apotti-bridge.invalid/fhir';
const party = (oid: string, display: string) => ({
  identifier: { system: 'urn:ietf:rfc:3986', value: `urn:oid:${oid}` },
  display,
});
const value = (name: string, given: object) => ({ url: `${BASE}/StructureDefinition/${name}`, ...given });

const guardian = {
  resourceType: 'RelatedPerson',
  id: 'guardian',
  patient: { reference: '#child' },
  extension: [
    value('authorisation', {
      extension: [
        { url: 'service', valueString: 'Suomi.fi' },
        { url: 'time', valueDateTime: '2026-03-02T13:50:00+02:00' },
        { url: 'answer', valueString: 'ALLOWED' },
      ],
    }),
  ],
  name: [{ family: 'Holhooja', given: ['Helvi'] }],
};
const relationship = {
  coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'GUARD' }],
};
const choices = [{ valueCoding: { code: 'right', display: 'Oikea korva' } }];
const asked = (type: string, options: object) => ({
  resourceType: 'Questionnaire',
  id: 'form',
  status: 'active',
  url: 'https://sender.example/Questionnaire/ear',
  version: '7',
  title: 'Korvakipu',
  item: [
    {
      linkId: 'ear',
      text: 'Korvan oireet',
      type: 'group',
      item: [
        { linkId: 'side', text: 'Kumpi korva on kipeä?', type, ...options },
        { linkId: 'fever', text: 'Paljonko lapsella on kuumetta?', type: 'quantity' },
        { linkId: 'words', text: 'Kerro omin sanoin', type: 'text' },
        { linkId: 'since', text: 'Milloin kipu alkoi?', type: 'date' },
        { linkId: 'swim', text: 'Onko lapsi uinut?', type: 'boolean' },
      ],
    },
  ],
});
const item = [
  {
    linkId: 'ear',
    item: [
      {
        linkId: 'side',
        answer: [
          {
            valueCoding: { code: 'right' },
            item: [
              { linkId: 'leak', text: 'Vuotaako korva?', answer: [{ valueString: 'Vähän, "kirkasta"' }] },
            ],
          },
        ],
      },
      { linkId: 'fever', answer: [{ valueQuantity: { value: 38.5, unit: '°C' } }] },
      { linkId: 'words', answer: [{ valueString: 'Itki yöllä.\n\n  Särkylääke auttoi ☺' }] },
      {
        linkId: 'since',
        answer: [
          { valueDate: '2026-02-28', extension: [value('answer-display', { valueString: 'lauantaina' })] },
        ],
      },
    ],
  },
];

/** Every question and answer above, as the note must have them. */
const told = `Korvan oireet
Kumpi korva on kipeä?
- Oikea korva
Vuotaako korva?
- Vähän, "kirkasta"
Paljonko lapsella on kuumetta?
- 38.5 °C
Kerro omin sanoin
- Itki yöllä.

  Särkylääke auttoi ☺
Milloin kipu alkoi?
- lauantaina
Onko lapsi uinut?
- Ei vastattu`;

const common = (hetu: string, contained: readonly object[]) => ({
  resourceType: 'QuestionnaireResponse',
  language: 'fi',
  contained: [
    { resourceType: 'Patient', id: 'child', identifier: [{ system: 'urn:oid:1.2.246.21', value: hetu }] },
    ...contained,
  ],
  extension: [
    value('recipient', {
      extension: [
        { url: 'organisation', valueReference: party('1.2.246.10.99999999.10.0', 'Mallilan hyvinvointi') },
        { url: 'unit', valueReference: party('1.2.246.10.99999999.10.17', 'Mallilan terveysasema') },
      ],
    }),
    value('urgency-class', { valueCode: 'P2' }),
    value('recommendation', { valueString: 'Ota yhteyttä terveysasemaan.\nVielä tänään.' }),
    value('summary', { valueString: 'Korvakipua kaksi päivää.' }),
  ],
  status: 'completed',
  subject: { reference: '#child' },
  source: { reference: '#guardian' },
  authored: '2026-03-02T14:02:44+02:00',
  item,
});
const consent = { resourceType: 'Consent', id: 'consent', status: 'active' };
const moment = '2026-03-02T14:04:30+02:00';

const forms: Readonly<Record<string, (hetu: string) => object>> = {
  '3.0': (hetu) => ({
    ...common(hetu, [
      { ...guardian, relationship },
      { ...consent, dateTime: moment },
      asked('choice', { option: choices }),
    ]),
    identifier: { system: 'https://sender.example', value: 'ear-stu3' },
    questionnaire: { reference: '#form' },
    parent: [{ reference: 'Observation/1' }],
    context: { reference: 'Encounter/1' },
  }),
  '4.0': (hetu) => ({
    ...common(hetu, [
      { ...guardian, relationship: [relationship] },
      { ...consent, dateTime: moment },
      asked('choice', { answerOption: choices }),
    ]),
    identifier: { system: 'https://sender.example', value: 'ear-r4' },
    questionnaire: 'https://sender.example/Questionnaire/ear|7',
    partOf: [{ reference: 'Observation/1' }],
    encounter: { reference: 'Encounter/1' },
  }),
  '5.0': (hetu) => ({
    ...common(hetu, [
      { ...guardian, relationship: [relationship] },
      { ...consent, date: moment },
      asked('coding', { answerConstraint: 'optionsOnly', answerOption: choices }),
    ]),
    identifier: [{ system: 'https://sender.example', value: 'ear-r5' }],
    questionnaire: 'https://sender.example/Questionnaire/ear|7',
    partOf: [{ reference: 'Observation/1' }],
  }),
};

async function openApp() {
  const dataDir = temporaryFolder();
  const config = readConfig({ DATA_DIR: dataDir });
  createKeyFile(config.dataKeyFile);
  const standIn = { port: 0, file: join(dataDir, 'twin.sqlite'), mappingsDir: config.mappingsDir };
  const { twin, connection } = await startStandIn(standIn);
  const app = await buildApp({ config, record: connection, logger: pino({ level: 'silent' }) });
  onTestFinished(async () => {
    await app.close();
    await twin.close();
  });
  const post = async (payload: object, version: string) => {
    const url = '/fhir/QuestionnaireResponse';
    const headers = { 'content-type': `application/fhir+json; fhirVersion=${version}` };
    const response = await app.http.inject({
      method: 'POST',
      url,
      headers,
      payload: JSON.stringify(payload),
    });
    expectContract('POST', url, response);
    return response;
  };
  return { app, twin, post };
}

describe('a QuestionnaireResponse sent to the whole bridge', () => {
  it.each(Object.keys(forms))('in FHIR %s is in the patient record, word for word', async (version) => {
    const { app, twin, post } = await openApp();
    const { hetu = '' } = twin.people.find(({ situation }) => situation === 'encounter') ?? {};
    const sent = forms[version]?.(hetu) ?? {};
    const response = await post(sent, version);
    expect([response.statusCode, response.body]).toEqual([202, expect.stringContaining('accepted as')]);
    const address = String(response.headers.location);
    let state = '';
    for (let look = 0; look < 400 && state !== 'delivered'; look += 1) {
      await pause(25);
      state = (await app.http.inject({ method: 'GET', url: address })).json().state;
    }
    expect(state).toBe('delivered');
    const [note, ...others] = notesOf(twin.store);
    expect(others).toEqual([]);
    expect(note?.text).toContain(`\n${told}\n`);
    expect(note?.text).toMatch(/^P2 /);
    for (const words of [
      'Korvakipu',
      'Helvi Holhooja',
      'Suomi.fi, ALLOWED, 2026-03-02T13:50:00+02:00',
      'Mallilan terveysasema (1.2.246.10.99999999.10.17)',
      'Ota yhteyttä terveysasemaan.\nVielä tänään.',
      'Korvakipua kaksi päivää.',
      moment,
      'ear 7',
    ]) {
      expect(note?.text).toContain(words);
    }
  });

  it('is refused in the form of another release, at the element that release does not have', async () => {
    const { post } = await openApp();
    for (const [version, form] of [
      ['4.0', '3.0'],
      ['3.0', '4.0'],
      ['5.0', '3.0'],
    ] as const) {
      const response = await post(forms[form]?.('020516C903K') ?? {}, version);
      expect([response.statusCode, response.json().issue[0].expression]).toEqual([
        422,
        [expect.stringMatching(/^QuestionnaireResponse/)],
      ]);
    }
  });
});
