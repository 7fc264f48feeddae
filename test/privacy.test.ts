import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { startChildBridge } from '../src/cli/child-bridge.ts';
import { faults } from '../src/sandbox/faults.ts';
import { notesOf } from '../src/sandbox/notes.ts';
import { createTwin } from '../src/sandbox/twin.ts';
import { temporaryFolder } from './temporary.ts';

/** Words that must be found in sealed storage and the record only, whatever happens to the assessment. */
const canaries = {
  hetu: '',
  unknownHetu: '131052-9085',
  family: 'Kanariainen',
  given: 'Keltasulka',
  phone: '+358509999111',
  street: 'Häkkipolku 7',
  text: 'Visertelin koko yön enkä saanut unta',
};

const sample: { client: object; sections: object[] } & Record<string, unknown> = JSON.parse(
  readFileSync('mappings/symptom-assessment/samples/uti-fi.json', 'utf8'),
);

function canaryAssessment(id: string, hetu: string): Record<string, unknown> {
  const { family, given, phone, street, text } = canaries;
  return {
    ...sample,
    id,
    edition: 1,
    client: {
      hetu,
      names: { family, given: [given] },
      contact: { phone, address: { lines: [street] } },
    },
    sections: [
      {
        id: 's',
        title: 'Oireet',
        questions: [{ id: 'q', text: 'Mitä tapahtui?', type: 'text', answers: [{ value: text }] }],
      },
    ],
    summary: text,
    unknownMember: text,
  };
}

const BASE = 'https://omaolo-apotti-bridge.invalid/fhir/StructureDefinition';

/** The same as a FHIR QuestionnaireResponse. */
function canaryResponse(id: string, hetu: string): Record<string, unknown> {
  const { family, given, phone, street, text } = canaries;
  const party = { identifier: { system: 'urn:ietf:rfc:3986', value: 'urn:oid:1.2.246.10.1' } };
  return {
    resourceType: 'QuestionnaireResponse',
    language: 'fi',
    contained: [
      {
        resourceType: 'Patient',
        id: 'p',
        identifier: [{ system: 'urn:oid:1.2.246.21', value: hetu }],
        name: [{ family, given: [given] }],
        telecom: [{ system: 'phone', value: phone }],
        address: [{ line: [street] }],
      },
    ],
    extension: [
      { url: `${BASE}/consent`, extension: [{ url: 'given', valueBoolean: true }] },
      { url: `${BASE}/recipient`, extension: [{ url: 'organisation', valueReference: party }] },
      { url: `${BASE}/summary`, valueString: text },
    ],
    identifier: { value: id },
    questionnaire: 'https://sender.example/Questionnaire/canary|1',
    status: 'completed',
    subject: { reference: '#p' },
    authored: '2026-03-02T14:02:44+02:00',
    item: [{ linkId: text, text, answer: [{ valueString: text, item: [{ linkId: phone, text: family }] }] }],
  };
}

/** Everything that can be wrong with a resource, with the words where they could slip into an answer. */
function canaryMistakes(hetu: string): Record<string, unknown>[] {
  const { family, phone, text } = canaries;
  const response = canaryResponse('canary-fhir-3', hetu);
  return [
    { ...response, [text]: text },
    { ...response, status: text },
    { ...response, language: text },
    { ...response, identifier: { value: phone } },
    { ...response, authored: text },
    { ...response, subject: { reference: text } },
    { ...response, subject: { reference: '#p', [text]: [{ modifierExtension: [{ url: text }] }] } },
    { ...response, source: { display: family, reference: `Patient/${hetu}` } },
    { ...response, item: [{ linkId: text, [family]: text }] },
    { ...response, item: [{ linkId: text, answer: [{ [`value${family}`]: text }] }] },
    { ...response, item: [{ linkId: text, answer: [{ valueDate: text }] }] },
    { ...response, item: text },
    { ...response, questionnaire: { reference: text } },
    { ...canaryResponse('canary-fhir-3', `${hetu}X`) },
    { resourceType: text },
    { resourceType: 'Bundle', type: 'collection', entry: [{ resource: { [text]: hetu } }] },
  ];
}

it('personal data stands in sealed storage and in the record, and nowhere else', async () => {
  const folder = temporaryFolder();
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const twin = await createTwin({
    clientId: 'bridge',
    publicKeys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES384', use: 'sig' }],
    postSearch: true,
  });
  onTestFinished(() => twin.close());
  const known = twin.people.filter(({ situation }) => situation === 'encounter').map(({ hetu }) => hetu);
  const keyFile = join(folder, 'client.pem');
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const logged: string[] = [];
  const bridge = await startChildBridge(
    {
      PORT: '0',
      DATA_DIR: join(folder, 'data'),
      LOG_LEVEL: 'trace',
      RECORD_URL: twin.fhirUrl,
      RECORD_TOKEN_URL: twin.tokenUrl,
      RECORD_CLIENT_ID: 'bridge',
      RECORD_KEY_FILE: keyFile,
      RECORD_KEY_ID: 'k',
      HETU_POLICY: 'artificial',
    },
    (line) => logged.push(line),
  );
  onTestFinished(() => bridge.kill());

  const answers: string[] = [];
  const post = async (body: unknown, headers: Record<string, string> = {}, door = '/v1/assessments') => {
    const response = await fetch(`${bridge.url}${door}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    answers.push(text, JSON.stringify([...response.headers]));
    return { status: response.status, id: (JSON.parse(text) as { id?: string }).id };
  };
  const { text, phone, family } = canaries;

  // Accepted, to a known and to an unknown patient.
  const hetu = known[0] ?? '';
  const delivered = await post(canaryAssessment('canary-1', hetu));
  expect(delivered.status).toBe(202);
  expect((await post(canaryAssessment('canary-2', canaries.unknownHetu))).status).toBe(202);
  // Refused in every way.
  expect((await post(`{"a":"${text}"`)).status).toBe(400);
  expect(
    (await post({ ...canaryAssessment('canary-3', hetu), edition: text, language: family })).status,
  ).toBe(422);
  expect((await post({ ...canaryAssessment('canary-3', `${hetu}X`) })).status).toBe(422);
  expect((await post({ ...canaryAssessment(phone, hetu) })).status).toBe(422);
  expect((await post({ ...canaryAssessment('canary-1', hetu), summary: `${text}!` })).status).toBe(409);
  expect((await post(canaryAssessment('canary-4', hetu), { 'content-type': 'text/plain' })).status).toBe(415);
  // The same through the door for FHIR.
  const fhir = (body: unknown, type = 'application/fhir+json') =>
    post(body, { 'content-type': type }, '/fhir/QuestionnaireResponse');
  expect((await fhir(canaryResponse('canary-fhir-1', hetu))).status).toBe(202);
  expect((await fhir(canaryResponse('canary-fhir-2', canaries.unknownHetu))).status).toBe(202);
  expect((await fhir({ ...canaryResponse('canary-fhir-1', hetu), item: [] })).status).toBe(409);
  expect((await fhir(`{"a":"${text}"`)).status).toBe(400);
  expect(
    (await fhir(canaryResponse('canary-fhir-3', hetu), `application/fhir+json; fhirVersion=${phone}`)).status,
  ).toBe(415);
  for (const mistake of canaryMistakes(hetu)) expect((await fhir(mistake)).status).toBe(422);
  answers.push(await (await fetch(`${bridge.url}/v1/assessments/${encodeURIComponent(text)}`)).text());
  answers.push(
    await (await fetch(`${bridge.url}/v1/operations/messages?kind=${encodeURIComponent(text)}`)).text(),
  );
  // Failing in every way on the way into the record.
  for (const [i, { name: fault }] of faults.entries()) {
    const added = await fetch(`${twin.url}/twin/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ fault, method: i % 2 === 0 ? 'POST' : 'GET', times: 1, seconds: 1, ms: 200 }),
    });
    expect([fault, added.status]).toEqual([fault, 201]);
    await post(canaryAssessment(`canary-fault-${i}`, known[1 + (i % (known.length - 1))] ?? hetu));
    await pause(150);
  }
  for (let look = 0; look < 100; look += 1) {
    const message = await (await fetch(`${bridge.url}/v1/assessments/${delivered.id}`)).json();
    if ((message as { state: string }).state === 'delivered') break;
    await pause(100);
  }

  for (const address of [
    '/metrics',
    '/v1/operations/ledger',
    '/v1/operations/queue',
    '/v1/operations/acts',
    '/v1/operations/messages',
    '/v1/assessments',
    '/health/ready',
    '/v1/mappings',
  ]) {
    answers.push(await (await fetch(`${bridge.url}${address}`)).text());
  }
  const { messages } = (await (await fetch(`${bridge.url}/v1/operations/messages?limit=200`)).json()) as {
    messages: { id: string }[];
  };
  const careless = { by: 'Aino', why: `about ${hetu}` };
  for (const { id } of messages) {
    expect((await post(careless, {}, `/v1/operations/messages/${id}/retry`)).status).toBe(422);
    for (const door of ['assessments', 'operations/messages']) {
      answers.push(await (await fetch(`${bridge.url}/v1/${door}/${id}`)).text());
    }
  }
  const journal = twin.journal.list();
  expect(journal.filter(({ identityInAddress }) => identityInAddress)).toEqual([]);
  await bridge.stop();

  // The test would prove nothing if the words had not travelled.
  expect(notesOf(twin.store).some((note) => note.text.includes(text))).toBe(true);
  expect(logged.length).toBeGreaterThan(20);

  const data = join(folder, 'data');
  const places: Record<string, string> = {
    'log lines': logged.join('\n'),
    answers: answers.join('\n'),
    'addresses of outbound calls': JSON.stringify(journal),
    ...Object.fromEntries(
      readdirSync(data).map((file) => [file, readFileSync(join(data, file)).toString('latin1')]),
    ),
  };
  const words = [...Object.values(canaries).filter((word) => word !== ''), ...known];
  for (const [place, content] of Object.entries(places)) {
    for (const word of words) {
      const spellings = [
        word,
        encodeURIComponent(word),
        Buffer.from(word).toString('latin1'),
        Buffer.from(word).toString('base64').slice(0, -3),
      ];
      for (const spelling of spellings) expect(content.includes(spelling), `${word} in ${place}`).toBe(false);
    }
  }
}, 120_000);
