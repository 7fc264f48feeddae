import { describe, expect, it } from 'vitest';
import type { Assessment } from '../../src/assessment/assessment.ts';
import { formatsOf, readersOf } from '../../src/intake/formats.ts';
import { settings } from '../intake/fhir/reading.ts';
import { contract, mapped, mappings, noteOf, samples } from '../mappings/live.ts';
import { openDoors } from './doors.ts';

const read = readersOf(
  formatsOf(settings, () => mappings.kinds),
  contract,
);

/** Sends the canonical bundle of an assessment back through the door, and reads what was stored of it. */
async function sentBack(assessment: Assessment): Promise<Assessment> {
  const { call, log } = await openDoors();
  const answer = await call({
    method: 'POST',
    url: '/fhir/QuestionnaireResponse',
    headers: { 'content-type': 'application/fhir+json' },
    payload: JSON.stringify(mapped(assessment)),
  });
  expect([answer.statusCode, answer.body]).toEqual([202, expect.stringContaining('accepted as')]);
  const [claim] = await log.claim({ now: Date.now(), lease: 1000, limit: 1 });
  if (claim === undefined) throw new Error('nothing was stored');
  return read(claim);
}

/** A booking right without its service, whose code the mapping may translate, and without names of places. */
function rightOf({ bookingRight }: Assessment): object | undefined {
  if (bookingRight === undefined) return undefined;
  const { service: _, unit, ...rest } = bookingRight;
  return { ...rest, ...(unit === undefined ? {} : { unit: unit.oid }) };
}

/** The readings without the pulse, which the mapping makes an observation of its own of. */
function readingsOf({ bloodPressure }: Assessment): readonly object[] | undefined {
  return bloodPressure?.readings.map(({ time, systolic, diastolic }) => ({ time, systolic, diastolic }));
}

describe('the canonical bundle of each sample, sent back through the door', () => {
  it.each(samples.map(({ name, assessment }) => [name, assessment] as const))(
    '%s gives the same questions and answers in the note, and the same case, client, sender and receiver',
    async (_, assessment) => {
      const again = await sentBack({ ...assessment, trial: false });
      const { id, edition, language, times, client, filledBy, recipient, consent, urgency } = again;
      const { municipality, ...known } = client;
      // What came back is a part of what was sent: contact data are not told under non-disclosure.
      expect(assessment).toMatchObject({ id, edition, language, consent, client: known, filledBy });
      // The mapping may know the name of a municipality that came as a code only.
      if (municipality !== undefined) expect(municipality.code).toBe(assessment.client.municipality?.code);
      expect(times).toEqual({ completed: assessment.times.completed, sent: assessment.times.sent });
      expect(recipient.organisation).toEqual(assessment.recipient.organisation);
      // Alone, a queue cannot be told from a unit.
      if (assessment.recipient.unit !== undefined) expect(assessment.recipient).toMatchObject(recipient);
      expect([client.hetu, client.temporaryId]).toEqual([
        assessment.client.hetu,
        assessment.client.temporaryId,
      ]);
      expect(client.nonDisclosure === true).toBe(assessment.client.nonDisclosure === true);
      expect(again.kind).toMatchObject({ id: assessment.kind.id, version: assessment.kind.version });
      expect(urgency).toEqual(assessment.urgency);
      expect(rightOf(again)).toEqual(rightOf(assessment));
      expect(readingsOf(again)).toEqual(readingsOf(assessment));
      expect(noteOf(mapped({ ...assessment, sections: again.sections }))).toBe(noteOf(mapped(assessment)));
    },
  );
});
