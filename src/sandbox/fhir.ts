import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { capabilities, capabilityStatement } from './capabilities.ts';
import { isRecord, text } from './json.ts';
import { plainRefusal, refusal } from './outcome.ts';
import { usablePatient, visibleOfPatient, visiblePatients } from './patients.ts';
import { newId } from './resource.ts';
import { search } from './search.ts';
import { createPaging, type Result } from './searchset.ts';
import type { Store } from './store.ts';
import type { Tokens } from './token.ts';
import type { Limits } from './writes/checks.ts';
import { writes } from './writes/writes.ts';

export type FhirOptions = {
  path: string;
  /** Below it access tokens are asked for: the paths of all FHIR versions. */
  apiPath: string;
  fhirUrl: () => string;
  tokenUrl: () => string;
  store: Store;
  tokens: Tokens;
  /** No access tokens are asked for. */
  open: boolean;
  /** `POST [type]/_search` is offered. */
  postSearch: boolean;
  /** Calls that the client has no licence for, such as `Observation.create`: 403 with an empty body. */
  unlicensed: readonly string[];
  /** Seconds that a paging session lives. */
  pagingSeconds: number;
  limits: Limits;
  now: () => Date;
};

type Interaction = 'create' | 'read' | 'search-type' | 'update';
type Named = { type: string; id: string };

const FHIR_JSON = 'application/fhir+json; charset=utf-8';

/** The FHIR R4 API, as narrow as the capability table. */
export function fhirRoutes(server: FastifyInstance, options: FhirOptions): void {
  const { path, store, now } = options;
  const paging = createPaging(options.fhirUrl, now, options.pagingSeconds);

  server.addHook('onRequest', async (request, reply) => {
    if (!request.url.startsWith(`${options.apiPath}/`)) return;
    if (/^[^,]*\bxml\b[^,]*$/.test(request.headers.accept ?? '')) {
      throw plainRefusal(406, 'not-supported', 'The twin speaks JSON only.');
    }
    if (options.open || request.url === `${path}/metadata`) return;
    const token = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined && options.tokens.valid(token)) return;
    void reply.header('www-authenticate', 'Bearer error="invalid_token"');
    throw plainRefusal(401, 'login', 'A valid access token is needed.');
  });

  server.get(`${path}/metadata`, async (_request, reply) =>
    reply
      .type(FHIR_JSON)
      .send(capabilityStatement(options.fhirUrl(), options.tokenUrl(), now().toISOString())),
  );

  server.get<{ Params: { type: string } }>(`${path}/:type`, async (request, reply) => {
    const { type } = request.params;
    if (!allowed(type, 'search-type', reply)) return reply;
    const query = request.url.split('?')[1] ?? '';
    return find(type, new URLSearchParams(query), reply);
  });

  server.post<{ Params: { type: string } }>(`${path}/:type/_search`, async (request, reply) => {
    const { type } = request.params;
    if (!options.postSearch)
      throw plainRefusal(404, 'not-supported', 'POST _search is not offered: use GET.');
    if (!allowed(type, 'search-type', reply)) return reply;
    const parameters = new URLSearchParams(request.url.split('?')[1] ?? '');
    if (request.body instanceof URLSearchParams) for (const [k, v] of request.body) parameters.append(k, v);
    return find(type, parameters, reply);
  });

  function find(type: string, parameters: URLSearchParams, reply: FastifyReply) {
    void reply.type(FHIR_JSON);
    const session = parameters.get('sessionID');
    if (session !== null) return paging.next(type, session);
    const self = `${options.fhirUrl()}/${type}?${parameters}`;
    return paging.first(type, visible(type, parameters), parameters.get('_count'), self);
  }

  function visible(type: string, parameters: URLSearchParams): Result {
    const found = search(store, type, parameters);
    if (type === 'Patient') return visiblePatients(store, found);
    const patient = parameters.get('patient') ?? parameters.get('subject');
    if (patient === null || parameters.has('_id')) return { found, remarks: [] };
    return visibleOfPatient(store, patient.split('/').at(-1) ?? '', found);
  }

  server.get<{ Params: Named }>(`${path}/:type/:id`, async (request, reply) => {
    const { type, id } = request.params;
    if (!allowed(type, 'read', reply)) return reply;
    if (type === 'Patient') usablePatient(store, id);
    const resource = store.get(type, id)?.resource;
    if (resource === undefined) throw refusal(404, 4102);
    const asJson = /json/.test(request.headers.accept ?? '');
    if (type !== 'Binary' || asJson) return reply.type(FHIR_JSON).send(resource);
    const data = Buffer.from(text(resource, 'data') ?? '', 'base64');
    return reply.type(text(resource, 'contentType') ?? 'application/octet-stream').send(data);
  });

  server.post<{ Params: { type: string } }>(`${path}/:type`, async (request, reply) => {
    const { type } = request.params;
    if (!allowed(type, 'create', reply)) return reply;
    if (request.headers['if-none-exist'] !== undefined) {
      throw plainRefusal(412, 'not-supported', 'Conditional create is not supported; nothing was created.');
    }
    return write(type, newId(), 201, request, reply);
  });

  server.put<{ Params: Named }>(`${path}/:type/:id`, async (request, reply) => {
    const { type, id } = request.params;
    if (!allowed(type, 'update', reply)) return reply;
    if (store.get(type, id) === undefined) throw refusal(404, 4102);
    if (text(request.body, 'id') !== id) throw refusal(400, 59102, 'id must be that of the address.', 'id');
    return write(type, id, 200, request, reply);
  });

  function write(type: string, id: string, status: number, request: FastifyRequest, reply: FastifyReply) {
    const rules = writes.get(type);
    const { body } = request;
    if (rules === undefined || !isRecord(body)) throw refusal(400, 59105, 'The body is no resource.');
    if (body['resourceType'] !== type) throw refusal(400, 59105, `resourceType must be ${type}.`);
    const { resource, also = [], ...written } = rules(store, body, id, now(), options.limits);
    if (written.status === undefined) store.put(...also, resource);
    void reply.code(written.status ?? status).header('location', `${type}/${resource.id}`);
    const wanted = /return=representation/.test(String(request.headers['prefer'] ?? ''));
    return wanted ? reply.type(FHIR_JSON).send(resource) : reply.send();
  }

  /** Throws for what the table does not have; answers for what the client has no licence for (then false). */
  function allowed(type: string, interaction: Interaction, reply: FastifyReply): boolean {
    const capability = capabilities.get(type);
    if (capability === undefined)
      throw plainRefusal(404, 'not-supported', 'This resource type is not offered.');
    if (!capability.interactions.includes(interaction)) {
      throw plainRefusal(405, 'not-supported', `${interaction} is not offered for ${type}.`);
    }
    if (!options.unlicensed.includes(`${type}.${interaction}`)) return true;
    void reply.code(403).send();
    return false;
  }
}
