import type { CapabilityStatement, CapabilityStatementRestResource, ResourceType } from '@medplum/fhirtypes';

/** What Apotti allows on a resource type, and which element each search parameter looks at. */
export type Capability = {
  type: ResourceType;
  interactions: readonly ('create' | 'read' | 'search-type' | 'update')[];
  search: Readonly<Record<string, readonly [kind: SearchKind, element: string]>>;
  /** A search must hold all parameters of one of these sets; empty = any search is allowed. */
  needs: readonly (readonly string[])[];
};
export type SearchKind = 'token' | 'reference' | 'date' | 'string' | 'number';

const id = ['token', 'id'] as const;
const subject = { patient: ['reference', 'subject'], subject: ['reference', 'subject'] } as const;
const common = { _id: id, _count: ['number', ''] } as const;
const ofPatient = [['patient'], ['subject'], ['_id']] as const;
const readSearch = ['read', 'search-type'] as const;
const person = {
  identifier: ['token', 'identifier'],
  family: ['string', 'name.family'],
  given: ['string', 'name.given'],
  name: ['string', 'name.text'],
  address: ['string', 'address.text'],
  'address-city': ['string', 'address.city'],
  'address-postalcode': ['string', 'address.postalCode'],
  'address-state': ['string', 'address.state'],
} as const;

/**
 * The resources that matter to a bridge, as Apotti's published CapabilityStatement of July 2023 has them
 * (Epic, November 2022). `needs` is the twin's own choice: Epic refuses searches that name nobody, but which
 * sets it takes is not in the statement.
 */
const table: readonly Capability[] = [
  {
    type: 'Patient',
    interactions: ['create', ...readSearch],
    search: {
      ...person,
      birthdate: ['date', 'birthDate'],
      gender: ['token', 'gender'],
      'legal-sex': ['token', 'gender'],
      telecom: ['token', 'telecom.value'],
      'own-name': ['string', 'name.family'],
      'own-prefix': ['string', 'name.prefix'],
      'partner-name': ['string', 'name.family'],
      'partner-prefix': ['string', 'name.prefix'],
      ...common,
    },
    needs: [['_id'], ['identifier'], ['family', 'birthdate'], ['family', 'given'], ['name', 'birthdate']],
  },
  {
    type: 'Encounter',
    interactions: readSearch,
    search: {
      ...subject,
      class: ['token', 'class'],
      date: ['date', 'period'],
      identifier: ['token', 'identifier'],
      onlyscannable: ['token', ''],
      ...common,
    },
    needs: [...ofPatient, ['identifier']],
  },
  {
    type: 'DocumentReference',
    interactions: ['create', ...readSearch, 'update'],
    search: {
      ...subject,
      author: ['reference', 'author'],
      category: ['token', 'category'],
      date: ['date', 'date'],
      docstatus: ['token', 'docStatus'],
      encounter: ['reference', 'context.encounter'],
      period: ['date', 'context.period'],
      status: ['token', 'status'],
      type: ['token', 'type'],
      ...common,
    },
    needs: ofPatient,
  },
  {
    type: 'Observation',
    interactions: ['create', ...readSearch, 'update'],
    search: {
      ...subject,
      'based-on': ['reference', 'basedOn'],
      category: ['token', 'category'],
      code: ['token', 'code'],
      date: ['date', 'effectiveDateTime'],
      focus: ['reference', 'focus'],
      issued: ['date', 'issued'],
      ...common,
    },
    needs: ofPatient,
  },
  {
    type: 'QuestionnaireResponse',
    interactions: ['create', ...readSearch],
    search: { ...subject, encounter: ['reference', 'encounter'], ...common },
    needs: [...ofPatient, ['encounter']],
  },
  {
    type: 'Questionnaire',
    interactions: readSearch,
    search: common,
    needs: [['_id']],
  },
  {
    type: 'Communication',
    interactions: ['create', ...readSearch],
    search: {
      ...subject,
      'based-on': ['reference', 'basedOn'],
      category: ['token', 'category'],
      encounter: ['reference', 'encounter'],
      'part-of': ['reference', 'partOf'],
      ...common,
    },
    needs: [...ofPatient, ['encounter'], ['based-on'], ['part-of']],
  },
  {
    type: 'Condition',
    interactions: ['create', ...readSearch],
    search: {
      ...subject,
      'abatement-date': ['date', 'abatementDateTime'],
      category: ['token', 'category'],
      'clinical-status': ['token', 'clinicalStatus'],
      code: ['token', 'code'],
      encounter: ['reference', 'encounter'],
      'onset-date': ['date', 'onsetDateTime'],
      'recorded-date': ['date', 'recordedDate'],
      ...common,
    },
    needs: ofPatient,
  },
  {
    type: 'Task',
    interactions: [...readSearch, 'update'],
    search: {
      patient: ['reference', 'for'],
      subject: ['reference', 'for'],
      code: ['token', 'code'],
      encounter: ['reference', 'encounter'],
      focus: ['reference', 'focus'],
      status: ['token', 'status'],
      ...common,
    },
    needs: ofPatient,
  },
  {
    type: 'Appointment',
    interactions: readSearch,
    search: {
      date: ['date', 'start'],
      identifier: ['token', 'identifier'],
      patient: ['reference', 'participant.actor'],
      'service-category': ['token', 'serviceCategory'],
      status: ['token', 'status'],
      ...common,
    },
    needs: [['patient'], ['_id'], ['identifier']],
  },
  {
    type: 'CarePlan',
    interactions: readSearch,
    search: {
      ...subject,
      'activity-date': ['date', 'activity.detail.scheduledPeriod'],
      category: ['token', 'category'],
      encounter: ['reference', 'encounter'],
      'part-of': ['reference', 'partOf'],
      status: ['token', 'status'],
      ...common,
    },
    needs: ofPatient,
  },
  {
    type: 'ServiceRequest',
    interactions: readSearch,
    search: {
      ...subject,
      category: ['token', 'category'],
      encounter: ['reference', 'encounter'],
      onlyscannable: ['token', ''],
      requester: ['reference', 'requester'],
      status: ['token', 'status'],
      ...common,
    },
    needs: ofPatient,
  },
  {
    type: 'Flag',
    interactions: readSearch,
    search: {
      ...subject,
      category: ['token', 'category'],
      encounter: ['reference', 'encounter'],
      status: ['token', 'status'],
      ...common,
    },
    needs: ofPatient,
  },
  {
    type: 'Consent',
    interactions: readSearch,
    search: {
      patient: ['reference', 'patient'],
      subject: ['reference', 'patient'],
      category: ['token', 'category'],
      status: ['token', 'status'],
      ...common,
    },
    needs: ofPatient,
  },
  {
    type: 'Practitioner',
    interactions: readSearch,
    search: { ...person, ...common },
    needs: [],
  },
  {
    type: 'Organization',
    interactions: readSearch,
    search: common,
    needs: [['_id']],
  },
  {
    type: 'Location',
    interactions: readSearch,
    search: common,
    needs: [['_id']],
  },
  {
    type: 'RelatedPerson',
    interactions: ['read'],
    search: {},
    needs: [],
  },
  {
    type: 'Binary',
    interactions: ['read'],
    search: {},
    needs: [],
  },
];

/** The table by resource type. */
export const capabilities: ReadonlyMap<string, Capability> = new Map(table.map((each) => [each.type, each]));

/** The statement that the twin's /metadata answers; `date` is an instant in ISO 8601. */
export function capabilityStatement(fhirUrl: string, tokenUrl: string, date: string): CapabilityStatement {
  const oauth = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris';
  const service = 'http://terminology.hl7.org/CodeSystem/restful-security-service';
  return {
    resourceType: 'CapabilityStatement',
    name: 'ApottiTwin',
    status: 'active',
    experimental: true,
    date,
    kind: 'instance',
    software: { name: 'Twin of Apotti', version: '1' },
    implementation: { description: 'A synthetic twin: no real person is in it', url: fhirUrl },
    fhirVersion: '4.0.1',
    format: ['json'],
    rest: [
      {
        mode: 'server',
        security: {
          extension: [{ url: oauth, extension: [{ url: 'token', valueUri: tokenUrl }] }],
          service: [{ coding: [{ system: service, code: 'SMART-on-FHIR' }] }],
        },
        resource: table.map(resource),
      },
    ],
  };
}

function resource(capability: Capability): CapabilityStatementRestResource {
  const params = Object.entries(capability.search).map(([name, [kind]]) => ({ name, type: kind }));
  return {
    type: capability.type,
    interaction: capability.interactions.map((code) => ({ code })),
    readHistory: false,
    updateCreate: false,
    conditionalCreate: false,
    conditionalRead: 'not-supported',
    conditionalUpdate: false,
    conditionalDelete: 'not-supported',
    ...(params.length === 0 ? {} : { searchParam: params }),
  };
}
