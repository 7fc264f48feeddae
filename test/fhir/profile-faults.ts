import type { Edit } from './edit.ts';

const PROFILES = 'https://example.org/fhir/StructureDefinition/';
const KINDS = 'https://example.org/fhir/CodeSystem/kinds';

const plan = {
  url: `${PROFILES}plan`,
  extension: [
    { url: 'code', valueCode: 'weekly' },
    { url: 'note', valueString: 'x' },
  ],
};

const customer = {
  resourceType: 'Patient',
  meta: { profile: [`${PROFILES}customer`] },
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
  extension: [plan],
  identifier: [
    { system: 'urn:oid:1.2.246.21', value: '010190-999W' },
    { system: 'https://example.org/local', value: '1', period: { start: '2020' } },
    { system: 'https://example.org/other' },
  ],
  name: [{ family: 'Henkilö' }],
  telecom: [
    { system: 'phone', value: '1' },
    { system: 'email', value: 'a@example.org' },
  ],
  birthDate: '1990-01-01',
  _birthDate: {
    extension: [
      {
        url: 'http://hl7.org/fhir/StructureDefinition/patient-birthTime',
        valueDateTime: '1990-01-01T04:00:00Z',
      },
    ],
  },
  maritalStatus: { coding: [{ system: KINDS, code: 'regular' }] },
  deceasedBoolean: false,
  generalPractitioner: [{ reference: 'Organization/1' }],
};

const pressure = {
  resourceType: 'Observation',
  meta: { profile: [`${PROFILES}pressure`] },
  text: customer.text,
  contained: [
    { resourceType: 'Practitioner', id: 'nurse' },
    { resourceType: 'Practitioner', id: 'doctor' },
    { resourceType: 'Patient', id: 'self' },
    { resourceType: 'Specimen', id: 'blood' },
  ],
  extension: [
    { url: 'https://example.org/keep', valueReference: { reference: '#doctor' } },
    { url: 'https://example.org/keep', valueReference: { reference: '#self' } },
  ],
  status: 'final',
  category: [
    { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'survey' }] },
    { text: 'muu' },
  ],
  code: { text: 'verenpaine' },
  performer: [{ reference: '#nurse' }],
  valueQuantity: { value: 1, system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
  component: [
    { code: { coding: [{ code: '8480-6' }] }, valueQuantity: { value: 120 } },
    { code: { coding: [{ code: '8462-4', display: 'alapaine' }] } },
  ],
  specimen: { reference: '#blood' },
  derivedFrom: [{ identifier: { value: 'x' } }, { display: 'y' }],
};

const answers = {
  resourceType: 'QuestionnaireResponse',
  meta: { profile: [`${PROFILES}answers`] },
  text: customer.text,
  status: 'completed',
  item: [{ linkId: 'first', answer: [{ valueString: 'x' }, { valueBoolean: true }] }, { linkId: 'second' }],
};

const grouped = { ...answers, item: [{ linkId: 'first', item: [{ linkId: 'a', text: 'A' }] }] };

const parcel = {
  resourceType: 'Bundle',
  meta: { profile: [`${PROFILES}parcel`] },
  type: 'collection',
  entry: [
    { fullUrl: 'urn:uuid:0b0e7e46-3bd5-4f61-8f6d-2a1f4c7c1a01', resource: customer },
    { fullUrl: 'urn:uuid:0b0e7e46-3bd5-4f61-8f6d-2a1f4c7c1a02', resource: answers },
    { resource: { resourceType: 'Basic', code: { text: 'x' }, text: customer.text } },
  ],
};

/** Resources that keep to the profiles of the fixtures. */
export const profiled = {
  customer,
  child: {
    ...customer,
    meta: { profile: [`${PROFILES}child|1.0`] },
    gender: 'other',
    contact: [{ name: { text: 'x' } }],
  },
  pressure,
  answers,
  grouped,
  parcel,
};

interface ProfileFault extends Edit {
  name: string;
  in: keyof typeof profiled;
  at: string;
  also?: string[];
}

/** Single faults against the profiles of the fixtures, and where each has to be found. */
export const profileFaults: ProfileFault[] = [
  {
    name: 'a slice that is missing',
    in: 'customer',
    put: { 'identifier[0].system': 'https://example.org/other' },
    at: 'Patient.identifier',
  },
  {
    name: 'a slice that is there twice',
    in: 'customer',
    put: { 'identifier[2].system': 'urn:oid:1.2.246.21', 'identifier[2].value': 'x' },
    at: 'Patient.identifier',
  },
  {
    name: 'an item of a slice without what it needs',
    in: 'customer',
    remove: ['identifier[0].value'],
    at: 'Patient.identifier[0].value',
  },
  {
    name: 'an item of a slice without what it needs deeper down',
    in: 'customer',
    put: { 'identifier[1].period': { end: '2021' } },
    at: 'Patient.identifier[1].period.start',
  },
  {
    name: 'a text longer than the profile allows',
    in: 'customer',
    put: { 'identifier[0].value': '010190-999W-1' },
    at: 'Patient.identifier[0].value',
  },
  {
    name: 'an item outside closed slices',
    in: 'customer',
    put: { 'telecom[2]': { system: 'fax', value: '1' } },
    at: 'Patient.telecom[2]',
  },
  {
    name: 'more of a slice than it may have',
    in: 'customer',
    put: { 'telecom[1].system': 'phone' },
    at: 'Patient.telecom',
  },
  {
    name: 'more than the profile allows',
    in: 'customer',
    put: { 'name[1]': { family: 'x' } },
    at: 'Patient.name',
  },
  {
    name: 'less than the profile asks',
    in: 'customer',
    put: { 'name[0]': { text: 'x' } },
    at: 'Patient.name[0].family',
  },
  {
    name: 'what the profile forbids',
    in: 'customer',
    put: { photo: [{ url: 'https://example.org' }] },
    at: 'Patient.photo',
  },
  {
    name: 'a type that the profile took out of a choice',
    in: 'customer',
    remove: ['deceasedBoolean'],
    put: { deceasedDateTime: '2026' },
    at: 'Patient.deceasedDateTime',
  },
  {
    name: 'a code outside the set of the profile',
    in: 'customer',
    put: { 'maritalStatus.coding[0].code': 'staff' },
    at: 'Patient.maritalStatus',
  },
  {
    name: 'a code that the set leaves out',
    in: 'customer',
    put: { 'maritalStatus.coding[0].code': 'former' },
    at: 'Patient.maritalStatus',
  },
  {
    name: 'a target that the profile took out',
    in: 'customer',
    put: { 'generalPractitioner[0].reference': 'Practitioner/1' },
    at: 'Patient.generalPractitioner[0]',
  },
  {
    name: 'an extension that the profile asks',
    in: 'customer',
    put: { 'extension[0]': { url: 'https://example.org/x', valueString: 'x' } },
    at: 'Patient.extension',
  },
  {
    name: 'an extension that the profile asks of a primitive',
    in: 'customer',
    put: { '_birthDate.extension[0]': { url: 'https://example.org/x', valueString: 'x' } },
    at: 'Patient.birthDate.extension',
  },
  {
    name: 'an extension without a part it needs',
    in: 'customer',
    put: { 'extension[0].extension': [{ url: 'note', valueString: 'x' }] },
    at: 'Patient.extension[0].extension',
  },
  {
    name: 'an extension with an unknown part',
    in: 'customer',
    put: { 'extension[0].extension[1].url': 'remark' },
    at: 'Patient.extension[0].extension[1]',
  },
  {
    name: 'a part with another type',
    in: 'customer',
    put: { 'extension[0].extension[0]': { url: 'code', valueString: 'weekly' } },
    at: 'Patient.extension[0].extension[0].valueString',
  },
  {
    name: 'a part with a code outside its set',
    in: 'customer',
    put: { 'extension[0].extension[0].valueCode': 'staff' },
    at: 'Patient.extension[0].extension[0].valueCode',
  },
  {
    name: 'a complex extension with a value',
    in: 'customer',
    put: { 'extension[0]': { url: plan.url, valueString: 'x' } },
    at: 'Patient.extension[0].valueString',
    also: ['Patient.extension[0].extension'],
  },
  {
    name: 'an extension where its context forbids it',
    in: 'customer',
    put: { 'name[0].extension': [plan] },
    at: 'Patient.name[0].extension[0]',
  },
  {
    name: 'a rule of the profile',
    in: 'customer',
    remove: ['name', 'identifier'],
    at: 'Patient',
    also: ['Patient.identifier'],
  },
  { name: 'what a profile of a profile asks', in: 'child', remove: ['contact'], at: 'Patient.contact' },
  {
    name: 'what the profile below asks',
    in: 'child',
    remove: ['name[0].family'],
    put: { 'name[0].text': 'x' },
    at: 'Patient.name[0].family',
  },
  {
    name: 'a slice by pattern that is missing',
    in: 'pressure',
    put: { 'category[0].coding[0].code': 'exam' },
    at: 'Observation.category',
  },
  {
    name: 'a fixed code in one type of a choice',
    in: 'pressure',
    put: { 'valueQuantity.code': 'kPa' },
    at: 'Observation.valueQuantity.code',
  },
  {
    name: 'a text too long in another type of it',
    in: 'pressure',
    remove: ['valueQuantity'],
    put: { valueString: 'pitkä teksti' },
    at: 'Observation.valueString',
  },
  {
    name: 'an item outside slices told by nested values',
    in: 'pressure',
    put: { 'component[2]': { code: { coding: [{ code: 'x' }] } } },
    at: 'Observation.component[2]',
  },
  {
    name: 'slices in the wrong order',
    in: 'pressure',
    put: {
      'component[2]': { code: { coding: [{ code: '8480-6' }] }, valueQuantity: { value: 120 } },
      'component[0].code.coding[0].code': '8462-4',
      'component[1].code.text': 'x',
    },
    at: 'Observation.component[2]',
    also: ['Observation.component'],
  },
  {
    name: 'a value less than allowed',
    in: 'pressure',
    put: { 'component[0].valueQuantity.value': 10 },
    at: 'Observation.component[0].valueQuantity.value',
  },
  {
    name: 'a value more than allowed',
    in: 'pressure',
    put: { 'component[0].valueQuantity.value': 301 },
    at: 'Observation.component[0].valueQuantity.value',
  },
  {
    name: 'a choice the slice asks',
    in: 'pressure',
    remove: ['component[0].valueQuantity'],
    at: 'Observation.component[0].value',
  },
  {
    name: 'two of a slice told by the type referred to',
    in: 'pressure',
    put: { 'performer[1]': { reference: '#doctor' } },
    at: 'Observation.performer',
  },
  {
    name: 'one of a slice that is forbidden',
    in: 'pressure',
    put: { 'performer[1]': { reference: '#self' } },
    at: 'Observation.performer',
  },
  {
    name: 'two of a slice told by what is there',
    in: 'pressure',
    put: { 'derivedFrom[1]': { identifier: { value: 'y' } } },
    at: 'Observation.derivedFrom',
  },
  {
    name: 'two of a slice told by what is not there',
    in: 'pressure',
    put: { 'derivedFrom[0]': { display: 'x' } },
    at: 'Observation.derivedFrom',
  },
  {
    name: 'a reference that should be contained',
    in: 'pressure',
    put: {
      specimen: { reference: 'Specimen/1' },
      'extension[2]': { url: 'https://example.org/keep', valueReference: { reference: '#blood' } },
    },
    at: 'Observation.specimen.reference',
  },
  {
    name: 'a modifier extension among the others',
    in: 'pressure',
    put: { 'extension[2]': { url: `${PROFILES}not-done`, valueBoolean: true } },
    at: 'Observation.extension[2]',
  },
  {
    name: 'an item before the first of its slice',
    in: 'answers',
    put: { item: [{ linkId: 'second' }, { linkId: 'first' }] },
    at: 'QuestionnaireResponse.item[1]',
  },
  {
    name: 'a type of answer the profile took out',
    in: 'answers',
    put: { 'item[0].answer[1]': { valueInteger: 1 } },
    at: 'QuestionnaireResponse.item[0].answer[1].valueInteger',
  },
  {
    name: 'a nested item without its text',
    in: 'grouped',
    remove: ['item[0].item[0].text'],
    at: 'QuestionnaireResponse.item[0].item[0].text',
  },
  {
    name: 'an entry whose resource breaks its profile',
    in: 'parcel',
    remove: ['entry[0].resource.name[0].family', 'entry[0].resource.meta'],
    put: { 'entry[0].resource.name[0].text': 'x' },
    at: 'Bundle.entry',
  },
  { name: 'a fixed type of Bundle', in: 'parcel', put: { type: 'searchset' }, at: 'Bundle.type' },
  {
    name: 'a resource of another profile',
    in: 'customer',
    put: { 'meta.profile[1]': `${PROFILES}answers` },
    at: 'Patient',
  },
];
