const div = (text: string): string => `<div xmlns="http://www.w3.org/1999/xhtml">${text}</div>`;
const text = (words: string) => ({ status: 'generated' as const, div: div(words) });

export const PATIENT = 'urn:uuid:0b0e7e46-3bd5-4f61-8f6d-2a1f4c7c1a01';
export const TASK = 'urn:uuid:0b0e7e46-3bd5-4f61-8f6d-2a1f4c7c1a02';
const ANSWERS = 'urn:uuid:0b0e7e46-3bd5-4f61-8f6d-2a1f4c7c1a03';

const patient = {
  resourceType: 'Patient',
  id: 'p1',
  meta: {
    versionId: '1',
    lastUpdated: '2026-03-01T08:00:00.000+02:00',
    security: [{ system: 'https://example.org/labels', code: 'R' }],
  },
  language: 'fi',
  text: text('Testi Henkilö'),
  identifier: [{ use: 'official', system: 'urn:oid:1.2.246.21', value: '010190-999W' }],
  active: true,
  name: [{ use: 'official', family: 'Henkilö', given: ['Testi', 'Toinen'] }],
  telecom: [{ system: 'phone', value: '+358 40 0000000', use: 'mobile', rank: 1 }],
  gender: 'female',
  birthDate: '1990-01-01',
  _birthDate: {
    extension: [
      {
        url: 'http://hl7.org/fhir/StructureDefinition/patient-birthTime',
        valueDateTime: '1990-01-01T04:00:00+02:00',
      },
    ],
  },
  deceasedBoolean: false,
  address: [
    {
      use: 'home',
      line: ['Esimerkkikatu 1'],
      city: 'Helsinki',
      postalCode: '00100',
      country: 'FI',
      period: { start: '2020' },
    },
  ],
  contact: [{ name: { text: 'Lähi Omainen' }, relationship: [{ text: 'puoliso' }] }],
  communication: [{ language: { coding: [{ system: 'urn:ietf:bcp:47', code: 'fi' }] }, preferred: true }],
  managingOrganization: { reference: 'Organization/o1' },
};

const answers = {
  resourceType: 'QuestionnaireResponse',
  text: text('Vastaukset'),
  identifier: { system: 'https://example.org/assessments', value: 'a-1' },
  questionnaire: 'https://example.org/Questionnaire/omaolo-cough|3',
  status: 'completed',
  subject: { reference: 'Patient/p1', type: 'Patient' },
  authored: '2026-03-01T08:00:00+02:00',
  author: { reference: 'Patient/p1' },
  item: [
    {
      linkId: 'symptoms',
      text: 'Oireet',
      item: [
        { linkId: 'fever', text: 'Kuume', answer: [{ valueDecimal: 38.5 }] },
        {
          linkId: 'cough',
          answer: [{ valueBoolean: true, item: [{ linkId: 'since', answer: [{ valueDate: '2026-02' }] }] }],
        },
        {
          linkId: 'kind',
          answer: [{ valueCoding: { system: 'urn:oid:1.2.3', code: 'dry', display: 'Kuiva' } }],
        },
        {
          linkId: 'pain',
          answer: [
            { valueQuantity: { value: 3, unit: '/10', system: 'http://unitsofmeasure.org', code: '1' } },
          ],
        },
        { linkId: 'time', answer: [{ valueTime: '23:59:59' }, { valueUri: 'https://example.org' }] },
      ],
    },
  ],
};

const observation = {
  resourceType: 'Observation',
  text: text('Verenpaine'),
  status: 'final',
  category: [
    { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'survey' }] },
  ],
  code: { coding: [{ system: 'http://loinc.org', code: '85354-9' }] },
  subject: { reference: 'Patient/p1' },
  effectivePeriod: { start: '2026-03-01', end: '2026-03-02' },
  component: [
    {
      code: { text: 'yläpaine' },
      valueQuantity: { value: 120, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
    },
    {
      code: { text: 'alapaine' },
      dataAbsentReason: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: 'unknown' }],
      },
    },
  ],
  referenceRange: [{ low: { value: 90 }, high: { value: 140 } }],
};

const appointment = {
  resourceType: 'Appointment',
  text: text('Varaus'),
  status: 'booked',
  description: 'Vastaanotto',
  start: '2026-03-05T10:00:00+02:00',
  end: '2026-03-05T10:30:00+02:00',
  minutesDuration: 30,
  slot: [{ reference: 'Slot/s1' }],
  participant: [
    { actor: { reference: 'Patient/p1' }, status: 'accepted', required: 'required' },
    { type: [{ text: 'hoitaja' }], status: 'needs-action' },
  ],
};

const missed = {
  ...appointment,
  status: 'noshow',
  cancelationReason: { text: 'ei saapunut' },
};

const task = {
  resourceType: 'Task',
  text: text('Tehtävä'),
  status: 'requested',
  intent: 'order',
  priority: 'urgent',
  for: { reference: 'Patient/p1' },
  authoredOn: '2026-03-01T08:00:00+02:00',
  lastModified: '2026-03-01T08:05:00+02:00',
  input: [{ type: { text: 'kiireellisyys' }, valueString: 'P3' }],
  restriction: { period: { end: '2026-03-04' }, repetitions: 1 },
};

const condition = {
  resourceType: 'Condition',
  text: text('Diagnoosi'),
  contained: [{ resourceType: 'Practitioner', id: 'doctor', name: [{ text: 'Lääkäri' }] }],
  clinicalStatus: {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
  },
  code: { coding: [{ system: 'urn:oid:1.2.246.537.6.1', code: 'R05' }], text: 'Yskä' },
  subject: { reference: 'Patient/p1' },
  asserter: { reference: '#doctor' },
  onsetAge: { value: 3, unit: 'a', system: 'http://unitsofmeasure.org', code: 'a' },
};

const documentReference = {
  resourceType: 'DocumentReference',
  text: text('Yhteenveto'),
  status: 'current',
  docStatus: 'final',
  type: { coding: [{ system: 'http://loinc.org', code: '34133-9' }] },
  subject: { reference: 'Patient/p1' },
  date: '2026-03-01T08:00:00Z',
  content: [
    {
      attachment: {
        contentType: 'text/plain; charset=utf-8',
        language: 'fi',
        data: 'WXNrw6Q=',
        title: 'Yskä',
      },
    },
  ],
  context: { encounter: [{ reference: 'Encounter/e1' }] },
};

const encounter = {
  resourceType: 'Encounter',
  text: text('Käynti'),
  status: 'in-progress',
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'VR' },
  subject: { reference: 'Patient/p1' },
  period: { start: '2026-03-01T08:00:00+02:00' },
};

const slot = {
  resourceType: 'Slot',
  text: text('Aika'),
  schedule: { reference: 'https://record.example.org/fhir/Schedule/s1' },
  status: 'free',
  start: '2026-03-05T10:00:00.123Z',
  end: '2026-03-05T10:30:00.123Z',
  overbooked: false,
};

const schedule = {
  resourceType: 'Schedule',
  text: text('Kalenteri'),
  actor: [{ reference: 'Location/l1' }, { display: 'Huone 2' }],
};

const provenance = {
  resourceType: 'Provenance',
  text: text('Alkuperä'),
  target: [{ reference: 'QuestionnaireResponse/a1' }],
  occurredDateTime: '2026-03-01',
  recorded: '2026-03-01T08:00:00Z',
  agent: [
    {
      type: {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code: 'author' },
        ],
      },
      who: { reference: 'Patient/p1' },
    },
  ],
};

const serviceRequest = {
  resourceType: 'ServiceRequest',
  text: text('Pyyntö'),
  status: 'active',
  intent: 'proposal',
  code: { text: 'Laboratorio' },
  subject: { reference: 'Patient/p1' },
  occurrenceTiming: {
    repeat: { frequency: 1, period: 1, periodUnit: 'd', boundsPeriod: { start: '2026-03-01' } },
  },
};

const communication = {
  resourceType: 'Communication',
  text: text('Viesti'),
  status: 'completed',
  sent: '2026-03-01T08:00:00Z',
  payload: [{ contentString: 'Hei' }, { contentReference: { reference: 'DocumentReference/d1' } }],
};

const questionnaire = {
  resourceType: 'Questionnaire',
  text: text('Kysely'),
  url: 'https://example.org/Questionnaire/cough',
  name: 'Cough',
  status: 'active',
  item: [
    {
      linkId: 'g',
      type: 'group',
      item: [{ linkId: 'q', type: 'choice', answerOption: [{ valueCoding: { code: 'a' } }] }],
    },
    { linkId: 'note', type: 'display', text: 'Kiitos' },
  ],
};

const outcome = {
  resourceType: 'OperationOutcome',
  text: text('Ei huomautettavaa'),
  issue: [
    {
      severity: 'warning',
      code: 'business-rule',
      diagnostics: 'Aika on varattu',
      expression: ['Appointment.slot'],
    },
  ],
};

const healthcareService = {
  resourceType: 'HealthcareService',
  text: text('Palvelu'),
  active: true,
  name: 'Terveysneuvonta',
  availableTime: [
    { daysOfWeek: ['mon', 'tue'], availableStartTime: '08:00:00', availableEndTime: '16:00:00' },
  ],
};

const gappy = {
  resourceType: 'Patient',
  text: text('Nimetön'),
  name: [
    {
      given: ['Testi', null],
      _given: [
        null,
        {
          extension: [
            { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'masked' },
          ],
        },
      ],
      _family: {
        extension: [
          { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' },
        ],
      },
    },
  ],
};

const bundle = {
  resourceType: 'Bundle',
  type: 'collection',
  timestamp: '2026-03-01T08:00:00Z',
  entry: [
    { fullUrl: PATIENT, resource: { ...patient, id: 'p1' } },
    { fullUrl: TASK, resource: { ...task, for: { reference: PATIENT }, focus: { reference: ANSWERS } } },
    {
      fullUrl: ANSWERS,
      resource: { ...answers, subject: { reference: PATIENT }, author: { reference: PATIENT } },
    },
  ],
};

const transaction = {
  resourceType: 'Bundle',
  type: 'transaction',
  entry: [
    { fullUrl: PATIENT, resource: patient, request: { method: 'POST', url: 'Patient' } },
    {
      resource: { ...slot, schedule: { reference: 'Schedule?identifier=urn:oid:1.2.3|1' } },
      request: { method: 'POST', url: 'Slot' },
    },
    { request: { method: 'DELETE', url: 'Slot/s1' } },
  ],
};

/** Resources without a fault, as Finnish senders and record systems make them; the people in them are made up. */
export const valid = {
  patient,
  gappy,
  answers,
  observation,
  appointment,
  missed,
  task,
  condition,
  documentReference,
  encounter,
  slot,
  schedule,
  provenance,
  serviceRequest,
  communication,
  questionnaire,
  outcome,
  healthcareService,
  bundle,
  transaction,
};
