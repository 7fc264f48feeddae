import type { JsonWebKey } from 'node:crypto';
import fastify, { type FastifyRequest } from 'fastify';
import { admit } from './admission.ts';
import { fetchedKeys, fixedKeys } from './assertion.ts';
import { answerRefusals, readBodies } from './bodies.ts';
import { controlRoutes } from './control.ts';
import { type Call, createFaults, type Fault, type Faults } from './faults.ts';
import { fhirRoutes } from './fhir.ts';
import { createJournal, type Journal, keepJournal } from './journal.ts';
import { type Person, population } from './population.ts';
import { openTimes, schedulingRoutes, type TakenShape } from './scheduling.ts';
import { openStore, type Store } from './store.ts';
import { strikeFaults } from './strike.ts';
import { createTokens, tokenRoute } from './token.ts';

export type TwinOptions = {
  host?: string | undefined;
  /** 0 or absent: any free port. */
  port?: number | undefined;
  /** The address that clients use, without a slash at the end, where it is not http://host:port. */
  publicUrl?: string | undefined;
  /** SQLite file that keeps the state over a kill; absent = memory only. */
  file?: string | undefined;
  /** The artificial persons that an empty twin begins with; absent = 40 of seed 1. */
  population?: { seed: number; count: number } | undefined;
  /** The only client that gets tokens; absent = any. */
  clientId?: string | undefined;
  /** The client's public keys. Without them and without `jwksUrl`, signatures are not checked. */
  publicKeys?: readonly JsonWebKey[] | undefined;
  /** Where the client publishes its keys. */
  jwksUrl?: string | undefined;
  /** Seconds that an access token lives; 300 by default. */
  tokenSeconds?: number | undefined;
  /** No access tokens are asked for. */
  open?: boolean | undefined;
  /** Offers `POST [type]/_search`; whether the real one does is not known. */
  postSearch?: boolean | undefined;
  /** Calls without a licence, such as `Observation.create`: 403 with an empty body. */
  unlicensed?: readonly string[] | undefined;
  /** false: the client has no background user, tokens are refused with `unauthorized_client`. */
  backgroundUser?: boolean | undefined;
  /** Seconds that a paging session lives; 300 by default. */
  pagingSeconds?: number | undefined;
  /** Most characters (UTF-16 units) of a note; any number by default. */
  longestNote?: number | undefined;
  /** On how many of the coming days there are free times to begin with; 0 by default. */
  days?: number | undefined;
  /** How `$book` tells that a time was taken; 'outcome' by default. */
  taken?: TakenShape | undefined;
  now?: (() => Date) | undefined;
};

export type Twin = {
  url: string;
  /** Base of the FHIR R4 API. */
  fhirUrl: string;
  tokenUrl: string;
  /** Base of the STU3 API, for scheduling only. */
  stu3Url: string;
  /** The persons that the twin began with, those it has never heard of included. */
  people: Person[];
  store: Store;
  faults: Faults;
  journal: Journal;
  close(): Promise<void>;
};

const BASE = '/Interconnect-FHIR-EKO01';
const API = `${BASE}/api/FHIR`;
const FHIR = `${API}/R4`;
const STU3 = `${API}/STU3`;
const TOKEN = `${BASE}/oauth2/token`;
const LARGEST_BODY = 10 * 1024 * 1024;

/**
 * Starts a stateful twin of Apotti's FHIR API, with artificial persons. It answers when the promise is kept.
 * Rejects when the port is taken or the file cannot be opened.
 */
export async function createTwin(options: TwinOptions = {}): Promise<Twin> {
  const now = options.now ?? (() => new Date());
  const { seed, count } = options.population ?? { seed: 1, count: 40 };
  const people = population(seed, count);
  const server = fastify({ bodyLimit: LARGEST_BODY, forceCloseConnections: true });
  const store = openStore(options.file, now);
  const journal = createJournal();
  const faults = createFaults();
  const tokens = createTokens(options.tokenSeconds ?? 300, now);
  const { host = '127.0.0.1', port = 0 } = options;

  readBodies(server);
  answerRefusals(server);
  const struck = new WeakMap<FastifyRequest, Fault>();
  keepJournal(server, { journal, struck, callOf, now });
  strikeFaults(server, { faults, tokens, struck, callOf });
  // The address is only known once the port is: routes read it when they are called.
  const address = { url: options.publicUrl ?? '' };
  const rules = {
    clientId: options.clientId,
    keyOf: keysOf(options),
    used: new Map<string, number>(),
    tokenUrl: () => `${address.url}${TOKEN}`,
  };
  tokenRoute(server, {
    path: TOKEN,
    rules,
    tokens,
    seconds: options.tokenSeconds ?? 300,
    backgroundUser: options.backgroundUser ?? true,
    now,
  });
  fhirRoutes(server, {
    path: FHIR,
    apiPath: API,
    fhirUrl: () => `${address.url}${FHIR}`,
    tokenUrl: rules.tokenUrl,
    store,
    tokens,
    open: options.open ?? false,
    postSearch: options.postSearch ?? false,
    unlicensed: options.unlicensed ?? [],
    pagingSeconds: options.pagingSeconds ?? 300,
    limits: { longestNote: options.longestNote ?? Number.POSITIVE_INFINITY },
    now,
  });
  schedulingRoutes(server, { path: STU3, store, taken: options.taken ?? 'outcome' });
  controlRoutes(server, { store, faults, journal, now });

  const started = Object.keys(store.counts()).length > 0;
  if (!started) {
    for (const person of people) admit(store, person, now());
    openTimes(store, options.days ?? 0, now());
  }
  server.addHook('onClose', async () => store.close());
  try {
    const listening = await server.listen({ host, port });
    if (address.url === '') address.url = listening;
  } catch (error) {
    await server.close();
    throw error;
  }
  const { url } = address;
  const close = () => server.close();
  return {
    url,
    fhirUrl: `${url}${FHIR}`,
    tokenUrl: `${url}${TOKEN}`,
    stu3Url: `${url}${STU3}`,
    people,
    store,
    faults,
    journal,
    close,
  };
}

function keysOf(options: TwinOptions) {
  if (options.jwksUrl !== undefined) return fetchedKeys(options.jwksUrl);
  return options.publicKeys === undefined ? undefined : fixedKeys(options.publicKeys);
}

/** What a request is called in fault rules and in the journal; undefined outside the record system's own paths. */
function callOf(request: FastifyRequest): Call | undefined {
  const [path = ''] = request.url.split('?');
  const { method } = request;
  const correlation = request.headers['x-correlation-id']?.toString();
  if (path === TOKEN) return { method, path, resource: 'token', correlation };
  if (!path.startsWith(`${API}/`)) return undefined;
  return { method, path, resource: path.slice(API.length + 1).split('/')[1] ?? '', correlation };
}
