import type { Edit } from './edit.ts';

const BASE = 'https://hl7.fi/fhir/finnish-base-profiles/StructureDefinition/';
const SCHEDULING = 'https://hl7.fi/fhir/finnish-scheduling/StructureDefinition/';
const LABELS = 'https://hl7.fi/fhir/finnish-base-profiles/CodeSystem/fi-base-security-label-cs';
const text = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' };

const patient = {
  resourceType: 'Patient',
  meta: { profile: [`${BASE}fi-base-patient`], security: [{ system: LABELS, code: 'TURVAKIELTO' }] },
  text,
  extension: [
    { url: `${BASE}municipality-code`, valueCoding: { system: 'urn:oid:1.2.246.537.6.21', code: '091' } },
  ],
  identifier: [
    {
      use: 'official',
      type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'NNFIN' }] },
      system: 'urn:oid:1.2.246.21',
      value: '010190-999W',
    },
    { use: 'secondary', system: 'urn:oid:1.2.246.10.1', value: '1' },
  ],
  name: [{ family: 'Henkilö', given: ['Testi'] }],
  managingOrganization: { reference: 'Organization/1' },
};

const appointment = {
  resourceType: 'Appointment',
  meta: { profile: [`${SCHEDULING}fi-scheduling-appointment`, `${BASE}fi-base-appointment`] },
  text,
  contained: [
    {
      resourceType: 'Condition',
      id: 'reason',
      subject: { display: 'x' },
      clinicalStatus: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
      },
    },
  ],
  extension: [
    {
      url: `${SCHEDULING}mutable`,
      extension: [
        { url: 'Cancellable', valueBoolean: true },
        { url: 'NotAfter', valueDateTime: '2026-03-04T10:00:00+02:00' },
      ],
    },
  ],
  status: 'booked',
  _status: {
    extension: [
      {
        url: `${SCHEDULING}ajanvarauksen-tila`,
        valueCoding: { system: 'urn:oid:1.2.246.537.6.881', code: '1' },
      },
    ],
  },
  serviceCategory: [
    {
      coding: [
        { system: 'urn:oid:1.2.246.537.6.50', code: '1' },
        { system: 'http://terminology.hl7.org/CodeSystem/service-category', code: '17' },
      ],
    },
    { text: 'muu' },
  ],
  serviceType: [{ coding: [{ system: 'urn:oid:1.2.246.537.6.49', code: '120' }] }],
  appointmentType: { coding: [{ system: '1.2.246.537.6.884', code: '1' }] },
  reasonCode: [{ coding: [{ system: 'urn:oid:1.2.246.537.6.887', code: '1' }] }, { text: 'Yskä' }],
  reasonReference: [{ reference: '#reason', type: 'Condition' }],
  start: '2026-03-05T10:00:00+02:00',
  end: '2026-03-05T10:30:00+02:00',
  patientInstruction: 'Tule ajoissa',
  _patientInstruction: {
    extension: [{ url: `${SCHEDULING}patient-instruction-url`, valueUrl: 'https://example.org' }],
  },
  participant: [{ actor: { reference: 'Patient/1' }, status: 'accepted' }],
};

const custodian = {
  resourceType: 'Provenance',
  meta: { profile: [`${BASE}fi-base-information-custodian-public`] },
  text,
  target: [{ reference: 'Appointment/1' }],
  recorded: '2026-03-01T08:00:00Z',
  agent: [
    {
      type: {
        coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'CST' }],
      },
      role: [{ coding: [{ system: 'urn:oid:1.2.246.537.5.40172', code: '1' }] }],
      who: {
        identifier: {
          type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'PRN' }] },
          system: 'urn:oid:1.2.246.537.6.40174',
          value: '1.2.246.10.1',
        },
      },
    },
  ],
};

const practitioner = {
  resourceType: 'Practitioner',
  meta: { profile: [`${BASE}fi-base-practitioner`] },
  text,
  identifier: [
    { system: 'urn:oid:1.2.246.537.26', value: '1' },
    { system: 'urn:oid:1.2.246.537.25', value: '2' },
  ],
};

const service = {
  resourceType: 'HealthcareService',
  meta: { profile: [`${SCHEDULING}fi-scheduling-healthcare-service`] },
  text,
  type: [{ coding: [{ system: 'urn:oid:1.2.246.537.6.49', code: '120' }] }],
};

/** Resources that keep to HL7 Finland's profiles. */
export const finnish = { patient, appointment, custodian, practitioner, service };

interface FinnishFault extends Edit {
  name: string;
  in: keyof typeof finnish;
  at: string;
  also?: string[];
}

/** Single faults against HL7 Finland's profiles that R4 itself would let pass. */
export const finnishFaults: FinnishFault[] = [
  {
    name: 'an official identifier that is no hetu',
    in: 'patient',
    put: { 'identifier[0].system': 'urn:oid:1.2.246.22' },
    at: 'Patient.identifier[0].system',
  },
  {
    name: 'an official identifier of another type',
    in: 'patient',
    put: { 'identifier[0].type.coding[0].code': 'PPN' },
    at: 'Patient.identifier[0].type.coding[0].code',
  },
  {
    name: 'two hetus',
    in: 'patient',
    put: { 'identifier[1]': { use: 'official', system: 'urn:oid:1.2.246.21', value: '1' } },
    at: 'Patient.identifier',
  },
  {
    name: 'two labels of non-disclosure',
    in: 'patient',
    put: { 'meta.security[1]': { system: LABELS, code: 'x' } },
    at: 'Patient.meta.security',
  },
  {
    name: 'a municipality of another code system',
    in: 'patient',
    put: { 'extension[0].valueCoding.system': 'urn:oid:1.2.3' },
    at: 'Patient.extension[0].valueCoding.system',
  },
  {
    name: 'a municipality as text',
    in: 'patient',
    put: { 'extension[0]': { url: `${BASE}municipality-code`, valueString: 'Helsinki' } },
    at: 'Patient.extension[0].valueString',
  },
  {
    name: 'an extension of the patient on an appointment',
    in: 'appointment',
    put: { 'extension[1]': patient.extension[0] },
    at: 'Appointment.extension[1]',
  },
  {
    name: 'a coded service type without the national code',
    in: 'appointment',
    put: { 'serviceType[0].coding[0].system': 'urn:oid:1.2.3' },
    at: 'Appointment.serviceType[0].coding',
  },
  {
    name: 'a coded service category without the national code',
    in: 'appointment',
    put: { 'serviceCategory[0].coding[0].system': 'urn:oid:1.2.3' },
    at: 'Appointment.serviceCategory[0].coding',
  },
  {
    name: 'a type of appointment of another code system',
    in: 'appointment',
    put: { 'appointmentType.coding[0].system': 'urn:oid:1.2.3' },
    at: 'Appointment.appointmentType.coding[0].system',
  },
  {
    name: 'a reason with two codes',
    in: 'appointment',
    put: { 'reasonCode[0].coding[1]': { code: '2' } },
    at: 'Appointment.reasonCode[0].coding',
  },
  {
    name: 'two reasons in words',
    in: 'appointment',
    put: { 'reasonCode[2]': { text: 'Kuume' } },
    at: 'Appointment.reasonCode',
  },
  {
    name: 'a reason that is not contained',
    in: 'appointment',
    put: {
      'reasonReference[0].reference': 'Condition/1',
      'participant[0].actor.extension': [
        { url: 'https://example.org/keep', valueReference: { reference: '#reason' } },
      ],
    },
    at: 'Appointment.reasonReference[0].reference',
  },
  {
    name: 'a reason that says it is something else',
    in: 'appointment',
    put: { 'reasonReference[0].type': 'Observation' },
    at: 'Appointment.reasonReference[0].type',
  },
  {
    name: 'a part of the mutability that is not defined',
    in: 'appointment',
    put: { 'extension[0].extension[0].url': 'Peruttavissa' },
    at: 'Appointment.extension[0].extension[0]',
  },
  {
    name: 'a mutability as text',
    in: 'appointment',
    put: { 'extension[0].extension[0]': { url: 'Cancellable', valueString: 'kyllä' } },
    at: 'Appointment.extension[0].extension[0].valueString',
  },
  {
    name: 'a state of the booking outside the status',
    in: 'appointment',
    put: { 'extension[1]': appointment._status.extension[0] },
    at: 'Appointment.extension[1]',
  },
  {
    name: 'two web addresses of the instruction',
    in: 'appointment',
    put: { '_patientInstruction.extension[1]': appointment._patientInstruction.extension[0] },
    at: 'Appointment.patientInstruction.extension',
  },
  {
    name: 'a cancellation for a reason of another code system',
    in: 'appointment',
    put: { status: 'cancelled', cancelationReason: { coding: [{ system: 'urn:oid:1.2.3', code: '1' }] } },
    at: 'Appointment.cancelationReason.coding[0].system',
  },
  {
    name: 'no custodian',
    in: 'custodian',
    put: { 'agent[0].type.coding[0].code': 'AUT' },
    at: 'Provenance.agent',
  },
  {
    name: 'a custodian without the kind of its register',
    in: 'custodian',
    put: { 'agent[0].role[0].coding[0].system': 'urn:oid:1.2.3' },
    at: 'Provenance.agent[0].role',
  },
  {
    name: 'a public custodian of the private kind',
    in: 'custodian',
    put: { 'agent[0].role[0].coding[0].code': '2' },
    at: 'Provenance.agent[0].role[0].coding[0].code',
  },
  {
    name: 'a custodian without its identifier',
    in: 'custodian',
    put: { 'agent[0].who': { display: 'Helsinki' } },
    at: 'Provenance.agent[0].who.identifier',
  },
  {
    name: 'two Terhikki numbers',
    in: 'practitioner',
    put: { 'identifier[1].system': 'urn:oid:1.2.246.537.26' },
    at: 'Practitioner.identifier',
  },
  {
    name: 'a type of service without its code system',
    in: 'service',
    remove: ['type[0].coding[0].system'],
    at: 'HealthcareService.type[0].coding[0].system',
  },
];
