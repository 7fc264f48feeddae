import { BASE } from './reading.ts';

export const party = (oid: string, display?: string): object => ({
  identifier: { system: 'urn:ietf:rfc:3986', value: `urn:oid:${oid}` },
  ...(display === undefined ? {} : { display }),
});

export const extension = (name: string, given: object): object => ({
  url: `${BASE}/StructureDefinition/${name}`,
  ...given,
});

export const consent = extension('consent', { extension: [{ url: 'given', valueBoolean: true }] });
export const recipient = extension('recipient', {
  extension: [{ url: 'organisation', valueReference: party('1.2.246.10.1') }],
});

/** A QuestionnaireResponse that has all it needs, with what is given. */
export function responseOf(given: object = {}): Record<string, unknown> {
  return {
    resourceType: 'QuestionnaireResponse',
    language: 'fi',
    extension: [consent, recipient],
    identifier: { value: 'a-1' },
    questionnaire: '#q',
    status: 'completed',
    subject: { identifier: { system: 'urn:oid:1.2.246.21', value: '020516C903K' } },
    authored: '2026-03-02T14:02:44+02:00',
    ...given,
  };
}

/** A Bundle of a QuestionnaireResponse and what comes with it; a resource is addressed by its type and id. */
export function bundleOf(response: object, ...others: object[]): object {
  return {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [response, ...others].map((resource) => ({ resource })),
  };
}
