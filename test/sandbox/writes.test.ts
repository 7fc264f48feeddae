import { describe, expect, test } from 'vitest';
import type { Twin } from '../../src/sandbox/twin.ts';
import { call, epicCodes, matches, newPatient, reading, startTwin } from './helper.ts';

describe('vital signs', () => {
  test('are filed in an open encounter and found again', async () => {
    const twin = await startTwin();
    const { patient, encounter } = await newPatient(twin);
    const answer = await call(twin, '/Observation', { body: reading(patient, encounter) });
    expect(answer.status).toBe(201);
    const query = `patient=${patient}&code=8480-6&category=vital-signs&date=2026-11-02`;
    expect(matches(await call(twin, `/Observation?${query}`))).toHaveLength(1);
  });

  test('a second reading of the same time is refused as existing', async () => {
    const twin = await startTwin();
    const { patient, encounter } = await newPatient(twin);
    await call(twin, '/Observation', { body: reading(patient, encounter) });
    const again = await call(twin, '/Observation', { body: reading(patient, encounter) });
    expect(again.status).toBe(400);
    expect(epicCodes(again)).toEqual(['59189']);
    const later = { ...reading(patient, encounter), effectiveDateTime: '2026-11-02T09:00:00+02:00' };
    expect((await call(twin, '/Observation', { body: later })).status).toBe(201);
  });

  test('can be corrected', async () => {
    const twin = await startTwin();
    const { patient, encounter } = await newPatient(twin);
    const made = await call(twin, '/Observation', { body: reading(patient, encounter) });
    const location = made.headers.get('location') ?? '';
    const body = { ...reading(patient, encounter), id: location.split('/')[1] };
    expect((await call(twin, `/${location}`, { method: 'PUT', body })).status).toBe(200);
  });

  test('a finished encounter takes none', async () => {
    const twin = await startTwin();
    const { patient, encounter } = await newPatient(twin, { situation: 'finished' });
    const answer = await call(twin, '/Observation', { body: reading(patient, encounter) });
    expect(epicCodes(answer)).toEqual(['59102']);
  });

  test.each<[string, object]>([
    ['preliminary', { status: 'preliminary' }],
    ['of another category', { category: [{ coding: [{ code: 'laboratory' }] }] }],
    ['with a note of 255 characters', { note: [{ text: 'x'.repeat(255) }] }],
    ['without a value', { valueQuantity: undefined }],
    ['without a time', { effectiveDateTime: undefined }],
    ['without an encounter', { encounter: undefined }],
  ])('%s are refused', async (_what, change) => {
    const twin = await startTwin();
    const { patient, encounter } = await newPatient(twin);
    const body = { ...reading(patient, encounter), ...change };
    expect((await call(twin, '/Observation', { body })).status).toBe(400);
  });
});

describe('problems', () => {
  const problem = (patient: string, code: string, more = {}) => ({
    resourceType: 'Condition',
    verificationStatus: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code }],
    },
    code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10', code: 'R05' }] },
    subject: { reference: `Patient/${patient}` },
    ...more,
  });

  test('are taken when provisional, refused with 59012 otherwise', async () => {
    const twin = await startTwin();
    const { patient } = await newPatient(twin);
    expect((await call(twin, '/Condition', { body: problem(patient, 'provisional') })).status).toBe(201);
    const refused = await call(twin, '/Condition', { body: problem(patient, 'confirmed') });
    expect(refused.status).toBe(422);
    expect(epicCodes(refused)).toEqual(['59012']);
    const long = problem(patient, 'provisional', { note: [{ text: 'x'.repeat(451) }] });
    expect((await call(twin, '/Condition', { body: long })).status).toBe(400);
  });
});

describe('communications', () => {
  test('need an encounter', async () => {
    const twin = await startTwin();
    const { patient, encounter } = await newPatient(twin);
    const body = {
      resourceType: 'Communication',
      status: 'completed',
      subject: { reference: `Patient/${patient}` },
      payload: [{ contentString: 'hello' }],
    };
    expect(epicCodes(await call(twin, '/Communication', { body }))).toEqual(['59108']);
    const whole = { ...body, encounter: { reference: `Encounter/${encounter}` } };
    expect((await call(twin, '/Communication', { body: whole })).status).toBe(201);
  });
});

describe('creating a patient', () => {
  const somebody = (hetu?: string) => ({
    resourceType: 'Patient',
    identifier: hetu === undefined ? [] : [{ system: 'urn:oid:1.2.246.21', value: hetu }],
    name: [{ family: 'Testinen', given: ['Testi'] }],
    birthDate: '1952-10-13',
  });

  test('makes somebody new, or gives whoever is known', async () => {
    const twin = await startTwin();
    const made = await call(twin, '/Patient', { body: somebody('131052-9085') });
    expect(made.status).toBe(201);
    const again = await call(twin, '/Patient', { body: somebody('131052-9085') });
    expect(again.status).toBe(200);
    expect(again.headers.get('location')).toBe(made.headers.get('location'));
  });

  test('needs a valid personal identity code', async () => {
    const twin = await startTwin();
    expect(epicCodes(await call(twin, '/Patient', { body: somebody() }))).toEqual(['59108']);
    expect(epicCodes(await call(twin, '/Patient', { body: somebody('131052-9086') }))).toEqual(['59102']);
  });

  test('is refused where the code is ambiguous or the record restricted', async () => {
    const twin = await startTwin();
    await newPatient(twin, { situation: 'ambiguous' });
    await newPatient(twin, { situation: 'restricted', hetu: '010101-923F' });
    const ambiguous = await call(twin, '/Patient', { body: somebody('131052-9085') });
    expect(epicCodes(ambiguous)).toEqual(['59141']);
    const restricted = await call(twin, '/Patient', { body: somebody('010101-923F') });
    expect(epicCodes(restricted)).toEqual(['4131']);
  });
});

describe('answers to a questionnaire', () => {
  type Assignment = { questionnaire: string; identifier: { system: string; value: string } };

  async function assigned(): Promise<Assignment & { twin: Twin; patient: string }> {
    const twin = await startTwin();
    const { patient } = await newPatient(twin);
    const questionnaire = {
      status: 'active',
      item: [
        { linkId: '1', item: [{ linkId: '1.1' }] },
        { linkId: '2', type: 'integer' },
        { linkId: '3', type: 'choice' },
      ],
    };
    const answer = await call(twin, '/twin/questionnaires/assign', { body: { patient, questionnaire } });
    return { ...JSON.parse(answer.text), twin, patient };
  }

  const response = ({ questionnaire, identifier }: Assignment, answer: object, linkId = '1.1') => ({
    resourceType: 'QuestionnaireResponse',
    status: 'completed',
    questionnaire,
    subject: { identifier },
    item: [{ linkId: '1', item: [{ linkId, answer: [answer] }] }],
  });

  test('are taken once, and complete the care plan that asked for them', async () => {
    const assignment = await assigned();
    const { twin, patient } = assignment;
    const due = () => call(twin, `/CarePlan?patient=${patient}&status=active`);
    expect(matches(await due())).toHaveLength(1);
    const body = response(assignment, { valueDecimal: 3 });
    expect((await call(twin, '/QuestionnaireResponse', { body })).status).toBe(201);
    expect(matches(await due())).toHaveLength(0);
    expect(matches(await call(twin, `/QuestionnaireResponse?patient=${patient}`))).toHaveLength(1);
    expect(epicCodes(await call(twin, '/QuestionnaireResponse', { body }))).toEqual(['59144']);
  });

  test('the questionnaire itself can be read and searched by id', async () => {
    const { twin, questionnaire } = await assigned();
    expect((await call(twin, `/${questionnaire}`)).status).toBe(200);
    const id = questionnaire.split('/')[1];
    expect(matches(await call(twin, `/Questionnaire?_id=${id}`))).toHaveLength(1);
  });

  test('of kinds that are not taken, or to questions not asked, are refused with 59159', async () => {
    const assignment = await assigned();
    for (const body of [
      response(assignment, { valueInteger: 3 }),
      response(assignment, { valueCoding: { code: 'yes' } }),
      response(assignment, {}),
      response(assignment, { valueString: 'a' }, 'omaolo-1'),
    ]) {
      const answer = await call(assignment.twin, '/QuestionnaireResponse', { body });
      expect(answer.status).toBe(422);
      expect(epicCodes(answer)).toEqual(['59159']);
    }
  });

  test('are of the type that the question has: whole numbers as decimals, choices as texts', async () => {
    const assignment = await assigned();
    for (const body of [
      response(assignment, { valueString: '3' }, '2'),
      response(assignment, { valueBoolean: true }, '3'),
    ]) {
      expect(epicCodes(await call(assignment.twin, '/QuestionnaireResponse', { body }))).toEqual(['59159']);
    }
    const body = response(assignment, { valueDecimal: 3 }, '2');
    expect((await call(assignment.twin, '/QuestionnaireResponse', { body })).status).toBe(201);
  });

  test('to a questionnaire that nobody assigned are refused', async () => {
    const assignment = await assigned();
    const foreign = { ...assignment, questionnaire: 'https://omaolo.example/Questionnaire/uti|1' };
    const other = { ...assignment, identifier: { system: 'x', value: 'y' } };
    for (const each of [foreign, other]) {
      const body = response(each, { valueString: 'a' });
      expect(epicCodes(await call(assignment.twin, '/QuestionnaireResponse', { body }))).toEqual(['59144']);
    }
  });
});

test('a task changes its status only', async () => {
  const twin = await startTwin();
  const { patient } = await newPatient(twin);
  const task = {
    resourceType: 'Task',
    id: 't1',
    status: 'requested',
    for: { reference: `Patient/${patient}` },
  };
  twin.store.put(task);
  const body = { resourceType: 'Task', id: 't1', status: 'completed', for: { reference: 'Patient/other' } };
  expect((await call(twin, '/Task/t1', { method: 'PUT', body })).status).toBe(200);
  expect(twin.store.get('Task', 't1')?.resource).toEqual({ ...task, status: 'completed' });
});
