import { randomUUID } from 'node:crypto';
import type { Bundle, BundleEntry, Observation, QuestionnaireResponse, Resource } from '@medplum/fhirtypes';
import type { Assessment } from '../../src/assessment/assessment.ts';
import type { Mapper } from '../../src/delivery/context.ts';
import { loadQuestionMaps } from '../../src/delivery/question-map.ts';
import type { Route } from '../../src/delivery/route.ts';
import { assign } from '../../src/sandbox/assignment.ts';
import type { Twin } from '../../src/sandbox/twin.ts';
import { bundleOf, quickRoute } from './house.ts';

/** The questionnaire that the example map is for, as staff of the record system would have made it. */
const questionnaire = {
  id: 'example-cough',
  item: [
    { linkId: '1', type: 'integer' },
    { linkId: '2', type: 'quantity' },
    { linkId: '3', type: 'choice' },
    { linkId: '4', type: 'text' },
  ],
};

/** Assigns the questionnaire to a patient of the twin. */
export function assignCough(twin: Twin, hetu: string): void {
  const [patient] = twin.store.patientsByIdentifier(hetu);
  assign(twin.store, patient?.resource.id ?? '', questionnaire);
}

const questionMaps = loadQuestionMaps('test/delivery/questionnaires');

/** Apotti's route with notes of so many characters at most, and the example map of questions. */
export function richRoute(change: Partial<Route> = {}, characters: number | undefined = 120) {
  const route = quickRoute({ questionMaps });
  const note = route.resources['DocumentReference'];
  if (note === undefined || !('write' in note) || note.write !== 'create')
    throw new Error('notes are created');
  const split = { characters, label: 'Osa {part}/{parts}' };
  return { ...route, resources: { ...route.resources, DocumentReference: { ...note, split } }, ...change };
}

/** A note of three parts, a vital sign, another measurement, and answers: five writes. */
export const rich: Mapper = {
  map: (source) => ({ mapping: 'rich', digest: 'd', bundle: richBundle(source) }),
};

/** The parts of the note, as they should stand in the record. */
export function richTexts({ id }: Pick<Assessment, 'id'>): readonly string[] {
  return sectionsOf(id)
    .slice(1)
    .map((section, i) => `Omaolo ${id}\nOsa ${i + 1}/3\n${section}`);
}

function sectionsOf(id: string): readonly string[] {
  return [`Omaolo ${id}`, 'a'.repeat(50), 'b'.repeat(50), 'c'.repeat(50)];
}

/** Observation before note, so that their order in the bundle is not that of writing. */
function richBundle(source: Assessment): Bundle {
  const sections = sectionsOf(source.id);
  const bundle = bundleOf(source, sections.join('\n'));
  const [patient, task, note] = bundle.entry ?? [];
  if (patient === undefined || task === undefined) throw new Error('the bundle holds a patient and a task');
  if (note?.resource?.resourceType !== 'DocumentReference') throw new Error('the bundle holds a note');
  const [content] = note.resource.content;
  const extension = sections.map(({ length }) => ({
    url: 'https://bridge.example/StructureDefinition/note-section',
    valueInteger: length,
  }));
  const attachment = { ...content?.attachment, extension };
  return {
    ...bundle,
    entry: [
      patient,
      task,
      entryOf(reading('8480-6', 'vital-signs', 128)),
      entryOf(reading('34714-6', 'laboratory', 2.4)),
      entryOf(answers),
      entryOf({ ...note.resource, content: [{ attachment }] }),
    ],
  };
}

function entryOf(resource: Resource): BundleEntry {
  return { fullUrl: `urn:uuid:${randomUUID()}`, resource };
}

function reading(code: string, category: string, value: number): Observation {
  return {
    resourceType: 'Observation',
    status: 'final',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: category }] },
    ],
    code: { coding: [{ system: 'http://loinc.org', code }] },
    effectiveDateTime: '2026-03-01T08:00:00+02:00',
    valueQuantity: { value, unit: 'mmHg', system: 'http://unitsofmeasure.org', code: 'mm[Hg]' },
  };
}

const answers: QuestionnaireResponse = {
  resourceType: 'QuestionnaireResponse',
  status: 'completed',
  authored: '2026-03-01T10:00:00Z',
  item: [
    {
      linkId: 'esitiedot',
      item: [
        { linkId: 'duration', answer: [{ valueInteger: 4 }] },
        { linkId: 'fever', answer: [{ valueQuantity: { value: 38.5, unit: '°C', code: 'Cel' } }] },
        { linkId: 'smoker', answer: [{ valueCoding: { code: 'no', display: 'En tupakoi' } }] },
        { linkId: 'other', answer: [{ valueBoolean: true }] },
      ],
    },
  ],
};
