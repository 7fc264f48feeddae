import { Agent, type Dispatcher } from 'undici';

/** One HTTP request, with an absolute address. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Nothing of it may begin to leave after this time, in milliseconds since 1970. */
  readonly notAfter?: number;
}

/**
 * What came of a request. `not-sent`: no byte of it left, so it may be sent again without a thought.
 * `broken`: it may have arrived, but no whole answer came.
 */
export type HttpAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: Readonly<Record<string, string | string[] | undefined>>;
      readonly text: string;
    }
  | { readonly kind: 'not-sent' | 'broken'; readonly why: string };

export interface Transport {
  /** Never rejects: every way to fail is an answer. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Ends idle connections after the requests under way. */
  close(): Promise<void>;
}

export interface TransportOptions {
  /** Most connections to one origin; further requests wait for a free one. */
  readonly connections: number;
  /** Milliseconds from the call to the last byte of the answer. */
  readonly timeout: number;
  /** Most bytes of one answer. */
  readonly answerLimit?: number;
  /** Certificate authorities (PEM) to trust instead of the well-known ones. */
  readonly ca?: string;
  /** Milliseconds since 1970; preset: this computer's clock. */
  readonly now?: () => number;
}

/**
 * HTTP by undici's dispatcher: the only one of its interfaces that says whether a request began to leave.
 * Redirects are not followed, so a token never travels to another host.
 */
export function createTransport(options: TransportOptions): Transport {
  const { connections, timeout, answerLimit = 16 * 1024 * 1024, now = Date.now } = options;
  const agent = new Agent({
    connections,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout, ...(options.ca === undefined ? {} : { ca: options.ca }) },
  });

  return {
    send: (request) =>
      new Promise((resolve) => dispatch(agent, request, { timeout, answerLimit, now }, resolve)),
    close: () => agent.close(),
  };
}

function dispatch(
  agent: Agent,
  request: HttpRequest,
  limits: { readonly timeout: number; readonly answerLimit: number; readonly now: () => number },
  resolve: (answer: HttpAnswer) => void,
): void {
  const { origin, pathname, search } = new URL(request.url);
  const chunks: Buffer[] = [];
  let size = 0;
  let status = 0;
  let headers: Record<string, string | string[] | undefined> = {};
  let running: Dispatcher.DispatchController | undefined;
  let over = false;

  const end = (answer: HttpAnswer): void => {
    if (over) return;
    over = true;
    clearTimeout(timer);
    resolve(answer);
  };
  const fail = (why: string): void => end({ kind: running === undefined ? 'not-sent' : 'broken', why });
  const timer = setTimeout(() => {
    fail('timeout');
    running?.abort(new Error('timeout'));
  }, limits.timeout);

  agent.dispatch(
    {
      origin,
      path: pathname + search,
      method: request.method,
      headers: request.headers,
      body: request.body ?? null,
    },
    {
      onRequestStart(controller) {
        // The bytes are written in the same breath: nothing of a request may leave that was given up while it waited
        // for a connection, or that came here late because the process stood still.
        if (limits.now() > (request.notAfter ?? Number.POSITIVE_INFINITY)) fail('too late to send');
        if (over) controller.abort(new Error('given up'));
        else running = controller;
      },
      onResponseStart(_controller, code, received) {
        status = code;
        headers = received;
      },
      onResponseData(controller, chunk) {
        size += chunk.length;
        if (size <= limits.answerLimit) chunks.push(chunk);
        else controller.abort(new Error('answer too large'));
      },
      onResponseEnd() {
        end({ kind: 'answered', status, headers, text: Buffer.concat(chunks).toString('utf8') });
      },
      onResponseError(_controller, error) {
        fail('code' in error && typeof error.code === 'string' ? error.code : error.message);
      },
    },
  );
}
