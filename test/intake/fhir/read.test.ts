import { describe, expect, it } from 'vitest';
import type { Assessment } from '../../../src/assessment/assessment.ts';
import { readResponse } from '../../../src/intake/fhir/read.ts';
import { releases } from '../../../src/intake/fhir/release.ts';
import { BASE, readQuestionnaireResponse, settings } from './reading.ts';
import { bundleOf, consent, extension, party, recipient, responseOf } from './response.ts';

const read = (resource: object): Assessment => readQuestionnaireResponse(resource).assessment;
const hetu = { system: 'urn:oid:1.2.246.21', value: '020516C903K' };
const label = {
  system: 'https://hl7.fi/fhir/finnish-base-profiles/CodeSystem/fi-base-security-label-cs',
  code: 'TURVAKIELTO',
};

/** Where reading a resource stops. */
function refusalOf(resource: object): string | undefined {
  try {
    read(resource);
  } catch (error) {
    return (error as { details: { at?: string }[] }).details[0]?.at;
  }
  return undefined;
}

describe('the client', () => {
  const patient = (given: object) => ({ resourceType: 'Patient', id: 'p', ...given });
  const clientOf = (given: object) =>
    read(bundleOf(responseOf({ subject: { reference: 'Patient/p' } }), patient(given))).client;

  it('has identifier, names, contact data, municipality and birthday of its Patient', () => {
    expect(
      clientOf({
        identifier: [hetu, { system: 'https://other.example', value: '1' }],
        name: [
          { use: 'nickname', text: 'Masa' },
          { use: 'official', family: 'Mallikas', given: ['Matti', null, 'Mikael'] },
        ],
        telecom: [
          { system: 'fax', value: '1' },
          { system: 'phone', value: '2' },
          { system: 'phone', value: '3' },
          { system: 'email', value: 'a@b.example' },
        ],
        address: [{ line: ['Katu 1'], postalCode: '00999', city: 'Helsinki', country: 'FI' }],
        birthDate: '2016-05-02',
        extension: [
          {
            url: 'https://hl7.fi/fhir/finnish-base-profiles/StructureDefinition/municipality-code',
            valueCoding: { system: 'urn:oid:1.2.246.537.6.21', code: '091', display: 'Helsinki' },
          },
          {
            url: 'https://hl7.fi/fhir/finnish-base-profiles/StructureDefinition/RestrictionParent',
            valueCoding: { code: '3' },
          },
        ],
      }),
    ).toEqual({
      hetu: hetu.value,
      names: { family: 'Mallikas', given: ['Matti', 'Mikael'] },
      contact: {
        phone: '2',
        email: 'a@b.example',
        address: { lines: ['Katu 1'], postalCode: '00999', city: 'Helsinki', country: 'FI' },
      },
      birthDate: '2016-05-02',
      municipality: { code: '091', label: 'Helsinki' },
      disclosureToGuardian: '3',
    });
  });

  it('loses no line of an address that is written otherwise', () => {
    const addressOf = (address: object) => clientOf({ address: [address] }).contact?.address;
    expect(addressOf({ text: 'Katu 1\n00999 Helsinki' })).toEqual({ lines: ['Katu 1', '00999 Helsinki'] });
    expect(addressOf({ line: ['Gata 1'], city: 'Uppsala', country: 'Sverige' })).toEqual({
      lines: ['Gata 1', 'Sverige'],
      city: 'Uppsala',
    });
  });

  it('is known by what is in use: an old identity code, name, number or address is left out', () => {
    const old = { use: 'old' };
    expect(
      clientOf({
        identifier: [
          { ...old, system: hetu.system, value: '010101-900N' },
          hetu,
          { ...hetu, value: '020516c903k' },
        ],
        name: [{ ...old, family: 'Entinen' }, { family: 'Nykyinen' }],
        telecom: [{ ...old, system: 'phone', value: '1' }],
        address: [{ ...old, city: 'Turku' }],
      }),
    ).toEqual({ hetu: hetu.value, names: { family: 'Nykyinen' } });
  });

  it('cannot have two identity codes', () => {
    const other = { ...hetu, value: '140688-902N' };
    const two = bundleOf(
      responseOf({ subject: { reference: 'Patient/p', identifier: other } }),
      patient({ identifier: [hetu] }),
    );
    expect(refusalOf(two)).toBe('Bundle.entry[0].resource.subject.identifier.value');
  });

  it('may have a temporary identifier of an organisation', () => {
    const temporary = { use: 'temp', system: 'urn:oid:1.2.246.10.1.22', value: '010101-900X' };
    expect(clientOf({ identifier: [temporary] })).toEqual({
      temporaryId: { system: '1.2.246.10.1.22', value: '010101-900X' },
    });
  });

  it('is under non-disclosure when any resource of the request is labelled so', () => {
    const meta = { security: [label] };
    expect(clientOf({ meta }).nonDisclosure).toBe(true);
    expect(read(responseOf({ meta })).client.nonDisclosure).toBe(true);
    expect(read({ ...bundleOf(responseOf()), meta }).client.nonDisclosure).toBe(true);
    const other = { resourceType: 'Organization', id: 'o', meta };
    expect(read(bundleOf(responseOf(), other)).client.nonDisclosure).toBe(true);
    expect(clientOf({}).nonDisclosure).toBeUndefined();
  });

  it('must be told, and be in the request or identified', () => {
    const { subject: _, ...without } = responseOf();
    expect(refusalOf(without)).toBe('QuestionnaireResponse.subject');
    const place = 'QuestionnaireResponse.subject';
    expect(refusalOf(responseOf({ subject: { reference: 'Patient/elsewhere' } }))).toBe(place);
    const group = { resourceType: 'Group', id: 'g' };
    expect(refusalOf(responseOf({ contained: [group], subject: { reference: '#g' } }))).toBe(place);
  });

  it('is not guessed at where two resources have one id', () => {
    const two = [patient({ identifier: [hetu] }), patient({})];
    expect(refusalOf(bundleOf(responseOf({ subject: { reference: 'Patient/p' } }), ...two))).toBe(
      'Bundle.entry[2].resource',
    );
  });

  it('is found by the address of its entry, whole or with a version', () => {
    const subject = (reference: string) => responseOf({ subject: { reference } });
    const entry = { fullUrl: 'urn:uuid:7', resource: patient({ identifier: [hetu] }) };
    const bundle = (reference: string) => ({
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ resource: subject(reference) }, entry],
    });
    for (const reference of ['urn:uuid:7', 'Patient/p', 'Patient/p/_history/2']) {
      expect(read(bundle(reference)).client.hetu).toBe(hetu.value);
    }
    // Another server's patient of the same id is another person.
    expect(refusalOf(bundle('https://x.example/fhir/Patient/p'))).toBe('Bundle.entry[0].resource.subject');
  });
});

describe('who filled', () => {
  const proof = extension('authorisation', {
    extension: [
      { url: 'service', valueString: 'Suomi.fi' },
      { url: 'time', valueDateTime: '2026-03-02T13:50:00+02:00' },
      { url: 'answer', valueString: 'ALLOWED' },
      { url: 'reference', valueString: 'm-1' },
    ],
  });
  const related = (code: string, extensions = [proof]) => ({
    resourceType: 'RelatedPerson',
    id: 'r',
    extension: extensions,
    relationship: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code }] }],
    name: [{ text: 'Helvi Holhooja' }],
  });
  const by = (person: object, given: object = { source: { reference: '#r' } }) =>
    responseOf({ contained: [person], ...given });

  it('is the client where nobody else is named, by reference or by identifier', () => {
    expect(read(responseOf()).filledBy).toEqual({ role: 'self' });
    expect(read(responseOf({ source: { identifier: hetu } })).filledBy).toEqual({ role: 'self' });
    const patient = { resourceType: 'Patient', id: 'p', identifier: [hetu] };
    const reference = { reference: '#p' };
    const own = responseOf({ contained: [patient], subject: reference, author: reference });
    expect(read(own).filledBy).toEqual({ role: 'self' });
  });

  it.each([
    ['GUARD', 'guardian'],
    ['POWATT', 'proxy'],
  ])('with the relationship %s is a %s, with the proof of the right', (code, role) => {
    expect(read(by(related(code))).filledBy).toEqual({
      role,
      person: { names: { family: 'Helvi Holhooja' } },
      authorisation: {
        service: 'Suomi.fi',
        time: '2026-03-02T13:50:00+02:00',
        answer: 'ALLOWED',
        reference: 'm-1',
      },
    });
  });

  it('is the author where no source is told', () => {
    expect(read(by(related('GUARD'), { author: { reference: '#r' } })).filledBy.role).toBe('guardian');
  });

  it('cannot be a professional, somebody unknown, another patient, or a guardian without proof', () => {
    const source = 'QuestionnaireResponse.source';
    expect(refusalOf(by({ resourceType: 'Practitioner', id: 'r' }))).toBe(source);
    expect(refusalOf(by({ resourceType: 'Patient', id: 'r' }))).toBe(source);
    expect(refusalOf(by(related('GUARD'), { source: { reference: '#other' } }))).toBe(source);
    expect(() => readQuestionnaireResponse(by(related('GUARD', [])))).toThrow(
      expect.objectContaining({ code: 'assessment-invalid' }),
    );
    const { place } = readResponse(by(related('GUARD', [])), {
      release: releases['questionnaire-response'],
      settings,
      kinds: [],
    });
    expect(place('/filledBy/authorisation/service')).toBe(
      `QuestionnaireResponse.contained[0].extension('${BASE}/StructureDefinition/authorisation')`,
    );
  });
});

describe('the receiver', () => {
  const queue = {
    resourceType: 'HealthcareService',
    id: 'q',
    name: 'Oirearviot',
    identifier: [{ system: 'urn:ietf:rfc:3986', value: 'urn:oid:1.2.246.10.3' }],
  };
  const task = (given: object) => ({ resourceType: 'Task', ...given });
  const without = responseOf({ extension: [consent] });

  it('comes by the extension, as references to resources or with identifiers', () => {
    const parts = extension('recipient', {
      extension: [
        { url: 'organisation', valueReference: party('1.2.246.10.1', 'Mallila') },
        { url: 'queue', valueReference: { reference: '#q' } },
      ],
    });
    expect(read(responseOf({ contained: [queue], extension: [consent, parts] })).recipient).toEqual({
      organisation: { oid: '1.2.246.10.1', name: 'Mallila' },
      queue: { oid: '1.2.246.10.3', name: 'Oirearviot' },
    });
  });

  it('comes by the Task: its owner, and whom it is restricted to', () => {
    const restriction = (...recipients: object[]) => ({ restriction: { recipient: recipients } });
    const owner = party('1.2.246.10.1');
    const of = (...recipients: object[]) =>
      read(bundleOf(without, task({ owner, ...restriction(...recipients) }), queue)).recipient;
    const [organisation, unit] = [{ oid: '1.2.246.10.1' }, { oid: '1.2.246.10.2' }];
    expect(of()).toEqual({ organisation });
    expect(of(party('1.2.246.10.2'))).toEqual({ organisation, unit });
    expect(of(party('1.2.246.10.2'), party('1.2.246.10.3'))).toEqual({
      organisation,
      unit,
      queue: { oid: '1.2.246.10.3' },
    });
    expect(of({ reference: 'HealthcareService/q' })).toEqual({
      organisation,
      queue: { oid: '1.2.246.10.3', name: 'Oirearviot' },
    });
  });

  it('must have an OID', () => {
    expect(refusalOf(bundleOf(without, task({ owner: { display: 'Mallila' } })))).toBe(
      'Bundle.entry[1].resource.owner',
    );
  });

  it('may be set once for all', () => {
    const organisation = { oid: '1.2.246.10.9', name: 'Mallila' };
    const { value } = readResponse(without, {
      release: releases['questionnaire-response'],
      settings: { ...settings, defaults: { ...settings.defaults, organisation } },
      kinds: [],
    });
    expect(value).toMatchObject({ recipient: { organisation } });
  });
});

describe('the kind', () => {
  const kinds = [
    {
      id: 'cough',
      mapping: 'm',
      status: 'active',
      titles: {},
      questionnaire: 'https://x.example/Questionnaire/77',
    },
  ] as const;
  const kindOf = (questionnaire: string, contained: object[] = []) =>
    readQuestionnaireResponse(responseOf({ questionnaire, contained }), { kinds }).assessment.kind;

  it.each([
    ['https://x.example/Questionnaire/77|3', { id: 'cough', version: '3' }],
    [`${BASE}/Questionnaire/omaolo-uti|5.2`, { id: 'uti', version: '5.2' }],
    ['https://other.example/Questionnaire/Allergy', { id: 'Allergy', version: 'unversioned' }],
    ['urn:oid:1.2.3', { id: '1.2.3', version: 'unversioned' }],
    ['https://other.example/häiriö 1|a b', { id: 'h:e4:iri:f6::20:1', version: 'a:20:b' }],
  ])('of %s is %o', (questionnaire, kind) => {
    expect(kindOf(questionnaire)).toEqual(kind);
  });

  it('of a contained Questionnaire is that of its address, with its version and title', () => {
    const form = {
      resourceType: 'Questionnaire',
      id: 'q',
      url: 'https://x.example/Questionnaire/77',
      version: '4',
    };
    expect(kindOf('#q', [{ ...form, title: 'Yskä' }])).toEqual({ id: 'cough', version: '4', title: 'Yskä' });
  });
});

describe('what FHIR has no element for', () => {
  it('comes by extensions of the response, or by the inputs of the Task', () => {
    const input = (code: string, value: object) => ({
      type: { coding: [{ system: `${BASE}/CodeSystem/task-input`, code }] },
      ...value,
    });
    const task = {
      resourceType: 'Task',
      authoredOn: '2026-03-02T15:00:00+02:00',
      input: [
        input('urgency-class', { valueCoding: { system: `${BASE}/CodeSystem/urgency-class`, code: 'P1' } }),
        input('original-urgency-class', { valueCode: 'P4' }),
        input('urgency-changed-by', { valueString: 'Hoitaja' }),
        input('urgency-changed-at', { valueDateTime: '2026-03-02T14:30:00+02:00' }),
        input('urgency-change-reason', { valueString: 'Kuume nousi' }),
      ],
    };
    const extensions = [
      consent,
      recipient,
      extension('urgency-class', { valueCode: 'P0' }),
      extension('edition', { valuePositiveInt: 3 }),
      extension('kind-title', { valueString: 'Otsikko' }),
      extension('started', { valueDateTime: '2026-03-02T13:00:00+02:00' }),
      extension('recommendation', { valueString: 'Tee näin' }),
      extension('local-recommendation', { valueString: 'Täällä näin' }),
      extension('summary', { valueString: 'Lyhyesti' }),
      extension('trial', { valueBoolean: true }),
    ];
    expect(read(bundleOf(responseOf({ extension: extensions, status: 'amended' }), task))).toMatchObject({
      edition: 3,
      kind: { title: 'Otsikko' },
      trial: true,
      times: {
        started: '2026-03-02T13:00:00+02:00',
        completed: '2026-03-02T14:02:44+02:00',
        sent: '2026-03-02T15:00:00+02:00',
      },
      urgency: {
        class: 'P0',
        original: 'P4',
        changed: { by: 'Hoitaja', time: '2026-03-02T14:30:00+02:00', reason: 'Kuume nousi' },
      },
      result: { recommendation: 'Tee näin', local: 'Täällä näin' },
      summary: 'Lyhyesti',
    });
  });

  it('comes for consent also by a Consent that is active, and by no other', () => {
    const response = responseOf({ extension: [recipient] });
    const given = (status: string) =>
      bundleOf(response, { resourceType: 'Consent', status, dateTime: '2026-03-02T14:04:30+02:00' });
    expect(read(given('active')).consent).toEqual({ given: true, time: '2026-03-02T14:04:30+02:00' });
    for (const wrong of [given('rejected'), response]) {
      expect(() => read(wrong)).toThrow(expect.objectContaining({ code: 'assessment-invalid' }));
    }
  });
});

describe('measurements and booking rights', () => {
  const coded = (code: string, display: string) => ({
    coding: [{ system: 'http://loinc.org', code, display }],
  });
  const quantity = (value: number, unit: string, code = unit) => ({
    valueQuantity: { value, unit, system: 'http://unitsofmeasure.org', code },
  });
  const time = '2026-03-02T09:10:00+02:00';
  const observation = (given: object) => ({ resourceType: 'Observation', effectiveDateTime: time, ...given });
  const pressure = (unit: string) =>
    observation({
      code: coded('85354-9', 'Blood pressure'),
      component: [
        { code: coded('8480-6', 'Systolic'), ...quantity(128, 'mmHg', unit) },
        { code: coded('8462-4', 'Diastolic'), ...quantity(82, 'mmHg', unit) },
      ],
    });

  it('come by Observations: pressures as readings, every other quantity as a measurement', () => {
    const temperature = observation({
      code: { ...coded('8310-5', 'Body temperature'), text: 'Lämpö' },
      ...quantity(37.9, '°C', 'Cel'),
    });
    const { measurements, bloodPressure } = read(bundleOf(responseOf(), temperature, pressure('mm[Hg]')));
    expect(measurements).toEqual([
      {
        code: '8310-5',
        system: 'http://loinc.org',
        label: 'Lämpö',
        value: 37.9,
        unit: '°C',
        unitCode: 'Cel',
        time,
      },
    ]);
    expect(bloodPressure).toEqual({ readings: [{ time, systolic: 128, diastolic: 82 }] });
  });

  it('are measurements one by one where the pressures are in another unit, unconverted', () => {
    const { measurements, bloodPressure } = read(bundleOf(responseOf(), pressure('kPa')));
    expect(bloodPressure).toBeUndefined();
    expect(measurements?.map(({ code, unitCode }) => [code, unitCode])).toEqual([
      ['8480-6', 'kPa'],
      ['8462-4', 'kPa'],
    ]);
  });

  it('come by a proposed Appointment', () => {
    const appointment = {
      resourceType: 'Appointment',
      status: 'proposed',
      extension: [extension('booking-right-count', { valuePositiveInt: 2 })],
      identifier: [{ value: 'ao-1' }],
      serviceType: [{ coding: [{ system: 'urn:oid:1.2.246.537.6.49', code: 'EDC' }], text: 'Vastaanotto' }],
      requestedPeriod: [{ start: '2026-03-03T08:00:00+02:00', end: '2026-03-10T16:00:00+02:00' }],
      patientInstruction: 'Varaa aika',
      participant: [
        {
          type: [
            {
              coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'LOC' }],
            },
          ],
          actor: party('1.2.246.10.4', 'Asema'),
        },
      ],
    };
    expect(read(bundleOf(responseOf(), appointment)).bookingRight).toEqual({
      id: 'ao-1',
      service: { code: 'EDC', system: 'urn:oid:1.2.246.537.6.49', label: 'Vastaanotto' },
      unit: { oid: '1.2.246.10.4', name: 'Asema' },
      from: '2026-03-03T08:00:00+02:00',
      until: '2026-03-10T16:00:00+02:00',
      count: 2,
      text: 'Varaa aika',
    });
  });

  it('are told where they are kept but not read', () => {
    const { unread } = readResponse(
      bundleOf(
        responseOf(),
        { resourceType: 'CarePlan' },
        observation({ code: coded('8310-5', 'T'), valueString: 'kuuma' }),
        observation({ code: coded('8310-5', 'T'), status: 'entered-in-error', ...quantity(1, 'Cel') }),
        { resourceType: 'Appointment', status: 'booked' },
        { resourceType: 'Organization' },
      ),
      { release: releases['questionnaire-response'], settings, kinds: [] },
    );
    expect(unread.toSorted()).toEqual([1, 2, 3, 4].map((i) => `Bundle.entry[${i}].resource`));
  });
});

describe('a request', () => {
  it.each<[string, object, string]>([
    ['that is another resource', { resourceType: 'Patient' }, '/'],
    ['that is no resource', [], '/'],
    ['with a Bundle of another type', { ...bundleOf(responseOf()), type: 'transaction' }, 'Bundle.type'],
    ['without a response', { ...bundleOf(responseOf()), entry: [] }, 'Bundle.entry'],
    ['with two responses', bundleOf(responseOf(), responseOf()), 'Bundle.entry[1].resource'],
    [
      'with two Tasks',
      bundleOf(responseOf(), { resourceType: 'Task' }, { resourceType: 'Task' }),
      'Bundle.entry[2].resource',
    ],
    ['that is not finished', responseOf({ status: 'in-progress' }), 'QuestionnaireResponse.status'],
    ['that was a mistake', responseOf({ status: 'entered-in-error' }), 'QuestionnaireResponse.status'],
    ['in another language', responseOf({ language: 'et' }), 'QuestionnaireResponse.language'],
    ['without an identifier', responseOf({ identifier: undefined }), 'QuestionnaireResponse.identifier'],
    [
      'with an edition that is no number',
      responseOf({ identifier: { system: `${BASE}/identifier/omaolo-assessment-edition`, value: 'a/b' } }),
      'QuestionnaireResponse.identifier.value',
    ],
    [
      'without a Questionnaire',
      responseOf({ questionnaire: undefined }),
      'QuestionnaireResponse.questionnaire',
    ],
    ['with a member that FHIR does not have', responseOf({ items: [] }), 'QuestionnaireResponse'],
    [
      'with an item that FHIR does not have',
      responseOf({ item: [{ linkId: '1', answers: [] }] }),
      'QuestionnaireResponse.item[0]',
    ],
    ['with an item without linkId', responseOf({ item: [{ text: 'x' }] }), 'QuestionnaireResponse.item[0]'],
    ['with items that are no list', responseOf({ item: {} }), 'QuestionnaireResponse.item'],
    [
      'with an extension that changes the meaning',
      responseOf({ subject: { modifierExtension: [{ url: 'x' }] } }),
      'QuestionnaireResponse.descendants().modifierExtension',
    ],
    [
      'by rules of its own',
      responseOf({ implicitRules: 'https://x.example' }),
      'QuestionnaireResponse.descendants().implicitRules',
    ],
  ])('%s is refused at its place', (_, resource, place) => {
    const sent: object = JSON.parse(JSON.stringify(resource));
    expect(refusalOf(sent)).toBe(place);
  });

  it('about somebody else than the subject is refused: STU3 can say so of an item', () => {
    const item = [{ linkId: '1', subject: { reference: 'Patient/other' }, text: 'x' }];
    const response = responseOf({ questionnaire: { reference: 'Questionnaire/x' }, item });
    expect(() => readQuestionnaireResponse(response, { format: 'questionnaire-response-stu3' })).toThrow(
      expect.objectContaining({
        details: [expect.objectContaining({ at: 'QuestionnaireResponse.item[0]' })],
      }),
    );
  });
});
