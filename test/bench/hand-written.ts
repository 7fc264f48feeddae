import type {
  Bundle,
  Coding,
  DocumentReference,
  Identifier,
  Meta,
  Patient,
  Provenance,
  QuestionnaireResponse,
  QuestionnaireResponseItem,
  QuestionnaireResponseItemAnswer,
  Reference,
  RelatedPerson,
  Task,
  TaskInput,
} from '@medplum/fhirtypes';
import type { Assessment, Contact, Names, Question, Recipient } from '../../src/assessment/assessment.ts';
import { uuidOf } from '../../src/mapping/uuid.ts';

/**
 * What mappings/symptom-assessment does, written by hand for a known kind, in Finnish headings and the standard layout,
 * without the observations, appointments and care plans that other contents would make: the yardstick of the mapping
 * engine's speed. One file on purpose: it stands against the whole folder of templates.
 */

const BASE = 'https://omaolo-apotti-bridge.invalid/fhir';
const EDITIONS = `${BASE}/identifier/omaolo-assessment-edition`;
const CASES = `${BASE}/identifier/omaolo-assessment`;
const PROFILES = 'https://hl7.fi/fhir/finnish-base-profiles/StructureDefinition';
const HIDDEN: Coding = {
  system: 'https://hl7.fi/fhir/finnish-base-profiles/CodeSystem/fi-base-security-label-cs',
  code: 'TURVAKIELTO',
  display: 'Turvakielto',
};

const CLASSES: Readonly<Record<string, { text?: string; priority: 'stat' | 'asap' | 'urgent' | 'routine' }>> =
  {
    P0: { text: 'Hoidetaan välittömästi, yhteys hätäkeskukseen', priority: 'stat' },
    P1: { text: 'Hoidetaan päivystyksenä', priority: 'asap' },
    P2: { text: 'Hoidetaan päivystyksenä, mutta ei yöllä', priority: 'urgent' },
    P3: { text: 'Voidaan siirtää virka-ajan lääkärille (1 vrk)', priority: 'urgent' },
    P4: { text: 'Voidaan siirtää virka-ajan lääkärille (2–3 vrk)', priority: 'routine' },
  };
const YES = { fi: 'Kyllä', sv: 'Ja', en: 'Yes' } as const;
const NO = { fi: 'Ei', sv: 'Nej', en: 'No' } as const;
const LANGUAGES = { fi: 'suomi', sv: 'ruotsi', en: 'englanti' } as const;
const NATIONAL = { fi: 'FI', sv: 'SV', en: 'EN' } as const;
const DISCLOSURE = {
  1: 'Ei päätöskykyinen alaikäinen, tiedot luovutetaan huoltajille',
  2: 'Päätöskykyinen alaikäinen, sallii tietojensa luovuttamisen huoltajille',
  3: 'Päätöskykyinen alaikäinen, kieltää tietojensa luovuttamisen huoltajille',
  4: 'Alaikäisen päätöskyky ei tiedossa, tietoja ei luovuteta huoltajille',
} as const;

interface Urls {
  readonly patient: string;
  readonly relatedPerson: string | undefined;
  readonly questionnaireResponse: string;
  readonly task: string;
  readonly documentReference: string;
  readonly provenance: string;
}

/** The canonical bundle of a symptom assessment whose kind the catalogue knows and sent its title. */
export function handWritten(
  assessment: Assessment,
  context: { readonly source: string; readonly acceptedAt: string },
): Bundle {
  const url = (name: string): string =>
    `urn:uuid:${uuidOf(context.source, assessment.id, assessment.edition, name)}`;
  const urls: Urls = {
    patient: url('patient'),
    relatedPerson: assessment.filledBy.role === 'self' ? undefined : url('relatedPerson'),
    questionnaireResponse: url('questionnaireResponse'),
    task: url('task'),
    documentReference: url('documentReference'),
    provenance: url('provenance'),
  };
  const { relatedPerson } = urls;
  return {
    resourceType: 'Bundle',
    meta: { profile: [`${BASE}/StructureDefinition/bridge-bundle`] },
    identifier: { system: EDITIONS, value: `${assessment.id}/${assessment.edition}` },
    type: 'collection',
    timestamp: assessment.times.sent,
    entry: [
      { fullUrl: urls.patient, resource: patient(assessment) },
      ...(relatedPerson ? [{ fullUrl: relatedPerson, resource: related(assessment, urls) }] : []),
      { fullUrl: urls.questionnaireResponse, resource: response(assessment, urls) },
      { fullUrl: urls.task, resource: task(assessment, urls) },
      { fullUrl: urls.documentReference, resource: documentReference(assessment, urls) },
      { fullUrl: urls.provenance, resource: provenance(assessment, urls, context.acceptedAt) },
    ],
  };
}

function isOpen({ client }: Assessment): boolean {
  return client.nonDisclosure !== true;
}

function title({ kind }: Assessment): string {
  return kind.title ?? kind.id;
}

function meta(assessment: Assessment, profile: string): Meta {
  const made: Meta = { profile: [`${BASE}/StructureDefinition/${profile}`] };
  if (!isOpen(assessment)) made.security = [HIDDEN];
  return made;
}

function edition({ id, edition: number }: Assessment, back = 0): Identifier {
  return { system: EDITIONS, value: `${id}/${number - back}` };
}

function filler({ filledBy }: Assessment, urls: Urls): Reference<Patient | RelatedPerson> {
  return { reference: filledBy.role === 'self' ? urls.patient : (urls.relatedPerson ?? '') };
}

function party(who: Recipient, display: string | undefined): { identifier: Identifier; display?: string } {
  const identifier = { system: 'urn:ietf:rfc:3986', value: `urn:oid:${who.oid}` };
  return display === undefined ? { identifier } : { identifier, display };
}

function hetu(value: string): Identifier {
  return {
    use: 'official',
    type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'NNFIN' }] },
    system: 'urn:oid:1.2.246.21',
    value,
  };
}

type Person = Pick<Patient, 'name' | 'telecom' | 'address'>;

function names(names: Names | undefined): Pick<Person, 'name'> {
  if (!names) return {};
  const { family, given } = names;
  return { name: [given ? { family, given: [...given] } : { family }] };
}

function telecom(contact: Contact | undefined): Pick<Person, 'telecom'> {
  const { phone, email } = contact ?? {};
  if (phone === undefined && email === undefined) return {};
  return {
    telecom: [
      ...(phone === undefined ? [] : [{ system: 'phone' as const, value: phone }]),
      ...(email === undefined ? [] : [{ system: 'email' as const, value: email }]),
    ],
  };
}

function address(contact: Contact | undefined): Pick<Person, 'address'> {
  if (!contact?.address) return {};
  const { lines, city, postalCode, country } = contact.address;
  return {
    address: [
      {
        ...(lines ? { line: [...lines] } : {}),
        ...(city === undefined ? {} : { city }),
        ...(postalCode === undefined ? {} : { postalCode }),
        ...(country === undefined ? {} : { country }),
      },
    ],
  };
}

function communication({ language }: Assessment): Pick<Patient, 'communication'> {
  return {
    communication: [
      {
        language: {
          coding: [
            { system: 'urn:ietf:bcp:47', code: language },
            { system: 'urn:oid:1.2.246.537.5.40175', code: NATIONAL[language] },
          ],
        },
      },
    ],
  };
}

function patient(assessment: Assessment): Patient {
  const { client, filledBy } = assessment;
  const { municipality, temporaryId } = client;
  const contact = isOpen(assessment) ? client.contact : undefined;
  const identifier: Identifier[] = [];
  if (client.hetu !== undefined) identifier.push(hetu(client.hetu));
  if (temporaryId) {
    identifier.push({ use: 'temp', system: `urn:oid:${temporaryId.system}`, value: temporaryId.value });
  }
  const made: Patient = { resourceType: 'Patient', meta: meta(assessment, 'bridge-patient') };
  if (isOpen(assessment) && municipality) {
    const { code, label } = municipality;
    const valueCoding: Coding = { system: 'urn:oid:1.2.246.537.6.21', code };
    if (label !== undefined) valueCoding.display = label;
    made.extension = [{ url: `${PROFILES}/municipality-code`, valueCoding }];
  }
  if (identifier.length > 0) made.identifier = identifier;
  Object.assign(made, names(client.names), telecom(contact));
  if (client.birthDate !== undefined) made.birthDate = client.birthDate;
  return Object.assign(made, address(contact), filledBy.role === 'self' ? communication(assessment) : {});
}

function related(assessment: Assessment, urls: Urls): RelatedPerson {
  const { role, person, authorisation } = assessment.filledBy;
  const contact = isOpen(assessment) ? person?.contact : undefined;
  const [code, display] = role === 'guardian' ? ['GUARD', 'guardian'] : ['POWATT', 'power of attorney'];
  const made: RelatedPerson = {
    resourceType: 'RelatedPerson',
    meta: meta(assessment, 'bridge-related-person'),
    ...(authorisation
      ? {
          extension: [
            {
              url: `${BASE}/StructureDefinition/authorisation`,
              extension: [
                { url: 'service', valueString: authorisation.service },
                { url: 'time', valueDateTime: authorisation.time },
                { url: 'answer', valueString: authorisation.answer },
                ...(authorisation.reference === undefined
                  ? []
                  : [{ url: 'reference', valueString: authorisation.reference }]),
              ],
            },
          ],
        }
      : {}),
    ...(person?.hetu === undefined ? {} : { identifier: [hetu(person.hetu)] }),
    patient: { reference: urls.patient },
    relationship: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code, display }] },
    ],
  };
  return Object.assign(
    made,
    names(person?.names),
    telecom(contact),
    address(contact),
    communication(assessment),
  );
}

function response(assessment: Assessment, urls: Urls): QuestionnaireResponse {
  const { kind, language, times, sections } = assessment;
  return {
    resourceType: 'QuestionnaireResponse',
    meta: meta(assessment, 'bridge-questionnaire-response'),
    language,
    identifier: edition(assessment),
    questionnaire: `${BASE}/Questionnaire/omaolo-${kind.id}|${kind.version}`,
    status: 'completed',
    subject: { reference: urls.patient },
    authored: times.completed,
    author: filler(assessment, urls),
    source: filler(assessment, urls),
    ...(sections.length === 0 ? {} : { item: sections.map(section) }),
  };
}

function section({ id, title: text, questions }: Assessment['sections'][number]): QuestionnaireResponseItem {
  const made: QuestionnaireResponseItem = { linkId: id };
  if (text !== undefined) made.text = text;
  if (questions.length > 0) made.item = questions.map(item);
  return made;
}

function item(question: Question): QuestionnaireResponseItem {
  const made: QuestionnaireResponseItem = { linkId: question.id, text: question.text };
  if (question.answers.length > 0) made.answer = answers(question);
  return made;
}

function answers(question: Question): QuestionnaireResponseItemAnswer[] {
  switch (question.type) {
    case 'boolean':
      return question.answers.map(({ value, display }) => ({ ...shown(display), valueBoolean: value }));
    case 'integer':
      return question.answers.map(({ value, display }) => ({ ...shown(display), valueInteger: value }));
    case 'decimal':
      return question.answers.map(({ value, display }) => ({ ...shown(display), valueDecimal: value }));
    case 'quantity':
      return question.answers.map(({ value, unit, code, display }) => ({
        ...shown(display),
        valueQuantity:
          code === undefined ? { value, unit } : { value, unit, system: 'http://unitsofmeasure.org', code },
      }));
    case 'date':
      return question.answers.map(({ value, display }) => ({ ...shown(display), valueDate: value }));
    case 'time':
      return question.answers.map(({ value, display }) => ({ ...shown(display), valueTime: value }));
    case 'dateTime':
      return question.answers.map(({ value, display }) => ({ ...shown(display), valueDateTime: value }));
    case 'string':
    case 'text':
      return question.answers.map(({ value }) => ({ valueString: value }));
    case 'choice':
    case 'choices':
      return question.answers.map(({ system, code, label }) => ({
        valueCoding: system === undefined ? { code, display: label } : { system, code, display: label },
      }));
    case 'attachment':
      return question.answers.map(({ contentType, data, url, size, title: name }) => ({
        valueAttachment: {
          contentType,
          ...(data === undefined ? {} : { data }),
          ...(url === undefined ? {} : { url }),
          ...(size === undefined ? {} : { size }),
          title: name,
        },
      }));
  }
}

function shown(display: string | undefined): Pick<QuestionnaireResponseItemAnswer, 'extension'> {
  return display === undefined ? {} : { extension: [{ url: DISPLAY, valueString: display }] };
}

const DISPLAY = `${BASE}/StructureDefinition/answer-display`;

function input(code: string, value: Omit<TaskInput, 'type'>): TaskInput {
  return { type: { coding: [{ system: `${BASE}/CodeSystem/task-input`, code }] }, ...value };
}

function inputs({ urgency }: Assessment): TaskInput[] {
  if (!urgency) return [];
  const { original, changed } = urgency;
  const system = `${BASE}/CodeSystem/urgency-class`;
  const made = [input('urgency-class', { valueCoding: { system, code: urgency.class } })];
  if (original !== undefined) {
    made.push(input('original-urgency-class', { valueCoding: { system, code: original } }));
  }
  if (changed) {
    made.push(input('urgency-changed-by', { valueString: changed.by }));
    made.push(input('urgency-changed-at', { valueDateTime: changed.time }));
    if (changed.reason !== undefined) {
      made.push(input('urgency-change-reason', { valueString: changed.reason }));
    }
  }
  return made;
}

function task(assessment: Assessment, urls: Urls): Task {
  const { urgency, times } = assessment;
  const { organisation, unit, queue } = assessment.recipient;
  const recipients = [unit, queue].flatMap((who) =>
    who ? [party(who, isOpen(assessment) ? who.name : undefined)] : [],
  );
  const input = inputs(assessment);
  return {
    resourceType: 'Task',
    meta: meta(assessment, 'bridge-task'),
    identifier: [edition(assessment)],
    groupIdentifier: { system: CASES, value: assessment.id },
    status: 'requested',
    businessStatus: { text: 'Uusi tehtävä' },
    intent: 'order',
    ...(urgency ? { priority: CLASSES[urgency.class]?.priority ?? 'routine' } : {}),
    description: title(assessment),
    focus: { reference: urls.questionnaireResponse },
    for: { reference: urls.patient },
    authoredOn: times.sent,
    requester: filler(assessment, urls),
    owner: party(organisation, organisation.name),
    ...(recipients.length > 0 ? { restriction: { recipient: recipients } } : {}),
    ...(input.length > 0 ? { input } : {}),
  };
}

function documentReference(assessment: Assessment, urls: Urls): DocumentReference {
  const { edition: number, language, times } = assessment;
  const sections = note(assessment);
  const { organisation } = assessment.recipient;
  return {
    resourceType: 'DocumentReference',
    meta: meta(assessment, 'bridge-note'),
    identifier: [edition(assessment)],
    status: 'current',
    docStatus: 'preliminary',
    type: { coding: [{ system: 'http://loinc.org', code: '51855-5', display: 'Patient Note' }] },
    subject: { reference: urls.patient },
    date: times.sent,
    author: [filler(assessment, urls)],
    custodian: party(organisation, organisation.name),
    ...(number === 1
      ? {}
      : { relatesTo: [{ code: 'appends', target: { identifier: edition(assessment, 1) } }] }),
    description: title(assessment),
    ...(isOpen(assessment) ? {} : { securityLabel: [{ coding: [HIDDEN] }] }),
    content: [
      {
        attachment: {
          extension: sections.map(({ length }) => ({ url: NOTE_SECTION, valueInteger: length })),
          contentType: 'text/plain;charset=utf-8',
          language,
          data: Buffer.from(sections.join('\n'), 'utf8').toString('base64'),
          title: title(assessment),
          creation: times.sent,
        },
      },
    ],
    context: { related: [{ reference: urls.questionnaireResponse }] },
  };
}

function provenance(assessment: Assessment, urls: Urls, acceptedAt: string): Provenance {
  const { consent, client, edition: number, filledBy, times } = assessment;
  const { organisation } = assessment.recipient;
  const type = (code: string) => ({
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type', code }],
  });
  const disclosure = client.disclosureToGuardian;
  return {
    resourceType: 'Provenance',
    meta: meta(assessment, 'bridge-provenance'),
    extension: [
      {
        url: `${BASE}/StructureDefinition/consent`,
        extension: [
          { url: 'given', valueBoolean: consent.given },
          ...(consent.time === undefined ? [] : [{ url: 'time', valueDateTime: consent.time }]),
          ...(consent.text === undefined ? [] : [{ url: 'text', valueString: consent.text }]),
        ],
      },
      ...(disclosure === undefined
        ? []
        : [
            {
              url: `${PROFILES}/RestrictionParent`,
              valueCoding: {
                system: 'urn:oid:1.2.246.537.5.40202.201901',
                code: disclosure,
                display: DISCLOSURE[disclosure],
              },
            },
          ]),
    ],
    target: [
      { reference: urls.questionnaireResponse },
      { reference: urls.documentReference },
      { reference: urls.task },
    ],
    occurredDateTime: times.completed,
    recorded: acceptedAt,
    activity: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-DataOperation', code: 'CREATE' }],
    },
    agent: [
      {
        type: type('author'),
        who: filler(assessment, urls),
        ...(filledBy.role === 'self' ? {} : { onBehalfOf: { reference: urls.patient } }),
      },
      { type: type('assembler'), who: { type: 'Device', display: 'Omaolo' } },
      { type: type('custodian'), who: party(organisation, organisation.name) },
    ],
    entity: [
      { role: 'source', what: { identifier: edition(assessment) } },
      ...(number === 1 ? [] : [{ role: 'revision' as const, what: { identifier: edition(assessment, 1) } }]),
    ],
  };
}

const NOTE_SECTION = `${BASE}/StructureDefinition/note-section`;

/** The sections of the note, as mappings/shared/note.yaml has them; those without content are left out. */
function note(assessment: Assessment): string[] {
  const { language, summary } = assessment;
  return [
    opening(assessment),
    ['', 'TULOSYY', title(assessment)],
    ...assessment.sections.map(({ title: heading, questions }, at) => {
      const lines = at === 0 ? ['', 'ESITIEDOT', ''] : [''];
      if (heading !== undefined) lines.push(heading);
      for (const question of questions) answerLines(question, language, lines);
      return lines;
    }),
    measurementLines(assessment),
    summary === undefined ? [] : ['', 'Ammattilaisen tiivistelmä (Omaolo)', summary],
    evaluationLines(assessment),
    bookingLines(assessment),
    sourceLines(assessment),
  ]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'));
}

function opening({ urgency, filledBy, trial, edition: number, client }: Assessment): string[] {
  const text = urgency && CLASSES[urgency.class]?.text;
  const lines: string[] = [];
  if (!urgency) lines.push('Omaolo ei lähettänyt kiireellisyysluokkaa');
  else lines.push(`${urgency.class} – Omaolon kiireellisyysluokka${text === undefined ? '' : `: ${text}`}`);
  lines.push('Asiakkaan ilmoittamat tiedot; tuotettu luokan IIa lääkinnällisellä laitteella (Omaolo).');
  if (filledBy.role !== 'self') {
    lines.push(`Täytetty asiakkaan puolesta: ${filledBy.role === 'guardian' ? 'huoltaja' : 'valtuutettu'}`);
  }
  if (trial === true) lines.push('KOKEILU. Täyttäjä ilmoitti vain kokeilevansa palvelua.');
  if (number !== 1) lines.push(`Muuttaa painosta ${number - 1}`);
  if (client.nonDisclosure === true) {
    lines.push('Turvakielto. Yhteystietoja, kotikuntaa ja toimipistettä ei näytetä.');
  }
  return lines;
}

function sourceLines(assessment: Assessment): string[] {
  const { id, edition: number, kind, language, times, consent } = assessment;
  const lines = ['', 'LÄHDE JA AIKA', `Omaolon arvio: ${id}`, `Painos: ${number}`];
  lines.push(`Laji ja versio: ${kind.id} ${kind.version}`, `Täyttökieli: ${LANGUAGES[language]}`);
  if (times.started !== undefined) lines.push(`Aloitettu: ${times.started}`);
  lines.push(`Täytetty: ${times.completed}`, `Lähetetty: ${times.sent}`);
  const agreed = 'Suostumus lähettämiseen annettu';
  lines.push(consent.time === undefined ? agreed : `${agreed}: ${consent.time}`);
  if (consent.text !== undefined) lines.push(consent.text);
  peopleLines(assessment, lines);
  return lines;
}

function answerLines(question: Question, language: Assessment['language'], lines: string[]): void {
  lines.push(question.text);
  if (question.answers.length === 0) lines.push('- Ei vastattu');
  switch (question.type) {
    case 'boolean':
      for (const { value, display } of question.answers) {
        lines.push(`- ${display ?? (value ? YES : NO)[language]}`);
      }
      return;
    case 'quantity':
      for (const { value, unit, display } of question.answers) {
        lines.push(`- ${display ?? `${value} ${unit}`}`);
      }
      return;
    case 'string':
    case 'text':
      for (const { value } of question.answers) lines.push(`- ${value}`);
      return;
    case 'choice':
    case 'choices':
      for (const { label } of question.answers) lines.push(`- ${label}`);
      return;
    case 'attachment':
      for (const { title: name, contentType, url } of question.answers) {
        lines.push(`- ${name} (${contentType})`);
        if (url !== undefined) lines.push(url);
      }
      return;
    default:
      for (const { value, display } of question.answers) lines.push(`- ${display ?? value}`);
  }
}

function measurementLines({ measurements = [] }: Assessment): string[] {
  const lines = measurements.length > 0 ? ['', 'Mittaukset'] : [];
  for (const { label, display, value, unit, time } of measurements) {
    lines.push(`- ${label}: ${display ?? `${value} ${unit}`} (${time})`);
  }
  return lines;
}

function evaluationLines({ urgency, result }: Assessment): string[] {
  if (!urgency && !result) return [];
  const lines = ['', 'OMAOLON ARVIO'];
  if (urgency) {
    const { original, changed } = urgency;
    lines.push(`Kiireellisyysluokka: ${urgency.class}`);
    if (original !== undefined) lines.push(`Alkuperäinen kiireellisyysluokka: ${original}`);
    if (changed) lines.push(`Luokan muutti: ${changed.by}`, `Luokka muutettu: ${changed.time}`);
    if (changed?.reason !== undefined) lines.push(`Muutoksen syy: ${changed.reason}`);
  }
  if (result?.recommendation !== undefined) lines.push('', 'Toimintasuositus', result.recommendation);
  if (result?.local !== undefined) lines.push('', 'Organisaation oma ohje', result.local);
  return lines;
}

function bookingLines(assessment: Assessment): string[] {
  const { bookingRight: right } = assessment;
  if (!right) return [];
  const lines = ['', 'AJANVARAUSOIKEUS'];
  if (right.text !== undefined) lines.push(right.text);
  lines.push(`Palvelu: ${right.service.label}`);
  if (right.unit?.name !== undefined && isOpen(assessment)) lines.push(`Toimipiste: ${right.unit.name}`);
  if (right.from !== undefined) lines.push(`Alkaen: ${right.from}`);
  lines.push(`Viimeistään: ${right.until}`);
  if (right.count !== undefined) lines.push(`Käyntejä: ${right.count}`);
  lines.push(`Ajanvarausoikeuden tunnus: ${right.id}`);
  return lines;
}

function peopleLines(assessment: Assessment, lines: string[]): void {
  const { filledBy, client, recipient } = assessment;
  const { person, authorisation } = filledBy;
  if (filledBy.role === 'self') lines.push('Täyttäjä: asiakas itse');
  else {
    const name = person?.names && [...(person.names.given ?? []), person.names.family].join(' ');
    const role = filledBy.role === 'guardian' ? 'huoltaja' : 'valtuutettu';
    lines.push(`Täyttäjä: ${role}${name === undefined ? '' : `, ${name}`}`);
  }
  if (authorisation) {
    const { service, answer, time, reference } = authorisation;
    lines.push(`Oikeus toimia toisen puolesta: ${service}, ${answer}, ${time}`);
    if (reference !== undefined) lines.push(`Viite: ${reference}`);
  }
  if (client.disclosureToGuardian !== undefined) {
    const value = client.disclosureToGuardian;
    lines.push(`Alaikäisen tietojen luovuttaminen huoltajille: ${value} (${DISCLOSURE[value]})`);
  }
  partyLine('Vastaanottava organisaatio', recipient.organisation, lines);
  if (!isOpen(assessment)) return;
  if (recipient.unit) partyLine('Vastaanottava toimipiste', recipient.unit, lines);
  if (recipient.queue) partyLine('Vastaanottava työjono', recipient.queue, lines);
  contactLines('Asiakas', client.contact, lines);
  if (client.municipality) {
    const { code, label } = client.municipality;
    lines.push(`Kotikunta: ${code}${label === undefined ? '' : ` ${label}`}`);
  }
  contactLines('Täyttäjä', person?.contact, lines);
}

function partyLine(label: string, { name, oid }: Recipient, lines: string[]): void {
  lines.push(name === undefined ? `${label}: ${oid}` : `${label}: ${name} (${oid})`);
}

function contactLines(label: string, contact: Contact | undefined, lines: string[]): void {
  if (!contact) return;
  const { phone, email, address: place } = contact;
  if (phone !== undefined) lines.push(`${label}, puhelin: ${phone}`);
  if (email !== undefined) lines.push(`${label}, sähköposti: ${email}`);
  if (place) {
    const { lines: street = [], postalCode, city, country } = place;
    lines.push(`${label}, osoite:`, ...street);
    const town = [postalCode, city].filter((part) => part !== undefined);
    if (town.length > 0) lines.push(town.join(' '));
    if (country !== undefined) lines.push(country);
  }
}
