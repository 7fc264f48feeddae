import type { Binary, DocumentReference } from '@medplum/fhirtypes';
import { isRecord, type Json, text, values } from '../json.ts';
import { refusal } from '../outcome.ts';
import { newId, type Stored } from '../resource.ts';
import { coded, encounterOf, oneOf, required, subjectOf, type Write } from './checks.ts';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const LOINC = 'http://loinc.org';

/**
 * DocumentReference.Create (Clinical Notes). Only the first attachment is kept, and nothing prevents the same note
 * from being filed twice: the record system does not either. `date` is the twin's clock, and elements that it does
 * not know (identifier, description, extensions) are dropped, so that nobody relies on them.
 */
export const writeDocument: Write = (store, body, id, now, { longestNote }) => {
  oneOf(body, 'status', ['current']);
  const docStatus = oneOf(body, 'docStatus', ['final', 'preliminary']);
  const type = coded(body, 'type');
  const known = values(type, 'coding').some((coding) => {
    const system = text(coding, 'system') ?? '';
    return system === LOINC || system.startsWith('urn:oid:');
  });
  if (!known) throw refusal(400, 59102, "type must be a LOINC code or the organisation's own.", 'type');
  const patient = subjectOf(store, body);
  const encounter = encounterOf(store, body, 'context.encounter', patient);
  const binary: Binary & Stored = { resourceType: 'Binary', id: newId(), ...attachment(body, longestNote) };
  const author = values(body, 'author').filter(isRecord);
  const period = values(body, 'context.period').filter(isRecord)[0];
  const resource: Shaped<DocumentReference> = {
    resourceType: 'DocumentReference',
    id,
    status: 'current',
    docStatus,
    type,
    category: [{ coding: [{ system: CATEGORY, code: 'clinical-note', display: 'Clinical Note' }] }],
    subject: { reference: `Patient/${patient.id}` },
    date: now.toISOString(),
    ...(author.length === 0 ? {} : { author }),
    content: [{ attachment: { contentType: 'text/plain', url: `Binary/${binary.id}` } }],
    context: {
      encounter: [{ reference: `Encounter/${encounter.id}` }],
      ...(period === undefined ? {} : { period }),
    },
  };
  return { resource, also: [binary] };
};

const CATEGORY = 'http://hl7.org/fhir/us/core/CodeSystem/us-core-documentreference-category';

/** The members of a FHIR resource, with values as the client sent them. */
type Shaped<R> = Stored & { [K in keyof R]?: unknown };

function attachment(body: Json, longest: number): { contentType: string; data: string } {
  const contentType = required(body, 'content.attachment.contentType');
  if (!/^text\/plain(\s*;.*)?$/.test(contentType)) {
    throw refusal(400, 59102, 'Only text/plain is taken.', 'content.attachment.contentType');
  }
  const data = required({ content: values(body, 'content')[0] }, 'content.attachment.data');
  if (!BASE64.test(data)) {
    throw refusal(400, 59102, 'data is not base64.', 'content.attachment.data');
  }
  if (Buffer.from(data, 'base64').toString('utf8').length > longest) {
    throw refusal(400, 59102, `The note must not exceed ${longest} characters.`, 'content.attachment.data');
  }
  return { contentType, data };
}
