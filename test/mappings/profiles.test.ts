import type { Bundle } from '@medplum/fhirtypes';
import { expect, test } from 'vitest';
import { errorsOf, mapped, resources, sample } from './live.ts';

type Change = (bundle: Bundle) => void;

function first<Item>(items: readonly Item[] | undefined): Item {
  const [item] = items ?? [];
  if (item === undefined) throw new Error('the sample has nothing to change here');
  return item;
}

/** What must never leave the mapping, made from a bundle that keeps to the profiles. */
const faults: readonly (readonly [what: string, from: string, change: Change])[] = [
  [
    'contact data of a client under non-disclosure',
    'throat-non-disclosure-fi',
    (bundle) => {
      first(resources(bundle, 'Patient')).telecom = [{ system: 'phone', value: '+358 50 000 0103' }];
    },
  ],
  [
    'contact data of a guardian of such a client',
    'diarrhoea-child-non-disclosure-sv',
    (bundle) => {
      first(resources(bundle, 'RelatedPerson')).address = [{ city: 'Esbo' }];
    },
  ],
  [
    'a personal identity code of another system',
    'uti-fi',
    (bundle) => {
      first(first(resources(bundle, 'Patient')).identifier).system = 'urn:oid:1.2.246.537.26';
    },
  ],
  [
    'a diagnosis',
    'uti-fi',
    (bundle) => {
      const subject = { reference: first(bundle.entry).fullUrl ?? '' };
      bundle.entry?.push({
        fullUrl: 'urn:uuid:7d4e5b0a-6f0c-4a53-9f39-0f1c6a7d2b11',
        resource: { resourceType: 'Condition', subject },
      });
    },
  ],
  [
    'a priority without the class it comes from',
    'uti-fi',
    (bundle) => {
      first(resources(bundle, 'Task')).input = [];
    },
  ],
  [
    'a class that Omaolo does not have',
    'uti-fi',
    (bundle) => {
      const { valueCoding } = first(first(resources(bundle, 'Task')).input);
      if (valueCoding) valueCoding.code = 'P9';
    },
  ],
  [
    'a note without its text',
    'uti-fi',
    (bundle) => {
      delete first(first(resources(bundle, 'DocumentReference')).content).attachment.data;
    },
  ],
  [
    'a question without its text',
    'uti-fi',
    (bundle) => {
      delete first(first(first(resources(bundle, 'QuestionnaireResponse')).item).item).text;
    },
  ],
  [
    'a guardian without proof of the right to act',
    'ear-child-fi',
    (bundle) => {
      delete first(resources(bundle, 'RelatedPerson')).extension;
    },
  ],
  [
    'an assessment without consent',
    'uti-fi',
    (bundle) => {
      delete first(resources(bundle, 'Provenance')).extension;
    },
  ],
  [
    'a blood pressure with one pressure only',
    'blood-pressure-fi',
    (bundle) => {
      first(resources(bundle, 'Observation')).component?.pop();
    },
  ],
  [
    'a measurement without its unit in UCUM',
    'respiratory-measurements-fi',
    (bundle) => {
      delete first(resources(bundle, 'Observation')).valueQuantity?.code;
    },
  ],
  [
    'a booking right that has a time already',
    'periodic-check-fi',
    (bundle) => {
      first(resources(bundle, 'Appointment')).start = '2026-10-01T08:00:00+03:00';
    },
  ],
  [
    'a booking right that names the place of a client under non-disclosure',
    'well-being-coaching-en',
    (bundle) => {
      const place = resources(bundle, 'Appointment')[0]?.participant[1]?.actor;
      if (place) place.display = 'Mallila Health Station';
    },
  ],
  [
    'a coaching that tells an event as done',
    'well-being-coaching-fi',
    (bundle) => {
      const { detail } = first(first(resources(bundle, 'CarePlan')).activity);
      if (detail) detail.status = 'completed';
    },
  ],
  [
    'a note that does not tell where it may be divided',
    'uti-fi',
    (bundle) => {
      delete first(first(resources(bundle, 'DocumentReference')).content).attachment.extension;
    },
  ],
  [
    'a bundle without its task',
    'uti-fi',
    (bundle) => {
      bundle.entry = (bundle.entry ?? []).filter(({ resource }) => resource?.resourceType !== 'Task');
    },
  ],
];

test.each(faults)('the profiles refuse %s', (_, from, change) => {
  const bundle = mapped(sample(from));
  expect(errorsOf(bundle)).toEqual([]);
  change(bundle);
  expect(errorsOf(bundle)).not.toEqual([]);
});
