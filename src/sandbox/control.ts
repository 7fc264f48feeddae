import type { FastifyInstance } from 'fastify';
import { admit, openEncounter } from './admission.ts';
import { assign } from './assignment.ts';
import { type FaultRule, type Faults, faults as kinds } from './faults.ts';
import { HETU, isHetu } from './hetu.ts';
import type { Journal } from './journal.ts';
import { isRecord, type Json, text, values } from './json.ts';
import { notesOf } from './notes.ts';
import { plainRefusal } from './outcome.ts';
import { page } from './page.ts';
import { type Person, population, situations } from './population.ts';
import { openTime } from './scheduling.ts';
import type { Store } from './store.ts';

export type ControlOptions = { store: Store; faults: Faults; journal: Journal; now: () => Date };

/**
 * The twin's own door for tests and newcomers, under /twin: no token, only from this computer. What it takes and gives:
 * GET /twin (a page), /twin/state, /twin/notes, /twin/requests, /twin/faults; POST /twin/patients, /twin/encounters,
 * /twin/faults, /twin/slots, /twin/questionnaires/assign; DELETE /twin/faults.
 */
export function controlRoutes(server: FastifyInstance, options: ControlOptions): void {
  const { store, faults, journal, now } = options;

  server.addHook('onRequest', async (request) => {
    if (!/^\/twin(\/|\?|$)/.test(request.url)) return;
    const local = ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(request.ip);
    if (!local) throw plainRefusal(403, 'forbidden', 'The control door opens only on the same computer.');
  });

  server.get('/twin', async (_request, reply) => reply.type('text/html; charset=utf-8').send(page(store)));

  server.get('/twin/state', async () => ({ resources: store.counts(), requests: journal.taken() }));

  server.get<{ Querystring: { after?: string; limit?: string } }>('/twin/notes', async (request) => {
    const { after, limit } = request.query;
    const notes = notesOf(store, Number(after ?? 0));
    return limit === undefined ? notes : notes.slice(0, Number(limit));
  });

  server.get('/twin/requests', async () => journal.list());
  server.get('/twin/faults', async () => ({ kinds, rules: faults.list() }));

  server.delete('/twin/faults', async (_request, reply) => {
    faults.clear();
    return reply.code(204).send();
  });

  server.post('/twin/faults', async (request, reply) => {
    const rules = (Array.isArray(request.body) ? request.body : [request.body]).map(faultRule);
    for (const rule of rules) {
      if (!faults.add(rule))
        throw plainRefusal(400, 'value', 'fault: see GET /twin/faults for the known ones.');
    }
    return reply.code(201).send(faults.list());
  });

  server.post('/twin/patients', async (request, reply) => {
    const people = peopleOf(request.body);
    const made = people.map((person) => ({ ...admit(store, person, now()), situation: person.situation }));
    return reply.code(201).send(made);
  });

  server.post('/twin/encounters', async (request, reply) => {
    const body = bodyOf(request.body);
    const patient = knownPatient(store, body);
    const status = text(body, 'status') === 'finished' ? 'finished' : 'in-progress';
    return reply.code(201).send({ patient, encounter: openEncounter(store, patient, status, now()) });
  });

  server.post('/twin/slots', async (request, reply) => {
    const { start, serviceType } = bodyOf(request.body);
    const from = new Date(String(start));
    if (Number.isNaN(from.getTime())) throw plainRefusal(400, 'value', 'start: a point of time is needed.');
    return reply.code(201).send({ slot: openTime(store, from, serviceType) });
  });

  server.post('/twin/questionnaires/assign', async (request, reply) => {
    const body = bodyOf(request.body);
    const questionnaire = body['questionnaire'];
    if (!isRecord(questionnaire)) throw plainRefusal(400, 'required', 'questionnaire is missing.');
    return reply.code(201).send(assign(store, knownPatient(store, body), questionnaire));
  });
}

function bodyOf(body: unknown): Json {
  if (!isRecord(body)) throw plainRefusal(400, 'structure', 'The body must be a JSON object.');
  return body;
}

/** The patient that a body names by `patient` (id) or `hetu`. */
function knownPatient(store: Store, body: Json): string {
  const id = text(body, 'patient');
  const [byHetu] = store.patientsByIdentifier(text(body, 'hetu') ?? '');
  const patient = id === undefined ? byHetu : store.get('Patient', id);
  if (patient === undefined) throw plainRefusal(404, 'not-found', 'No patient has this id or hetu.');
  return patient.resource.id;
}

/** Persons from `{seed, count}`, from one person or from a list of persons; what is not said is filled in. */
function peopleOf(body: unknown): Person[] {
  if (Array.isArray(body)) return body.map(personOf);
  const { seed, count } = bodyOf(body);
  if (typeof seed === 'number' && typeof count === 'number') return population(seed, count);
  return [personOf(body)];
}

function personOf(body: unknown): Person {
  const given = bodyOf(body);
  const hetu = text(given, 'hetu') ?? '';
  const situation = situations.find((each) => each === (text(given, 'situation') ?? 'encounter'));
  if (!isHetu(hetu)) throw plainRefusal(400, 'value', `hetu: a personal identity code (${HETU}) is needed.`);
  if (situation === undefined) {
    throw plainRefusal(400, 'value', `situation: one of ${situations.join(', ')}.`);
  }
  const language = text(given, 'language');
  return {
    hetu,
    situation,
    family: text(given, 'family') ?? 'Testinen',
    given: text(given, 'given') ?? 'Testi',
    birthDate: text(given, 'birthDate') ?? '1980-01-01',
    gender: text(given, 'gender') === 'male' ? 'male' : 'female',
    language: language === 'sv' || language === 'en' ? language : 'fi',
    municipality: text(given, 'municipality') ?? '091',
    phone: text(given, 'phone') ?? '+358500000000',
    nonDisclosure: given['nonDisclosure'] === true,
  };
}

function faultRule(body: unknown): FaultRule {
  const given = bodyOf(body);
  const number = (name: string) => {
    const [found] = values(given, name);
    return typeof found === 'number' ? found : undefined;
  };
  return {
    fault: text(given, 'fault') ?? String(given['fault']),
    method: text(given, 'method'),
    resource: text(given, 'resource'),
    path: text(given, 'path'),
    correlation: text(given, 'correlation'),
    nth: number('nth'),
    probability: number('probability'),
    seed: number('seed'),
    times: number('times'),
    ms: number('ms'),
    seconds: number('seconds'),
    done: typeof given['done'] === 'boolean' ? given['done'] : undefined,
  };
}
