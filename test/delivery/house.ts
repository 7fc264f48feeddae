import { randomUUID } from 'node:crypto';
import type { Bundle } from '@medplum/fhirtypes';
import { onTestFinished } from 'vitest';
import type { Assessment } from '../../src/assessment/assessment.ts';
import type { Mapper, Observer } from '../../src/delivery/context.ts';
import { createDelivery, type DeliveryOptions, deliverySettings } from '../../src/delivery/delivery.ts';
import { encounterRuleOf, loadRoute, type Route } from '../../src/delivery/route.ts';
import type { MessageLog } from '../../src/log/log.ts';
import type { MessageHistory, NewMessage } from '../../src/log/message.ts';
import { createInProcessQueue } from '../../src/queue/in-process.ts';
import { createRecordSystem, type RecordSystem } from '../../src/record/record.ts';
import { createTransport } from '../../src/record/transport.ts';
import { notesOf } from '../../src/sandbox/notes.ts';
import { createTwin, type TwinOptions } from '../../src/sandbox/twin.ts';
import { lendLog } from './shared-log.ts';

const HETU = 'urn:oid:1.2.246.21';

/** Read once: checking a route takes longer than a test does. */
const route = loadRoute('mappings/routes/apotti.yaml');

/** Apotti's route, with the pauses of a test. */
export function quickRoute(change: Partial<Route> = {}) {
  const look = { other: { first: 'PT0S', most: 'PT0S' } };
  const encounter = change.encounter ?? { ...encounterRuleOf(route), look };
  return { ...route, unknown: { settle: 'PT0S', limit: 'P3D' }, ...change, encounter };
}

/** The assessment of the tests: just enough for the mapper below. */
export function assessment(hetu: string | undefined, given: Partial<Assessment> = {}): Assessment {
  return {
    id: randomUUID(),
    edition: 1,
    kind: { id: 'cough', version: '1' },
    language: 'fi',
    times: { completed: '2026-03-01T10:00:00Z', sent: '2026-03-01T10:00:00Z' },
    client: hetu === undefined ? {} : { hetu },
    filledBy: { role: 'self' },
    recipient: { organisation: { oid: '1.2.246.10.1' } },
    consent: { given: true },
    sections: [],
    ...given,
  };
}

/** Makes one note, and a task that stays in the bridge. The note names its assessment and edition. */
export const oneNote: Mapper = {
  map: (source) => ({ mapping: 'one-note', digest: 'd', bundle: bundleOf(source, noteText(source)) }),
};

export function noteText(source: Pick<Assessment, 'id' | 'edition'>): string {
  return `Omaolo ${source.id}\nversio ${source.edition}\n\nÄäni kähisee.`;
}

export function bundleOf(source: Assessment, note: string): Bundle {
  const patient = `urn:uuid:${randomUUID()}`;
  const { hetu } = source.client;
  return {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [
      {
        fullUrl: patient,
        resource: {
          resourceType: 'Patient',
          ...(hetu === undefined ? {} : { identifier: [{ system: HETU, value: hetu }] }),
        },
      },
      {
        fullUrl: `urn:uuid:${randomUUID()}`,
        resource: { resourceType: 'Task', status: 'requested', intent: 'order', for: { reference: patient } },
      },
      {
        fullUrl: `urn:uuid:${randomUUID()}`,
        resource: {
          resourceType: 'DocumentReference',
          status: 'current',
          docStatus: 'preliminary',
          type: { coding: [{ system: 'http://loinc.org', code: '34109-9' }] },
          subject: { reference: patient },
          author: [{ reference: patient }],
          content: [
            { attachment: { contentType: 'text/plain', data: Buffer.from(note).toString('base64') } },
          ],
        },
      },
    ],
  };
}

function messageOf(source: Assessment, given: Partial<NewMessage> = {}): NewMessage {
  const now = Date.now();
  return {
    id: randomUUID(),
    source: 'omaolo',
    assessment: source.id,
    edition: source.edition,
    kind: source.kind.id,
    kindVersion: source.kind.version,
    title: 'Yskä',
    urgency: 4,
    sentAt: now,
    acceptedAt: now,
    trial: false,
    correlation: randomUUID(),
    format: 'assessment',
    payload: Buffer.from(JSON.stringify(source)),
    ...given,
  };
}

type Overrides = Partial<Omit<DeliveryOptions, 'log' | 'record'>>;

/** A payload of the contract, as the intake stored it. */
export function readPayload({ payload }: { readonly payload: Uint8Array }): Assessment {
  return JSON.parse(Buffer.from(payload).toString('utf8'));
}

/** A house of log, twin and record; all of it is closed and gone when the test is over. */
export async function openHouse(twinOptions: TwinOptions = {}) {
  const { log, giveBack } = await lendLog();
  const twin = await createTwin({ open: true, postSearch: true, ...twinOptions });
  const transport = createTransport({ connections: 8, timeout: 400 });
  const record = createRecordSystem({ baseUrl: twin.fhirUrl, transport, now: Date.now });
  const deliveries: { stop(): Promise<void> }[] = [];
  onTestFinished(async () => {
    await Promise.all(deliveries.map((each) => each.stop()));
    await transport.close();
    await twin.close();
    await giveBack();
  });

  return {
    log,
    twin,
    record,
    /** A person of the twin in a situation; each call of one `nth` gives the same. */
    person(situation: string, nth = 0): string {
      const found = twin.people.filter((each) => each.situation === situation)[nth];
      if (found === undefined) throw new Error(`the twin has no such person: ${situation} ${nth}`);
      return found.hetu;
    },
    /** Begins delivery over the log; quick pauses. */
    deliver(overrides: Overrides & { log?: MessageLog; record?: RecordSystem } = {}) {
      const delivery = createDelivery({
        log,
        queue: createInProcessQueue(),
        mappings: () => oneNote,
        read: readPayload,
        validate: () => [],
        record,
        route: quickRoute(),
        logger: quiet,
        chance: () => 0.5,
        ...overrides,
        settings: { ...quickSettings, ...overrides.settings },
      });
      deliveries.push(delivery);
      delivery.start();
      return delivery;
    },
    async accept(source: Assessment, given: Partial<NewMessage> = {}): Promise<string> {
      return (await log.accept(messageOf(source, given))).id;
    },
    /** What a person does when the cause of a held message was mended. */
    again: (id: string) => log.resolve(id, { act: 'again' }, by, Date.now()),
    /** Waits until a message satisfies; fails with its history after a while. */
    async until(id: string, state: string | ((message: MessageHistory) => boolean)): Promise<MessageHistory> {
      const fits = typeof state === 'string' ? (m: MessageHistory) => m.state === state : state;
      for (let look = 0; look < 600; look += 1) {
        const message = await log.message(id);
        if (message !== undefined && fits(message)) return message;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      throw new Error(`never so: ${JSON.stringify(await log.message(id), null, 1)}`);
    },
    notes: () => notesOf(twin.store),
  };
}

export const quickSettings = {
  ...deliverySettings,
  lease: 2_000,
  callTimeout: 400,
  sweep: 20,
  stopLimit: 1_000,
  times: { first: 20, most: 100, told: 200, limit: 86_400_000, oldest: 10 * 86_400_000, stop: 60 },
  circuit: { threshold: 5, first: 20, most: 100 },
};

/** Who resolves messages in tests. */
export const by = { who: 'tester', why: 'it was mended' };

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Counts what an observer is told, by name. */
export function counting(): { counts: Map<string, number>; observe: Partial<Observer> } {
  const counts = new Map<string, number>();
  const count = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
  return {
    counts,
    observe: {
      stepEnded: ({ outcome }) => count(`step ${outcome}`),
      lookedUp: (outcome) => count(`looked up: ${outcome}`),
      finished: ({ ending }) => count(ending.state),
      abandoned: (why) => count(`abandoned: ${why}`),
      failed: () => count('failed'),
      circuitChanged: ({ state }) => count(`circuit ${state}`),
    },
  };
}

/** A log as a process sees it that dies: after that no call is answered and nothing more is written. */
export function mortal(log: MessageLog) {
  let dead = false;
  const never = new Promise<never>(() => undefined);
  const perish = (): Promise<never> => {
    dead = true;
    return never;
  };
  const guarded = new Proxy(log, {
    get:
      (target, name: keyof MessageLog) =>
      async (...args: unknown[]): Promise<unknown> => {
        if (dead) return never;
        const answer: unknown = await Reflect.apply(target[name], target, args);
        return dead ? never : answer;
      },
  });
  return { log: guarded, perish };
}
