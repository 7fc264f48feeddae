import type { Format } from '../../log/message.ts';

/**
 * What differs between the releases of FHIR in what this door reads (http://hl7.org/fhir/STU3/, /R4/, /R5/
 * questionnaireresponse.html). Elements that changed their cardinality only are read in both forms.
 */
export interface Release {
  /** As the media type's parameter `fhirVersion` says it. */
  readonly version: string;
  /** STU3 refers to the Questionnaire by a Reference, later releases by a canonical address. */
  readonly questionnaire: 'reference' | 'canonical';
  /** The element of Consent that tells when it was given. */
  readonly consentTime: string;
  /** The elements of a QuestionnaireResponse and of its items. */
  readonly response: ReadonlySet<string>;
  readonly item: ReadonlySet<string>;
}

const resource = [
  'resourceType',
  'id',
  'meta',
  'implicitRules',
  'language',
  'text',
  'contained',
  'extension',
];
const response = [
  ...resource,
  'modifierExtension',
  'identifier',
  'basedOn',
  'questionnaire',
  'status',
  'subject',
  'authored',
  'author',
  'source',
  'item',
];
const item = ['id', 'extension', 'modifierExtension', 'linkId', 'definition', 'text', 'answer', 'item'];

/** What payloads of FHIR are called in the message log. */
type FhirFormat = Exclude<Format, 'assessment'>;

export const releases: Readonly<Record<FhirFormat, Release>> = {
  'questionnaire-response-stu3': {
    version: '3.0',
    questionnaire: 'reference',
    consentTime: 'dateTime',
    response: new Set([...response, 'parent', 'context']),
    item: new Set([...item, 'subject']),
  },
  'questionnaire-response': {
    version: '4.0',
    questionnaire: 'canonical',
    consentTime: 'dateTime',
    response: new Set([...response, 'partOf', 'encounter']),
    item: new Set(item),
  },
  'questionnaire-response-r5': {
    version: '5.0',
    questionnaire: 'canonical',
    consentTime: 'date',
    response: new Set([...response, 'partOf', 'encounter']),
    item: new Set(item),
  },
};

const formats: readonly FhirFormat[] = [
  'questionnaire-response-stu3',
  'questionnaire-response',
  'questionnaire-response-r5',
];

/** The format of a release, as the parameter `fhirVersion` names it. */
export function formatOf(version: string): FhirFormat | undefined {
  return formats.find((format) => releases[format].version === version);
}
