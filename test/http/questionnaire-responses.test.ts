import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readQuestionnaireResponse } from '../intake/fhir/reading.ts';
import { contract, type Doors, openDoors } from './doors.ts';

const { examples } = parse(contract.text).paths['/fhir/QuestionnaireResponse'].post.requestBody.content[
  'application/fhir+json'
];
const response: { contained: { identifier: object[] }[] } & Record<string, unknown> = examples.response.value;
const bundle: { entry: object[] } & Record<string, unknown> = examples.bundle.value;

function post(doors: Doors, body: unknown, type = 'application/fhir+json') {
  return doors.call({
    method: 'POST',
    url: '/fhir/QuestionnaireResponse',
    headers: { 'content-type': type },
    payload: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

interface Issue {
  readonly diagnostics: string;
  readonly expression?: readonly string[];
  readonly details: { readonly coding: readonly { readonly code: string }[] };
}

function issuesOf(answer: {
  json(): { issue: readonly Issue[] };
}): readonly [string | undefined, string | undefined][] {
  return answer.json().issue.map(({ details, expression }) => [details.coding[0]?.code, expression?.[0]]);
}

describe('sending a QuestionnaireResponse', () => {
  it.each(Object.keys(examples))('is answered 202 for the example "%s" of openapi.yaml', async (name) => {
    const doors = await openDoors();
    const answer = await post(doors, examples[name].value);
    expect([answer.statusCode, answer.body]).toEqual([202, expect.stringContaining('accepted as')]);
    const message = await doors.call({ url: String(answer.headers.location) });
    expect(message.json()).toMatchObject({
      state: 'received',
      edition: 1,
      kind: name === 'bundle' ? 'cough' : 'uti',
    });
  });

  it('keeps the body byte for byte, with the release of FHIR that it is written in', async () => {
    const doors = await openDoors();
    const body = JSON.stringify(response, null, 3);
    expect((await post(doors, body, 'application/fhir+json; fhirVersion=5.0')).statusCode).toBe(202);
    const [claim] = await doors.log.claim({ now: Date.now(), lease: 1000, limit: 1 });
    expect(Buffer.from(claim?.payload ?? []).toString()).toBe(body);
    expect(claim?.format).toBe('questionnaire-response-r5');
    expect(doors.woken).toMatchObject([{ id: claim?.id, urgency: 3 }]);
  });

  it('is answered 200 with the same id when the same comes again, and 409 when other content does', async () => {
    const doors = await openDoors();
    const first = await post(doors, response);
    const again = await post(doors, JSON.stringify(response, null, 2), 'application/json');
    expect([again.statusCode, again.headers.location]).toEqual([200, first.headers.location]);
    const conflict = await post(doors, { ...response, authored: '2026-03-03T14:02:44+02:00' });
    expect([conflict.statusCode, issuesOf(conflict)]).toEqual([
      409,
      [
        [
          'edition-conflict',
          "QuestionnaireResponse.extension('https://omaolo-apotti-bridge.invalid/fhir/StructureDefinition/edition')",
        ],
      ],
    ]);
  });

  it('takes an amended response as the edition that it says to be', async () => {
    const doors = await openDoors();
    await post(doors, response);
    const amended = {
      ...response,
      status: 'amended',
      identifier: {
        system: 'https://omaolo-apotti-bridge.invalid/fhir/identifier/omaolo-assessment-edition',
        value: 'oa-2026-000600/2',
      },
    };
    const answer = await post(doors, amended);
    expect([answer.statusCode, answer.body]).toEqual([202, expect.stringContaining('state waiting')]);
    const unnumbered = await post(doors, { ...response, status: 'amended' });
    expect([unnumbered.statusCode, issuesOf(unnumbered)[0]?.[0]]).toEqual([422, 'resource-invalid']);
  });

  it.each([
    ['application/fhir+json', 202],
    ['application/fhir+json;fhirVersion=4.0;charset=utf-8', 202],
    ['application/fhir+json; fhirVersion="5.0"', 202],
    ['application/json; FHIRVERSION=4.0', 202],
    ['application/fhir+json; fhirVersion=4.3', 415],
    ['application/fhir+json; fhirVersion=', 415],
    ['application/fhir+json; fhirVersion=4.0; fhirVersion=5.0', 415],
    ['application/fhir+xml', 415],
  ])('is answered for the media type %s with %d', async (type, status) => {
    const answer = await post(await openDoors(), response, type);
    expect(answer.statusCode).toBe(status);
    if (status === 415) expect(issuesOf(answer)[0]?.[0]).toBe('media-type-unsupported');
  });

  it('tells the sender what was kept but not read', async () => {
    const carePlan = { resource: { resourceType: 'CarePlan' } };
    const answer = await post(await openDoors(), { ...bundle, entry: [...bundle.entry, carePlan] });
    expect(answer.json().issue).toEqual([
      expect.objectContaining({ code: 'informational' }),
      {
        severity: 'information',
        code: 'not-supported',
        diagnostics: 'kept with the message, but not read into the assessment',
        expression: ['Bundle.entry[3].resource'],
      },
    ]);
  });

  it('keeps trial fills out of the way', async () => {
    const doors = await openDoors();
    const label = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'HTEST' };
    const answer = await post(doors, { ...response, meta: { security: [label] } });
    expect(answer.body).toContain('state trial');
  });

  it('refuses an identity code at the element that has it', async () => {
    const wrong = structuredClone(response);
    wrong.contained[0]?.identifier.splice(0, 1, { system: 'urn:oid:1.2.246.21', value: '140688-902X' });
    const answer = await post(await openDoors(), wrong);
    expect([answer.statusCode, issuesOf(answer)]).toEqual([
      422,
      [['hetu-invalid', 'QuestionnaireResponse.contained[0].identifier[0].value']],
    ]);
    expect(answer.body).not.toContain('140688');
  });

  it('tells each place of a Bundle that breaks the contract', async () => {
    const wrong = structuredClone(bundle);
    wrong.entry[2] = {};
    const answer = await post(await openDoors(), wrong);
    expect([answer.statusCode, issuesOf(answer)]).toEqual([
      422,
      [
        [
          'assessment-invalid',
          "Bundle.entry[0].resource.extension('https://omaolo-apotti-bridge.invalid/fhir/StructureDefinition/recipient')",
        ],
      ],
    ]);
  });

  it('refuses what the mapping of the kind cannot do without, as the door of assessments does', async () => {
    const doors = await openDoors();
    const kind = {
      questionnaire: 'https://omaolo-apotti-bridge.invalid/fhir/Questionnaire/omaolo-needs-queue|1',
    };
    const answer = await post(doors, { ...response, ...kind });
    expect([answer.statusCode, issuesOf(answer)]).toEqual([
      422,
      [['assessment-incomplete', 'QuestionnaireResponse.extension[1]']],
    ]);
    const { assessment } = readQuestionnaireResponse({ ...response, ...kind });
    const plain = await doors.call({
      method: 'POST',
      url: '/v1/assessments',
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify(assessment),
    });
    expect([plain.statusCode, issuesOf(plain)]).toEqual([
      422,
      [['assessment-incomplete', '/recipient/queue']],
    ]);
  });
});
