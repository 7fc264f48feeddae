import { describe, expect, test } from 'vitest';
import type { Twin } from '../../src/sandbox/twin.ts';
import { call, epicCodes, matches, newPatient, startTwin } from './helper.ts';

const HETU = 'urn:oid:1.2.246.21';
const now = () => new Date('2026-11-09T10:00:00Z');
const start = '2026-11-10T06:00:00.000Z';

const find = (twin: Twin, hetu: string, more: object[] = []) =>
  call(twin, `${twin.stu3Url}/Appointment/$find`, {
    body: {
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'patient',
          resource: { resourceType: 'Patient', identifier: [{ system: HETU, value: hetu }] },
        },
        { name: 'startTime', valueDateTime: '2026-11-10T00:00:00Z' },
        { name: 'endTime', valueDateTime: '2026-11-11T00:00:00Z' },
        ...more,
      ],
    },
  });

const book = (twin: Twin, patient: string, appointment: string) =>
  call(twin, `${twin.stu3Url}/Appointment/$book`, {
    body: {
      resourceType: 'Parameters',
      parameter: [
        { name: 'patient', valueReference: { reference: `Patient/${patient}` } },
        { name: 'appointment', valueIdentifier: { value: appointment } },
      ],
    },
  });

describe('scheduling by STU3', () => {
  test('finds free times as proposed appointments', async () => {
    const twin = await startTwin({ days: 3, now });
    const { hetu } = await newPatient(twin);
    const found = matches(await find(twin, hetu));
    expect(found).toHaveLength(7);
    expect(found[0]).toMatchObject({ resourceType: 'Appointment', status: 'proposed', start });
  });

  test('finds only times of the service that is wanted', async () => {
    const twin = await startTwin({ now });
    const { hetu } = await newPatient(twin);
    const serviceType = { coding: [{ code: 'nurse' }] };
    await call(twin, '/twin/slots', { body: { start, serviceType } });
    const wanted = (code: string) =>
      find(twin, hetu, [{ name: 'serviceType', valueCodeableConcept: { coding: [{ code }] } }]);
    expect(matches(await wanted('nurse'))).toHaveLength(1);
    expect(matches(await wanted('doctor'))).toHaveLength(0);
  });

  test('books a time once, and the record shows it', async () => {
    const twin = await startTwin({ now });
    const { patient } = await newPatient(twin);
    const { slot } = JSON.parse((await call(twin, '/twin/slots', { body: { start } })).text);
    const answers = await Promise.all(Array.from({ length: 8 }, () => book(twin, patient, slot)));
    expect(answers.filter((answer) => matches(answer).some((each) => each.status === 'booked'))).toHaveLength(
      1,
    );
    const kept = await call(twin, `/Appointment?patient=${patient}&status=booked&date=2026-11-10`);
    expect(matches(kept)).toMatchObject([{ status: 'booked', start }]);
  });

  test.each([
    ['outcome', 200, ['OperationOutcome']],
    ['cancelled', 200, ['Appointment', 'OperationOutcome']],
    ['conflict', 409, undefined],
  ] as const)('tells a taken time as %s', async (taken, status, types) => {
    const twin = await startTwin({ taken, now });
    const { patient } = await newPatient(twin);
    const { slot } = JSON.parse((await call(twin, '/twin/slots', { body: { start } })).text);
    await book(twin, patient, slot);
    const answer = await book(twin, patient, slot);
    expect(answer.status).toBe(status);
    expect(answer.json?.entry?.map((entry) => entry.resource.resourceType)).toEqual(types);
  });

  test('refuses unknown persons and times, and calls without a token', async () => {
    const twin = await startTwin({ now });
    const { patient } = await newPatient(twin);
    expect(epicCodes(await find(twin, '010101-923F'))).toEqual(['59144']);
    expect(epicCodes(await book(twin, patient, 'none'))).toEqual(['59144']);
    const guarded = await startTwin({ open: false });
    expect((await find(guarded, '131052-9085')).status).toBe(401);
  });
});
