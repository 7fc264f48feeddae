import type { FastifyInstance } from 'fastify';
import { isRecord, text, values } from './json.ts';
import { plainOutcome, plainRefusal, refusal } from './outcome.ts';
import { usablePatient, visiblePatients } from './patients.ts';
import { newId, type Stored } from './resource.ts';
import type { Store } from './store.ts';

/** How a time that somebody else has just taken is told; which way Epic does it is not published. */
export type TakenShape = 'outcome' | 'cancelled' | 'conflict';

export type SchedulingOptions = {
  /** Base path of the STU3 API. */
  path: string;
  store: Store;
  taken: TakenShape;
};

const HALF_HOUR = 30 * 60_000;
const DAY = 86_400_000;

/** Puts free half hours on the weekdays after a moment: seven a morning, from 6.00 UTC. */
export function openTimes(store: Store, days: number, after: Date): void {
  const midnight = Date.parse(after.toISOString().slice(0, 10));
  for (let day = 1; day <= days; day += 1) {
    const weekday = new Date(midnight + day * DAY).getUTCDay();
    if (weekday === 0 || weekday === 6) continue;
    for (let place = 0; place < 7; place += 1) {
      openTime(store, new Date(midnight + day * DAY + 6 * 2 * HALF_HOUR + place * HALF_HOUR));
    }
  }
}

/** Puts one free half hour. Gives its id. */
export function openTime(store: Store, start: Date, serviceType?: unknown): string {
  const end = new Date(start.getTime() + HALF_HOUR).toISOString();
  const time = { start: start.toISOString(), end, status: 'free' };
  const slot = {
    resourceType: 'Slot',
    id: newId(),
    ...time,
    ...(isRecord(serviceType) ? { serviceType } : {}),
  };
  store.put(slot);
  return slot.id;
}

/**
 * Epic's STU3 scheduling: `Appointment/$find` and `Appointment/$book`. The parameters of `$find` are as published;
 * those of `$book` are not, so the twin takes `patient` and `appointment` in any form.
 */
export function schedulingRoutes(server: FastifyInstance, options: SchedulingOptions): void {
  const { path, store, taken } = options;

  server.post(`${path}/Appointment/$find`, async (request) => {
    const patient = patientOf(store, request.body);
    const from = moment(request.body, 'startTime');
    const to = moment(request.body, 'endTime');
    const wanted = values(parameter(request.body, 'serviceType'), 'valueCodeableConcept.coding.code');
    const free = [...store.all('Slot')].filter(({ resource }) => {
      const start = Date.parse(text(resource, 'start') ?? '');
      const codes = values(resource, 'serviceType.coding.code');
      const suits = wanted.length === 0 || codes.length === 0 || codes.some((code) => wanted.includes(code));
      return text(resource, 'status') === 'free' && start >= from && start < to && suits;
    });
    return searchset(free.map(({ resource }) => appointment(resource, patient, 'proposed')));
  });

  server.post(`${path}/Appointment/$book`, async (request, reply) => {
    const patient = patientOf(store, request.body);
    const slot = store.get('Slot', appointmentId(request.body))?.resource;
    if (slot === undefined) throw refusal(400, 59144, 'The appointment was not found.');
    if (text(slot, 'status') !== 'free') {
      const said = plainOutcome('conflict', 'The time is no longer free.');
      if (taken === 'conflict') return reply.code(409).send(said);
      if (taken === 'outcome') return searchset([said]);
      return searchset([appointment(slot, patient, 'cancelled'), said]);
    }
    const booked = { ...appointment(slot, patient, 'booked'), id: newId() };
    const busy = { ...slot, ...{ status: 'busy' } };
    store.put(busy, booked);
    return searchset([booked]);
  });
}

function parameter(body: unknown, name: string): unknown {
  return values(body, 'parameter').find((each) => text(each, 'name') === name);
}

function moment(body: unknown, name: string): number {
  const time = Date.parse(text(parameter(body, name), 'valueDateTime') ?? '');
  if (Number.isNaN(time)) throw refusal(400, 4110, `${name} is no point of time.`);
  return time;
}

/** The one patient that a call names by reference, by identifier or by a Patient resource with identifiers. */
function patientOf(store: Store, body: unknown): Stored {
  const given = parameter(body, 'patient');
  const reference = text(given, 'valueReference.reference');
  if (reference !== undefined) return usablePatient(store, reference.split('/').at(-1) ?? '');
  const identifiers = [
    ...values(given, 'resource.identifier.value'),
    ...values(given, 'valueIdentifier.value'),
  ];
  const entries = identifiers.flatMap((value) => [...store.patientsByIdentifier(String(value))]);
  const { found } = visiblePatients(store, entries);
  const [patient] = found;
  if (patient === undefined) throw refusal(400, 59144, 'The patient was not found.');
  if (found.length > 1) throw plainRefusal(400, 'multiple-matches', 'Several patients have this identifier.');
  return patient.resource;
}

function appointmentId(body: unknown): string {
  const given = parameter(body, 'appointment');
  const forms = [
    'valueReference.reference',
    'valueIdentifier.value',
    'valueString',
    'valueUri',
    'valueId',
    'resource.id',
  ];
  return (
    forms
      .map((form) => text(given, form))
      .find((each) => each !== undefined)
      ?.split('/')
      .at(-1) ?? ''
  );
}

function appointment(slot: Stored, patient: Stored, status: string): Stored {
  const serviceType = values(slot, 'serviceType');
  const known = {
    status,
    start: text(slot, 'start'),
    end: text(slot, 'end'),
    ...(serviceType.length === 0 ? {} : { serviceType }),
    participant: [{ actor: { reference: `Patient/${patient.id}` }, status: 'accepted' }],
  };
  return { resourceType: 'Appointment', id: slot.id, ...known };
}

function searchset(resources: { resourceType: string }[]) {
  const entry = resources.map((resource) => ({
    resource,
    search: { mode: resource.resourceType === 'OperationOutcome' ? 'outcome' : 'match' },
  }));
  return { resourceType: 'Bundle', type: 'searchset', total: entry.length, entry };
}
