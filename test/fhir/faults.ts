import type { Edit } from './edit.ts';
import { PATIENT, TASK, type valid } from './valid.ts';

/** A single fault planted in a valid resource, and where it has to be found. */
export interface Fault extends Edit {
  name: string;
  in: keyof typeof valid;
  at: string;
  /** Where its consequences are told besides. */
  also?: string[];
}

const div = (inner: string): string => `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>`;
const EXTENSION = 'http://hl7.org/fhir/StructureDefinition/';
const items = Array.from({ length: 120 }).reduce<object>((item) => ({ linkId: 'x', item: [item] }), {
  linkId: 'x',
});

/** Faults against R4 itself. */
export const faults: Fault[] = [
  // elements and cardinality
  { name: 'an element the type does not have', in: 'patient', put: { colour: 'red' }, at: 'Patient.colour' },
  {
    name: 'an element a data type does not have',
    in: 'patient',
    put: { 'name[0].middle': 'x' },
    at: 'Patient.name[0].middle',
  },
  {
    name: 'an element only a vendor has',
    in: 'patient',
    put: { 'meta.project': 'x' },
    at: 'Patient.meta.project',
  },
  {
    name: 'an element of a later FHIR',
    in: 'healthcareService',
    put: { offeredIn: [{ display: 'x' }] },
    at: 'HealthcareService.offeredIn',
  },
  { name: 'an unknown resource type', in: 'patient', put: { resourceType: 'Person2' }, at: 'Resource' },
  {
    name: 'an abstract resource type',
    in: 'patient',
    put: { resourceType: 'DomainResource' },
    at: 'DomainResource',
  },
  { name: 'no status', in: 'observation', remove: ['status'], at: 'Observation.status' },
  { name: 'no code', in: 'observation', remove: ['code'], at: 'Observation.code' },
  {
    name: 'no linkId in a nested item',
    in: 'answers',
    remove: ['item[0].item[1].linkId'],
    at: 'QuestionnaireResponse.item[0].item[1].linkId',
  },
  {
    name: 'no linkId below an answer',
    in: 'answers',
    remove: ['item[0].item[1].answer[0].item[0].linkId'],
    at: 'QuestionnaireResponse.item[0].item[1].answer[0].item[0].linkId',
  },
  { name: 'no participant', in: 'appointment', remove: ['participant'], at: 'Appointment.participant' },
  {
    name: 'an array where one is allowed',
    in: 'patient',
    put: { birthDate: ['1990-01-01'] },
    at: 'Patient.birthDate',
  },
  { name: 'one where an array is meant', in: 'patient', put: { name: { family: 'x' } }, at: 'Patient.name' },
  { name: 'an empty array', in: 'patient', put: { name: [] }, at: 'Patient.name' },
  { name: 'an empty object', in: 'patient', put: { 'name[0]': {} }, at: 'Patient.name[0]' },
  {
    name: 'an object with an id only',
    in: 'patient',
    put: { 'name[0]': { id: 'a' } },
    at: 'Patient.name[0]',
  },
  { name: 'an empty text', in: 'patient', put: { 'name[0].family': '' }, at: 'Patient.name[0].family' },
  { name: 'a null', in: 'patient', put: { gender: null }, at: 'Patient.gender' },
  { name: 'a null in an array of objects', in: 'patient', put: { 'name[1]': null }, at: 'Patient.name[1]' },
  {
    name: 'a null without an extension beside it',
    in: 'patient',
    put: { 'name[0].given[1]': null },
    at: 'Patient.name[0].given[1]',
  },
  {
    name: 'a text where an object is meant',
    in: 'patient',
    put: { 'name[0]': 'Testi' },
    at: 'Patient.name[0]',
  },
  {
    name: 'nesting without an end',
    in: 'answers',
    put: { 'item[0]': items },
    at: `QuestionnaireResponse.item[0]${'.item[0]'.repeat(99)}`,
  },
  // choices
  {
    name: 'two types of one choice',
    in: 'patient',
    put: { deceasedDateTime: '2026' },
    at: 'Patient.deceasedDateTime',
  },
  {
    name: 'a type the choice does not have',
    in: 'patient',
    put: { deceasedString: 'ei' },
    at: 'Patient.deceasedString',
  },
  {
    name: 'a missing choice',
    in: 'communication',
    remove: ['payload[0].contentString'],
    at: 'Communication.payload[0].content',
    also: ['Communication.payload[0]'],
  },
  // formats
  {
    name: 'a date that the calendar lacks',
    in: 'patient',
    put: { birthDate: '2025-02-29' },
    at: 'Patient.birthDate',
  },
  {
    name: 'a date with a time',
    in: 'patient',
    put: { birthDate: '1990-01-01T00:00:00Z' },
    at: 'Patient.birthDate',
  },
  {
    name: 'a date in Finnish notation',
    in: 'patient',
    put: { birthDate: '1.1.1990' },
    at: 'Patient.birthDate',
  },
  {
    name: 'a time without its zone',
    in: 'answers',
    put: { authored: '2026-03-01T08:00:00' },
    at: 'QuestionnaireResponse.authored',
  },
  {
    name: 'a zone beyond the earth',
    in: 'answers',
    put: { authored: '2026-03-01T08:00:00+15:00' },
    at: 'QuestionnaireResponse.authored',
  },
  {
    name: 'an hour 24',
    in: 'answers',
    put: { 'item[0].item[4].answer[0].valueTime': '24:00:00' },
    at: 'QuestionnaireResponse.item[0].item[4].answer[0].valueTime',
  },
  { name: 'an instant without seconds', in: 'slot', put: { start: '2026-03-05T10:00Z' }, at: 'Slot.start' },
  { name: 'a boolean as text', in: 'patient', put: { active: 'true' }, at: 'Patient.active' },
  {
    name: 'a number as text',
    in: 'observation',
    put: { 'component[0].valueQuantity.value': '120' },
    at: 'Observation.component[0].valueQuantity.value',
  },
  {
    name: 'a fraction as an integer',
    in: 'appointment',
    put: { minutesDuration: 30.5 },
    at: 'Appointment.minutesDuration',
  },
  {
    name: 'zero as a positive integer',
    in: 'patient',
    put: { 'telecom[0].rank': 0 },
    at: 'Patient.telecom[0].rank',
  },
  {
    name: 'an integer of more than 32 bits',
    in: 'appointment',
    put: { priority: 4_294_967_296 },
    at: 'Appointment.priority',
  },
  { name: 'an id with a space', in: 'patient', put: { id: 'a b' }, at: 'Patient.id' },
  { name: 'an id of 65 characters', in: 'patient', put: { id: 'a'.repeat(65) }, at: 'Patient.id' },
  {
    name: 'a code with two spaces',
    in: 'patient',
    put: { extension: [{ url: 'https://example.org/x', valueCode: 'a  b' }] },
    at: 'Patient.extension[0].valueCode',
  },
  {
    name: 'a uri with a space',
    in: 'patient',
    put: { 'identifier[0].system': 'urn:oid:1 2' },
    at: 'Patient.identifier[0].system',
  },
  { name: 'text of spaces', in: 'patient', put: { 'name[0].family': '   ' }, at: 'Patient.name[0].family' },
  {
    name: 'a control character',
    in: 'patient',
    put: { 'name[0].family': 'a\u0000b' },
    at: 'Patient.name[0].family',
  },
  {
    name: 'base64 without its padding',
    in: 'documentReference',
    put: { 'content[0].attachment.data': 'WXNrw6Q' },
    at: 'DocumentReference.content[0].attachment.data',
  },
  {
    name: 'base64url',
    in: 'documentReference',
    put: { 'content[0].attachment.data': 'WX_-' },
    at: 'DocumentReference.content[0].attachment.data',
  },
  {
    name: 'a MIME type without a subtype',
    in: 'documentReference',
    put: { 'content[0].attachment.contentType': 'text' },
    at: 'DocumentReference.content[0].attachment.contentType',
  },
  {
    name: 'a language in words',
    in: 'documentReference',
    put: { 'content[0].attachment.language': 'suomen kieli' },
    at: 'DocumentReference.content[0].attachment.language',
  },
  // codes
  { name: 'a code outside its required set', in: 'patient', put: { gender: 'nainen' }, at: 'Patient.gender' },
  {
    name: 'a status of another resource',
    in: 'answers',
    put: { status: 'final' },
    at: 'QuestionnaireResponse.status',
  },
  {
    name: 'a code of a required concept that its system lacks',
    in: 'condition',
    put: { 'clinicalStatus.coding[0].code': 'sick' },
    at: 'Condition.clinicalStatus',
  },
  {
    name: 'a required concept in words only',
    in: 'condition',
    put: { clinicalStatus: { text: 'active' } },
    at: 'Condition.clinicalStatus',
  },
  {
    name: 'a required concept of another system',
    in: 'condition',
    put: { 'clinicalStatus.coding[0].system': 'https://example.org' },
    at: 'Condition.clinicalStatus',
  },
  {
    name: 'a unit of time that is none',
    in: 'serviceRequest',
    put: { 'occurrenceTiming.repeat.periodUnit': 'days' },
    at: 'ServiceRequest.occurrenceTiming.repeat.periodUnit',
  },
  {
    name: 'a type of resource that R4 lacks',
    in: 'answers',
    put: { 'subject.reference': 'Human/p1' },
    at: 'QuestionnaireResponse.subject.reference',
  },
  // references
  {
    name: 'a reference to the wrong type',
    in: 'patient',
    put: { 'managingOrganization.reference': 'Patient/p2' },
    at: 'Patient.managingOrganization',
  },
  {
    name: 'an absolute reference to the wrong type',
    in: 'slot',
    put: { 'schedule.reference': 'https://record.example.org/fhir/Slot/s1' },
    at: 'Slot.schedule',
  },
  {
    name: 'a stated type that is wrong',
    in: 'slot',
    put: { schedule: { type: 'Slot', display: 'x' } },
    at: 'Slot.schedule',
  },
  {
    name: 'a reference of no known form',
    in: 'task',
    put: { 'for.reference': 'p1' },
    at: 'Task.for.reference',
  },
  {
    name: 'a contained resource that is not there',
    in: 'condition',
    put: { 'asserter.reference': '#nurse', recorder: { reference: '#doctor' } },
    at: 'Condition.asserter.reference',
  },
  {
    name: 'a contained resource of the wrong type',
    in: 'condition',
    put: { 'subject.reference': '#doctor' },
    at: 'Condition.subject',
  },
  {
    name: 'a contained resource that nothing refers to',
    in: 'condition',
    put: { 'asserter.reference': 'Practitioner/x' },
    at: 'Condition.contained[0]',
  },
  {
    name: 'a contained resource in a contained one',
    in: 'condition',
    put: { 'contained[0].contained': [{ resourceType: 'Patient', id: 'x' }] },
    at: 'Condition.contained[0].contained',
  },
  {
    name: 'a contained resource with a version',
    in: 'condition',
    put: { 'contained[0].meta': { versionId: '1' } },
    at: 'Condition.contained[0].meta',
  },
  {
    name: 'a fault in a contained resource',
    in: 'condition',
    put: { 'contained[0].gender': 'x' },
    at: 'Condition.contained[0].gender',
  },
  {
    name: 'a search for a reference outside a Bundle',
    in: 'slot',
    put: { 'schedule.reference': 'Schedule?identifier=1' },
    at: 'Slot.schedule.reference',
  },
  {
    name: 'a search for the wrong type',
    in: 'transaction',
    put: { 'entry[1].resource.schedule.reference': 'Slot?identifier=1' },
    at: 'Bundle.entry[1].resource.schedule',
  },
  // extensions
  {
    name: 'an extension with value and parts',
    in: 'patient',
    put: {
      extension: [
        { url: 'https://example.org/x', valueString: 'a', extension: [{ url: 'b', valueString: 'c' }] },
      ],
    },
    at: 'Patient.extension[0]',
  },
  {
    name: 'an extension with neither',
    in: 'patient',
    put: { extension: [{ url: 'https://example.org/x' }] },
    at: 'Patient.extension[0]',
  },
  {
    name: 'an extension without url',
    in: 'patient',
    put: { extension: [{ valueString: 'a' }] },
    at: 'Patient.extension[0].url',
  },
  {
    name: 'an extension with a relative url',
    in: 'patient',
    put: { extension: [{ url: 'x', valueString: 'a' }] },
    at: 'Patient.extension[0].url',
  },
  {
    name: 'a known extension with another type of value',
    in: 'patient',
    put: { '_birthDate.extension': [{ url: `${EXTENSION}patient-birthTime`, valueString: 'aamulla' }] },
    at: 'Patient.birthDate.extension[0].valueString',
  },
  {
    name: 'a known extension where it does not belong',
    in: 'patient',
    put: { extension: [{ url: `${EXTENSION}patient-birthTime`, valueDateTime: '1990-01-01T04:00:00Z' }] },
    at: 'Patient.extension[0]',
  },
  {
    name: 'an unknown modifier extension',
    in: 'observation',
    put: { modifierExtension: [{ url: 'https://example.org/not', valueBoolean: true }] },
    at: 'Observation.modifierExtension[0]',
  },
  {
    name: 'a fault in an extension of a primitive',
    in: 'patient',
    put: { '_birthDate.extension[0].valueDateTime': 'aamulla' },
    at: 'Patient.birthDate.extension[0].valueDateTime',
  },
  // rules
  {
    name: 'a contact without a contact',
    in: 'patient',
    put: { 'contact[0]': { relationship: [{ text: 'x' }] } },
    at: 'Patient.contact[0]',
  },
  {
    name: 'a period that ends before it starts',
    in: 'observation',
    put: { 'effectivePeriod.end': '2026-02-01' },
    at: 'Observation.effectivePeriod',
  },
  {
    name: 'a telecom without its system',
    in: 'patient',
    remove: ['telecom[0].system'],
    at: 'Patient.telecom[0]',
  },
  {
    name: 'a unit code without its system',
    in: 'observation',
    remove: ['component[0].valueQuantity.system'],
    at: 'Observation.component[0].valueQuantity',
  },
  {
    name: 'a comparator in a simple quantity',
    in: 'observation',
    put: { 'referenceRange[0].low.comparator': '<' },
    at: 'Observation.referenceRange[0].low.comparator',
    also: ['Observation.referenceRange[0].low'],
  },
  {
    name: 'data without its content type',
    in: 'documentReference',
    remove: ['content[0].attachment.contentType'],
    at: 'DocumentReference.content[0].attachment',
  },
  {
    name: 'value and reason of its absence',
    in: 'observation',
    put: { valueString: 'x', dataAbsentReason: { text: 'y' } },
    at: 'Observation',
  },
  {
    name: 'items below an item and its answer',
    in: 'answers',
    put: { 'item[0].item[0].item': [{ linkId: 'x' }] },
    at: 'QuestionnaireResponse.item[0].item[0]',
  },
  { name: 'a start without an end', in: 'appointment', remove: ['end'], at: 'Appointment' },
  {
    name: 'a reason of cancellation for a booked time',
    in: 'appointment',
    put: { cancelationReason: { text: 'x' } },
    at: 'Appointment',
  },
  {
    name: 'a task changed before it was made',
    in: 'task',
    put: { lastModified: '2026-02-01T08:00:00+02:00' },
    at: 'Task',
  },
  {
    name: 'a group of questions without any',
    in: 'questionnaire',
    remove: ['item[0].item'],
    at: 'Questionnaire.item[0]',
  },
  {
    name: 'an age in a unit of its own',
    in: 'condition',
    put: { 'onsetAge.system': 'https://example.org' },
    at: 'Condition.onsetAge',
  },
  // narrative
  {
    name: 'a script in the narrative',
    in: 'patient',
    put: { 'text.div': div('<script>x</script>') },
    at: 'Patient.text.div',
  },
  {
    name: 'an event in the narrative',
    in: 'patient',
    put: { 'text.div': div('<p onclick="x">a</p>') },
    at: 'Patient.text.div',
  },
  {
    name: 'a javascript link in the narrative',
    in: 'patient',
    put: { 'text.div': div('<a href="javascript:x">a</a>') },
    at: 'Patient.text.div',
  },
  {
    name: 'a narrative that says nothing',
    in: 'patient',
    put: { 'text.div': div(' <p> </p>') },
    at: 'Patient.text.div',
  },
  {
    name: 'a narrative that is not well-formed',
    in: 'patient',
    put: { 'text.div': div('<p>a<br></p>') },
    at: 'Patient.text.div',
  },
  {
    name: 'a narrative that is no div',
    in: 'patient',
    put: { 'text.div': '<p xmlns="http://www.w3.org/1999/xhtml">a</p>' },
    at: 'Patient.text.div',
  },
  {
    name: 'a narrative without its status',
    in: 'patient',
    remove: ['text.status'],
    at: 'Patient.text.status',
  },
  // bundles
  {
    name: 'two entries with one address',
    in: 'bundle',
    put: { 'entry[3]': { fullUrl: TASK, resource: { resourceType: 'Patient', active: true } } },
    at: 'Bundle.entry[3].fullUrl',
  },
  {
    name: 'a reference to an entry that is not there',
    in: 'bundle',
    put: { 'entry[1].resource.for.reference': 'urn:uuid:0b0e7e46-3bd5-4f61-8f6d-2a1f4c7c1aff' },
    at: 'Bundle.entry[1].resource.for.reference',
  },
  {
    name: 'a reference to an entry of the wrong type',
    in: 'bundle',
    put: {
      'entry[2].resource.questionnaire': 'https://example.org/q',
      'entry[1].resource.encounter': { reference: PATIENT },
    },
    at: 'Bundle.entry[1].resource.encounter',
  },
  {
    name: 'a fault in an entry',
    in: 'bundle',
    put: { 'entry[0].resource.gender': 'x' },
    at: 'Bundle.entry[0].resource.gender',
  },
  {
    name: 'an entry with nothing',
    in: 'bundle',
    put: { 'entry[3]': { fullUrl: 'https://example.org/Patient/1' } },
    at: 'Bundle.entry[3]',
  },
  {
    name: 'a transaction without a request',
    in: 'transaction',
    remove: ['entry[0].request'],
    at: 'Bundle.entry[0].request',
  },
  {
    name: 'a request in a collection',
    in: 'bundle',
    put: { 'entry[0].request': { method: 'POST', url: 'Patient' } },
    at: 'Bundle.entry[0].request',
  },
  { name: 'a total of a collection', in: 'bundle', put: { total: 3 }, at: 'Bundle.total' },
  {
    name: 'a document without a Composition',
    in: 'bundle',
    put: { type: 'document', identifier: { system: 'urn:x:y', value: '1' } },
    at: 'Bundle.entry',
  },
  {
    name: 'a version in an address',
    in: 'bundle',
    put: {
      'entry[3]': {
        fullUrl: 'https://example.org/Patient/1/_history/2',
        resource: { resourceType: 'Patient', active: true },
      },
    },
    at: 'Bundle.entry[3].fullUrl',
  },
];
