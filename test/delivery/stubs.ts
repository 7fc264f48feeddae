import type { DeliveryContext } from '../../src/delivery/context.ts';
import { retryTimes } from '../../src/delivery/retry-policy.ts';
import type { Claim } from '../../src/log/message.ts';
import { found, missed } from '../../src/record/finding.ts';
import type { RecordSystem } from '../../src/record/record.ts';
import { oneNote, quickRoute, readPayload } from './house.ts';

export const NOON = Date.parse('2026-03-01T12:00:00Z');

export function claimOf(given: Partial<Claim> = {}): Claim {
  return {
    id: 'm',
    fence: 1,
    source: 's',
    assessment: 'a',
    edition: 1,
    kind: 'cough',
    kindVersion: '1',
    urgency: 4,
    sentAt: NOON,
    acceptedAt: NOON,
    correlation: 'c',
    state: 'received',
    attempts: 0,
    format: 'assessment',
    payload: new Uint8Array(),
    steps: [],
    ...given,
  };
}

/** A record system that knows nothing, but for what is given. */
export function recordOf(given: Partial<RecordSystem>): RecordSystem {
  return {
    findPatient: async () => missed('patient-unknown', 'n'),
    findEncounter: async () => missed('encounter-missing', 'n'),
    verifyPatient: async (id) => found(id),
    verifyEncounter: async ({ id }) => found(id),
    create: async () => missed('refused', 'n'),
    transact: async () => missed('refused', 'n'),
    findAssignments: async () => found([]),
    findWritten: async () => found(undefined),
    findByIdentifier: async () => found(undefined),
    gaps: async () => found([]),
    ...given,
  };
}

/** What delivery works with, at noon. */
export function contextOf(given: Partial<DeliveryContext> = {}): DeliveryContext {
  return {
    mappings: () => oneNote,
    read: readPayload,
    validate: () => [],
    record: recordOf({}),
    route: quickRoute(),
    times: retryTimes,
    callTimeout: 1_000,
    withoutLookUp: () => new Set(),
    clock: { now: () => NOON, after: () => () => undefined },
    chance: () => 0.5,
    observe: {
      stepEnded: () => undefined,
      lookedUp: () => undefined,
      finished: () => undefined,
      abandoned: () => undefined,
      failed: () => undefined,
      circuitChanged: () => undefined,
    },
    crashPoint: () => undefined,
    ...given,
  };
}
