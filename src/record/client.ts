import { randomUUID } from 'node:crypto';
import { type Finding, findingOf, found, missed, type Result } from './finding.ts';
import { isFailure } from './issues.ts';
import { type Json, objects, text } from './json.ts';
import { createKit } from './kit.ts';
import { type ReadReply, readReply } from './reply.ts';
import type { SignIn } from './sign-in.ts';
import { transacted } from './transaction.ts';
import type { HttpAnswer, Transport } from './transport.ts';

/** A resource about to be created. */
export type NewResource = { resourceType: string; [member: string]: unknown };

export type SearchParameters = Record<string, string | string[]>;

/** What bounds a write. */
export interface WriteBounds {
  /** Nothing of it begins to leave after this time, in milliseconds since 1970: then it is `not-sent`. */
  readonly notAfter?: number;
  /** The search that must find nothing for the resource to be created (FHIR R4, "http", §3.1.0.8.1: If-None-Exist). */
  readonly ifNoneExist?: string;
}

/** FHIR R4 REST, as far as a record system is used here. No promise rejects because of what the other side does. */
export interface FhirClient {
  /** Gives `Type/id` of what was made, or of what was there where `ifNoneExist` found it. */
  create(resource: NewResource, correlation: string, bounds?: WriteBounds): Promise<Result<string>>;
  /** Gives `Type/id` of each entry's resource; a success only where every entry says that it is one. */
  transact(
    bundle: NewResource,
    correlation: string,
    bounds?: Pick<WriteBounds, 'notAfter'>,
  ): Promise<Result<readonly string[]>>;
  /** Gives the answer even where it is no FHIR: a Binary may come as it is. */
  read(type: string, id: string, correlation: string): Promise<Result<ReadReply>>;
  /**
   * Searches by POST, so that no search value stands in an address. Where the record system does not do that for
   * the type, by GET (remembered), but only if `getAllowed`; else `unsupported`.
   */
  search(
    type: string,
    parameters: SearchParameters,
    options: { readonly correlation: string; readonly getAllowed: boolean },
  ): Promise<Result<Json>>;
  /** The page of a searchset that a link names; `refused` where the link leads away from the record system. */
  page(url: string, correlation: string): Promise<Result<Json>>;
  metadata(correlation: string): Promise<Result<Json>>;
}

export interface FhirClientOptions {
  /** Address of the FHIR R4 endpoint, without a slash at its end. */
  readonly baseUrl: string;
  readonly transport: Transport;
  /** Absent where the record system wants no token. */
  readonly signIn?: SignIn;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** How servers say that they do not know `_search`. */
const noPostSearch = new Set([404, 405, 501]);

type Call = (headers: Record<string, string>) => Promise<HttpAnswer>;

/** Makes the client: token, request ids and one new token after a 401 on each call; every answer read and classified. */
export function createFhirClient(options: FhirClientOptions): FhirClient {
  const kit = createKit(options.baseUrl, options.transport);
  const onlyByGet = new Set<string>();

  async function send(call: Call, correlation: string, what: 'read' | 'write'): Promise<Result<ReadReply>> {
    const first = await attempt(call, correlation, what);
    if (first.result.ok || first.result.finding.kind !== 'unauthorised' || first.token === undefined) {
      return first.result;
    }
    // The record system did not take the token, so it did nothing: the call may go again, once, with a new one.
    options.signIn?.reject(first.token);
    return (await attempt(call, correlation, what)).result;
  }

  async function attempt(call: Call, correlation: string, what: 'read' | 'write') {
    const signedIn = await options.signIn?.token();
    if (signedIn?.ok === false) return { result: signedIn, token: undefined };
    const token = signedIn?.value;
    const answer = await call({
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      'x-request-id': randomUUID(),
      'x-correlation-id': correlation,
    });
    return { result: resultOf(answer, what, options.now()), token };
  }

  return {
    async create(resource, correlation, { ifNoneExist, ...bounds } = {}) {
      const condition = ifNoneExist === undefined ? {} : { 'if-none-exist': ifNoneExist };
      const call: Call = (headers) =>
        kit.create(resource.resourceType, resource, { headers: { ...headers, ...condition }, ...bounds });
      const result = await send(call, correlation, 'write');
      const made = result.ok ? created(result.value, resource.resourceType) : result;
      // A conflict under a condition is no word about what is there: nothing was done for now, it may go again.
      if (made.ok || made.finding.kind !== 'duplicate' || ifNoneExist === undefined) return made;
      return { ok: false, finding: { ...made.finding, kind: 'write-unclear' } };
    },
    async transact(bundle, correlation, bounds = {}) {
      const call: Call = (headers) => kit.transaction(bundle, { headers, ...bounds });
      const result = await send(call, correlation, 'write');
      return transacted(result, objects(bundle['entry']));
    },
    read: (type, id, correlation) => send((headers) => kit.read(type, id, { headers }), correlation, 'read'),
    async search(type, parameters, { correlation, getAllowed }) {
      const by = async (postSearch: boolean): Promise<Result<Json>> => {
        const call: Call = (headers) => kit.search(type, parameters, { headers, postSearch });
        return fhirIn(await send(call, correlation, 'read'), 'Bundle');
      };
      if (getAllowed && onlyByGet.has(type)) return by(false);
      const posted = await by(true);
      if (posted.ok || !noPostSearch.has(posted.finding.status ?? 0)) return posted;
      if (!getAllowed) return missed('unsupported', `POST ${type}/_search: ${posted.finding.note}`);
      const got = await by(false);
      if (got.ok) onlyByGet.add(type);
      return got;
    },
    async page(url, correlation) {
      // A token goes nowhere but to the record system.
      if (!url.startsWith(`${options.baseUrl}/`))
        return missed('refused', 'the next page is at another address');
      return fhirIn(await send((headers) => kit.get(url, { headers }), correlation, 'read'), 'Bundle');
    },
    async metadata(correlation) {
      return fhirIn(
        await send((headers) => kit.metadata({ headers }), correlation, 'read'),
        'CapabilityStatement',
      );
    },
  };
}

function resultOf(answer: HttpAnswer, what: 'read' | 'write', now: number): Result<ReadReply> {
  if (answer.kind === 'not-sent') return missed('not-sent', answer.why);
  if (answer.kind !== 'answered')
    return missed(what === 'read' ? 'read-failed' : 'write-unclear', answer.why);
  const reply: ReadReply = readReply(answer, now);
  const success = reply.status >= 200 && reply.status < 300;
  return success ? found(reply) : { ok: false, finding: findingOf(reply, what) };
}

/** A create that answered 2xx names what it made, or its outcome is unclear. */
function created(reply: ReadReply, type: string): Result<string> {
  const id = text(reply.resource, 'resourceType') === type ? text(reply.resource, 'id') : undefined;
  const location = reply.location ?? (id === undefined ? undefined : `${type}/${id}`);
  if (location?.startsWith(`${type}/`) === true && reply.status === 201) return found(location);
  if (location?.startsWith(`${type}/`) === true && !reply.issues.some(isFailure)) return found(location);
  const finding: Finding = findingOf(reply, 'write');
  return { ok: false, finding };
}

/** A read that answered 2xx has the resource asked for, or an OperationOutcome or a gateway's page in its place. */
function fhirIn(result: Result<ReadReply>, type: string): Result<Json> {
  if (!result.ok) return result;
  const { resource, body, issues } = result.value;
  if (resource !== undefined && text(resource, 'resourceType') === type) return found(resource);
  // An OperationOutcome alone may say no more than that nothing was found (Epic's 4101).
  if (type === 'Bundle' && issues.some(({ meaning }) => meaning === 'none-found')) {
    return found({ resourceType: 'Bundle', type: 'searchset', entry: [{ resource }] });
  }
  const readable = body === 'fhir' && issues.length > 0;
  return {
    ok: false,
    finding: findingOf({ ...result.value, body: readable ? 'fhir' : 'unreadable' }, 'read'),
  };
}
