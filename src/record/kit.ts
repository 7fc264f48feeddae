import { Client } from 'fhir-kit-client';
import type { HttpAnswer, HttpRequest, Transport } from './transport.ts';

/** Headers of one call, whether a search goes as POST, and after which time (milliseconds since 1970) nothing is sent. */
type CallOptions = {
  readonly headers: Record<string, string>;
  readonly postSearch?: boolean;
  readonly notAfter?: number;
};

/**
 * fhir-kit-client speaking through our transport. Its own goes through fetch, which has no time-out and no limit of
 * connections, cannot say whether a request left, puts the address of a search into its errors, and costs about six
 * times the processor time of undici's dispatcher (556 against 94 µs a request, Node 24, 8 KB bodies). So the
 * library builds the requests, and the one method by which it sends them is replaced.
 */
export function createKit(baseUrl: string, transport: Transport) {
  const client = new Client({ baseUrl });
  const answers = new WeakMap<object, HttpAnswer>();

  client.httpClient.request = async (method, path, options = {}, body) => {
    const request: HttpRequest = {
      method: method === 'POST' ? 'POST' : 'GET',
      url: client.httpClient.expandUrl(path),
      headers: { accept: 'application/fhir+json', ...lowerCased(options.headers ?? {}) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      // The library hands on options that it does not know.
      ...('notAfter' in options && typeof options.notAfter === 'number'
        ? { notAfter: options.notAfter }
        : {}),
    };
    const place = { resourceType: 'Basic' };
    answers.set(place, await transport.send(request));
    return place;
  };

  const answerOf = async (call: Promise<object>): Promise<HttpAnswer> => {
    const answer = answers.get(await call);
    if (answer === undefined)
      throw new Error('fhir-kit-client did not send the request through its request method');
    return answer;
  };

  return {
    create: (type: string, body: { resourceType: string; [member: string]: unknown }, options: CallOptions) =>
      answerOf(client.create({ resourceType: type, body, options })),
    read: (type: string, id: string, options: CallOptions) =>
      answerOf(client.read({ resourceType: type, id, options })),
    search: (type: string, searchParams: Record<string, string | string[]>, options: CallOptions) =>
      answerOf(client.search({ resourceType: type, searchParams, options })),
    /** Any address, such as that of a searchset's next page. */
    get: (url: string, options: CallOptions) => answerOf(client.request(url, { options })),
    /** By the base address itself: the library would put a slash behind it. */
    transaction: (bundle: { resourceType: string; [member: string]: unknown }, options: CallOptions) =>
      answerOf(client.httpClient.post(baseUrl, bundle, options)),
    metadata: (options: CallOptions) => answerOf(client.capabilityStatement(options)),
  };
}

function lowerCased(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
