import { readFileSync } from 'node:fs';
import type { ErrorCode } from '../../src/errors.ts';
import type { Claim } from '../../src/log/message.ts';
import { type Doors, openDoors } from './doors.ts';

/** Messages for tests of the doors that show and mend them. */

const assessment: Record<string, unknown> = JSON.parse(
  readFileSync('mappings/symptom-assessment/samples/uti-fi.json', 'utf8'),
);

/** Sends one assessment, changed as told, and gives the id of its message. */
export async function send({ call }: Doors, changes: Record<string, unknown> = {}): Promise<string> {
  const receipt = await call({
    method: 'POST',
    url: '/v1/assessments',
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify({ ...assessment, ...changes }),
  });
  return receipt.json().id;
}

/** Doors behind which `case-0`, `case-1`, … stand, every other one urgent. */
export async function withMessages(count: number): Promise<Doors> {
  const doors = await openDoors();
  for (let i = 0; i < count; i += 1) {
    await send(doors, { id: `case-${i}`, urgency: { class: i % 2 === 0 ? 'P1' : 'P5' } });
  }
  return doors;
}

export async function claimOne({ log }: Doors): Promise<Claim> {
  const [claim] = await log.claim({ now: Date.now(), lease: 60_000, limit: 1 });
  if (claim === undefined) throw new Error('there was nothing to claim');
  return claim;
}

/** Lets the most urgent message end as held, and gives its id. */
export async function holdOne(doors: Doors, cause: ErrorCode = 'patient-unknown'): Promise<string> {
  const claim = await claimOne(doors);
  await doors.log.finish(claim, { state: 'held', cause, note: 'no match' }, Date.now());
  return claim.id;
}

/** A message that is held since nobody knows whether its note is in the record. */
export async function holdInDoubt(doors: Doors): Promise<string> {
  const claim = await claimOne(doors);
  await doors.log.mapped(claim, { mapping: 'm', digest: 'd', bundle: '{}', at: Date.now() });
  const attempt = await doors.log.intend(claim, { name: 'DocumentReference', at: Date.now() });
  await doors.log.settle(claim, {
    name: 'DocumentReference',
    attempt,
    state: 'unknown',
    at: Date.now(),
    error: 'record-outcome-unknown',
  });
  await doors.log.finish(claim, { state: 'held', cause: 'record-outcome-unknown' }, Date.now());
  return claim.id;
}

/** Sends what a person does by hand. */
export function act({ call }: Doors, path: string, body: Record<string, unknown> | string = {}) {
  return call({
    method: 'POST',
    url: `/v1/operations/${path}`,
    headers: { 'content-type': 'application/json' },
    payload:
      typeof body === 'string'
        ? body
        : JSON.stringify({ by: 'Aino Hoitaja', why: 'opened the patient', ...body }),
  });
}
