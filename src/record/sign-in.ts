import { type ClientKey, clientAssertion } from './assertion.ts';
import { type Finding, found, type Result } from './finding.ts';
import { isJson, text } from './json.ts';
import { headerOf, retryAfterOf } from './reply.ts';
import type { HttpAnswer, Transport } from './transport.ts';

/** Gives access tokens. */
export interface SignIn {
  /** The present token, or a new one when it is about to end; calls that wait at the same time share one renewal. */
  token(): Promise<Result<string>>;
  /** Says that the record system did not take this token: the next call gets another. */
  reject(token: string): void;
}

export interface SignInOptions {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly key: ClientKey;
  /** Epic wants none and gives back what was granted; other servers demand it. */
  readonly scope?: string;
  readonly transport: Transport;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A token is not used in its last seconds: the call has to arrive before it ends. */
const margin = 20_000;
/** Seconds that a token is taken to live when the answer does not say (SMART recommends at most this). */
const usualLifetime = 300;

/** Signs in as a SMART backend service: client credentials with a signed assertion, token kept until shortly before its end. */
export function createSignIn(options: SignInOptions): SignIn {
  let current: { readonly token: string; readonly until: number } | undefined;
  let renewal: Promise<Result<string>> | undefined;

  async function renew(): Promise<Result<string>> {
    const asked = options.now();
    const result = tokenOf(await options.transport.send(tokenRequest(options)));
    if (!result.ok) return result;
    const { token, lifetime } = result.value;
    current = { token, until: asked + Math.max(lifetime * 1000 - margin, lifetime * 500) };
    return found(token);
  }

  return {
    token() {
      if (current !== undefined && options.now() < current.until)
        return Promise.resolve(found(current.token));
      renewal ??= renew().finally(() => {
        renewal = undefined;
      });
      return renewal;
    },
    reject(token) {
      if (current?.token === token) current = undefined;
    },
  };
}

function tokenRequest(options: SignInOptions) {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: clientAssertion({ ...options, now: options.now() }),
  });
  if (options.scope !== undefined) form.set('scope', options.scope);
  return {
    method: 'POST',
    url: options.tokenUrl,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: form.toString(),
  } as const;
}

/** Whatever fails here, the call that wanted the token was not sent. */
function tokenOf(answer: HttpAnswer): Result<{ token: string; lifetime: number }> {
  const failed = (kind: Finding['kind'], note: string, retryAfter?: number): Result<never> => ({
    ok: false,
    finding: { kind, note: `sign-in: ${note}`, ...(retryAfter === undefined ? {} : { retryAfter }) },
  });
  if (answer.kind !== 'answered') return failed('not-sent', answer.why);
  const { status } = answer;
  const body = parse(answer.text);
  if (status === 429)
    return failed('busy', 'HTTP 429', retryAfterOf(headerOf(answer.headers, 'retry-after')));
  if (status >= 500) return failed('not-sent', `HTTP ${status}`);
  // OAuth's error codes are a fixed list (RFC 6749 §5.2); the description beside them is left out.
  const error = /^[a-z_]{1,40}$/.exec(text(body, 'error') ?? '')?.[0];
  if (status >= 400 && (error !== undefined || status === 401 || status === 403)) {
    return failed('unauthorised', `HTTP ${status} ${error ?? ''}`.trim());
  }
  const token = text(body, 'access_token');
  if (status !== 200 || token === undefined)
    return failed('not-sent', `HTTP ${status}, no token in the answer`);
  const lifetime =
    isJson(body) && typeof body['expires_in'] === 'number' ? body['expires_in'] : usualLifetime;
  return found({ token, lifetime });
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // Not JSON: the caller finds no token in it.
    return undefined;
  }
}
