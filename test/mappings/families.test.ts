import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadDefinitions } from '../../src/fhir/definitions.ts';
import { loadMappings } from '../../src/mapping/mappings.ts';
import { contract, errorsOf, mapped, mappings, noteOf, resources, sample } from './live.ts';

const LOINC = 'http://loinc.org';

describe('a follow-up of blood pressure', () => {
  const assessment = sample('blood-pressure-fi');
  const bundle = mapped(assessment);
  const readings = assessment.bloodPressure?.readings ?? [];
  const observations = resources(bundle, 'Observation');
  const pressures = observations.filter(({ code }) => code.coding?.[0]?.code === '85354-9');

  test('becomes one observation for each moment of measuring, with both pressures as they were sent', () => {
    const told = pressures.map(({ effectiveDateTime, component = [] }) => [
      effectiveDateTime,
      ...component.map(({ code, valueQuantity }) => [code.coding?.[0]?.code, valueQuantity?.value]),
    ]);
    expect(told).toEqual(
      readings.map(({ time, systolic, diastolic }) => [time, ['8480-6', systolic], ['8462-4', diastolic]]),
    );
  });

  test('has the pulse beside it where it was measured', () => {
    const pulses = observations.filter(({ code }) => code.coding?.[0]?.code === '8867-4');
    expect(pulses.map((each) => [each.effectiveDateTime, each.valueQuantity?.value])).toEqual(
      readings.flatMap(({ time, pulse }) => (pulse === undefined ? [] : [[time, pulse]])),
    );
  });

  test('has the averages in the note, as they were sent, and nowhere else', () => {
    expect(noteOf(bundle)).toContain(
      '- Aamu, 2026-03-12T00:00:00+02:00 – 2026-03-15T00:00:00+02:00: 147.3/91.8',
    );
    expect(JSON.stringify(observations)).not.toContain('147.3');
    const { averages: _, ...without } = assessment.bloodPressure ?? { readings: [] };
    expect(noteOf(mapped({ ...assessment, bloodPressure: without }))).not.toContain('Keskiarvot');
  });

  test('names who measured: the client, or whoever filled it for the client', () => {
    const performer = (name: string) => {
      const made = mapped(sample(name));
      const type = made.entry?.find(
        ({ fullUrl }) => fullUrl === resources(made, 'Observation')[0]?.performer?.[0]?.reference,
      )?.resource?.resourceType;
      return type;
    };
    expect([performer('blood-pressure-fi'), performer('blood-pressure-sv')]).toEqual([
      'Patient',
      'RelatedPerson',
    ]);
  });

  test('has each observation among what its provenance proves', () => {
    const targets = resources(bundle, 'Provenance')[0]?.target.map(({ reference }) => reference);
    const urls = bundle.entry?.filter(({ resource }) => resource?.resourceType === 'Observation');
    expect(urls?.length).toBe(observations.length);
    expect(targets).toEqual(expect.arrayContaining(urls?.map(({ fullUrl }) => fullUrl) ?? []));
  });
});

describe('a measurement that came with an assessment', () => {
  const open = sample('uti-fi');
  const time = '2026-03-02T09:00:00+02:00';
  const measured = (measurement: { code: string; system?: string; unit: string; unitCode?: string }) => {
    const { bookingRight: _, ...rest } = open;
    const bundle = mapped({ ...rest, measurements: [{ label: 'Mittaus', value: 5, time, ...measurement }] });
    expect(noteOf(bundle)).toContain(`- Mittaus: 5 ${measurement.unit} (${time})`);
    expect(errorsOf(bundle)).toEqual([]);
    return resources(bundle, 'Observation').map(({ code, category, valueQuantity }) => [
      code.coding?.[0]?.code,
      category?.[0]?.coding?.[0]?.code,
      valueQuantity?.code,
    ]);
  };

  test.each([
    [{ code: '8310-5', system: LOINC, unit: '°C', unitCode: 'Cel' }, ['8310-5', 'vital-signs', 'Cel']],
    [{ code: 'body-temperature', unit: '°C' }, ['8310-5', 'vital-signs', 'Cel']],
    [{ code: 'peak-expiratory-flow', unit: 'l/min' }, ['19935-6', 'vital-signs', 'L/min']],
    [{ code: 'inr', unit: 'INR' }, ['34714-6', 'laboratory', '{INR}']],
    [{ code: 'body-weight', unit: 'kg' }, ['29463-7', 'vital-signs', 'kg']],
    [{ code: 'blood-glucose', unit: 'mmol/l' }, ['15074-8', 'vital-signs', 'mmol/L']],
  ])('%o is an observation, and stands in the note', (measurement, observation) => {
    expect(measured(measurement)).toEqual([observation]);
  });

  test.each([
    ['a code that is not known', { code: 'steps', unit: 'askelta' }],
    ['a known word of another system', { code: 'inr', system: 'https://elsewhere.example', unit: 'INR' }],
    ['an amount of substance told as a mass', { code: 'blood-glucose', unit: 'mg/dl', unitCode: 'mg/dL' }],
    ['another unit of the same kind', { code: 'body-weight', unit: 'g', unitCode: 'g' }],
    ['a unit that is not known', { code: 'body-weight', unit: 'kiloa' }],
  ])('with %s stays in the note alone', (_, measurement) => {
    expect(measured(measurement)).toEqual([]);
  });
});

describe('a booking right', () => {
  test('becomes a proposed appointment with the national status and service', () => {
    const [right] = resources(mapped(sample('periodic-check-fi')), 'Appointment');
    expect(right).toMatchObject({
      status: 'proposed',
      _status: { extension: [{ valueCoding: { system: 'urn:oid:1.2.246.537.6.881', code: '2' } }] },
      serviceType: [{ coding: [{ system: 'urn:oid:1.2.246.537.6.49', code: 'EDC' }] }],
      requestedPeriod: [{ end: '2026-10-30T16:00:00+02:00' }],
      extension: [{ valuePositiveInt: 1 }, { valueCoding: { code: '1' } }],
    });
  });

  test('for a service that the national nomenclature does not have is told by its text', () => {
    const [right] = resources(mapped(sample('mobility-support-fi')), 'Appointment');
    expect(right?.serviceType).toEqual([{ text: 'Palvelutarpeen arviointi puhelimitse' }]);
  });
});

describe('a coaching', () => {
  test('becomes a care plan with what happened as the progress of its activities', () => {
    const { coaching } = sample('well-being-coaching-fi');
    const [plan] = resources(mapped(sample('well-being-coaching-fi')), 'CarePlan');
    expect(plan).toMatchObject({ status: 'active', title: 'Liiku enemmän' });
    const progress = plan?.activity?.flatMap((activity) => activity.progress ?? []);
    expect(progress?.map(({ time, text }) => [time, text])).toEqual(
      coaching?.events.map(({ time, type, text }) => [
        time,
        text === undefined ? type.label : `${type.label}\n${text}`,
      ]),
    );
  });

  test('that has ended is a completed one', () => {
    const [plan] = resources(mapped(sample('well-being-coaching-sv')), 'CarePlan');
    expect(plan).toMatchObject({ status: 'completed', period: { end: '2026-05-29T12:00:00+03:00' } });
  });
});

test('what no code was found for is told once each, by its map', () => {
  const assessment = sample('respiratory-measurements-fi');
  const context = { messageId: 'any', source: 'omaolo', acceptedAt: assessment.times.sent };
  expect(mappings.map(assessment, context).unmapped).toEqual([
    { map: 'measurement-loinc', behaviour: 'text' },
    { map: 'unit-ucum', behaviour: 'text' },
    { map: 'service-type', behaviour: 'text' },
  ]);
});

test('a service assessment asks for a work queue, and no other family does', () => {
  const asking = mappings.mappings.filter(({ needs }) => needs.length > 0);
  expect(asking.map(({ name, needs }) => [name, needs])).toEqual([
    ['service-assessment', ['recipient.queue']],
  ]);
});

test('a new kind of a family that is there needs one entry in the catalogue, and no template', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-mappings-'));
  try {
    cpSync('mappings', folder, { recursive: true });
    const catalogue = readFileSync(join(folder, 'kinds.yaml'), 'utf8');
    const entry =
      '- id: housing-service\n  mapping: service-assessment\n  status: active\n  titles: { fi: Asumispalvelu }\n';
    writeFileSync(join(folder, 'kinds.yaml'), catalogue + entry);
    const changed = loadMappings({
      folder,
      definitions: loadDefinitions({ folders: ['profiles'] }),
      sourceSchema: { ...contract.schemas['Assessment'], components: { schemas: contract.schemas } },
    });
    const { title: _, ...kind } = { ...sample('mobility-support-fi').kind, id: 'housing-service' };
    const assessment = { ...sample('mobility-support-fi'), kind };
    const context = { messageId: 'any', source: 'omaolo', acceptedAt: assessment.times.sent };
    const { mapping, bundle } = changed.map(assessment, context);
    expect(mapping).toBe('service-assessment');
    expect(noteOf(bundle)).toContain('\n\nTULOSYY\nAsumispalvelu\n\n');
    expect(errorsOf(bundle)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
