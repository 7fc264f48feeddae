import fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type HTTPMethods,
  LogController,
} from 'fastify';
import { BridgeError, type ErrorCode, errorEntry, traceOf } from '../errors.ts';
import { outcomeOf } from './outcome.ts';

/** Limits of what a caller may send, and what is told about each request. */
export interface ServerOptions {
  /** Bytes. */
  readonly bodyLimit: number;
  readonly logger: FastifyBaseLogger;
  /** Ids for requests and cases that come without one. */
  newId(): string;
  /** Told of each answer; `route` is the pattern, never the address itself. */
  onAnswer(answer: { method: string; route: string; status: number; seconds: number }): void;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Names the case in all that is written about this request. */
    correlation: string;
  }
}

const ID = /^[A-Za-z0-9._:-]{1,128}$/;
const METHODS: readonly HTTPMethods[] = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'];

/** What Fastify itself refuses, in the words of the catalogue. */
const fastifyErrors: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media-type-unsupported',
  FST_ERR_CTP_EMPTY_TYPE: 'media-type-unsupported',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'request-malformed',
  FST_ERR_BAD_URL: 'request-malformed',
  FST_ERR_MAX_PARAM_LENGTH: 'not-found',
  ECONNRESET: 'request-malformed',
};

/** What Node's parser refuses before there is a request. */
const parserErrors: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'header-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && ID.test(value) ? value : undefined;
}

/** A BridgeError as it is; anything else in the catalogue's words, with the original as its cause. */
function known(error: unknown): BridgeError {
  if (error instanceof BridgeError) return error;
  const code = (error as Partial<FastifyError>).code ?? '';
  return new BridgeError(fastifyErrors[code] ?? 'internal', [], { cause: error });
}

/** Seconds after which a 503 that says no other is worth a second try: a log that failed over is back by then. */
const RETRY_AFTER = 5;

async function answerWith(error: BridgeError, reply: FastifyReply): Promise<FastifyReply> {
  const status = errorEntry(error.code).status ?? 500;
  const retryAfter = error.retryAfter ?? (status === 503 ? RETRY_AFTER : undefined);
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter));
  return reply.code(status).type('application/fhir+json; charset=utf-8').send(outcomeOf(error));
}

/** The answer to bytes that are no HTTP request: there is no reply object yet. */
function answerRaw(code: ErrorCode, newId: () => string): string {
  const body = JSON.stringify(outcomeOf(new BridgeError(code)));
  const status = errorEntry(code).status ?? 400;
  return [
    `HTTP/1.1 ${status} Refused`,
    'Content-Type: application/fhir+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-ID: ${newId()}`,
    `X-Correlation-ID: ${newId()}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

/**
 * The HTTP server without its doors: ids on every answer, bodies as bytes, every refusal an OperationOutcome,
 * one log line per answer without anything that a caller wrote.
 */
export function createServer(options: ServerOptions): FastifyInstance {
  const app = fastify({
    loggerInstance: options.logger,
    // One line per answer, written below, in place of Fastify's two.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyLimit,
    // Identity codes must never stand in an address; a long parameter can only be a mistake.
    routerOptions: { maxParamLength: 128 },
    genReqId: (raw) => {
      const value = raw.headers['x-request-id'];
      return typeof value === 'string' && ID.test(value) ? value : options.newId();
    },
    requestTimeout: 30_000,
    return503OnClosing: false,
    clientErrorHandler(error, socket) {
      if (error.code === 'ECONNRESET' || !socket.writable) {
        socket.destroy(error);
        return;
      }
      socket.end(answerRaw(parserErrors[error.code ?? ''] ?? 'request-malformed', options.newId));
    },
    frameworkErrors(error, request, reply) {
      reply.header('x-request-id', request.id);
      reply.header('x-correlation-id', header(request, 'x-correlation-id') ?? options.newId());
      void answerWith(known(error), reply);
    },
  });
  let stopping = false;

  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/json', 'application/fhir+json'],
    { parseAs: 'buffer' },
    (_request, body, done) => done(null, body),
  );

  app.decorateRequest('correlation', '');
  app.addHook('onRequest', async (request, reply) => {
    request.correlation = header(request, 'x-correlation-id') ?? options.newId();
    reply.header('x-request-id', request.id).header('x-correlation-id', request.correlation);
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') throw new BridgeError('media-type-unsupported');
    if (stopping) throw new BridgeError('stopping', [], { retryAfter: 5 });
  });
  app.addHook('preClose', async () => {
    stopping = true;
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const answer = {
      method: request.method,
      route,
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    };
    options.onAnswer(answer);
    request.log.info({ ...answer, correlation: request.correlation }, 'answered');
  });

  app.setErrorHandler(async (error, request, reply) => {
    const told = known(error);
    if (errorEntry(told.code).fault !== 'SENDER') {
      request.log.error({ failure: traceOf(told), correlation: request.correlation }, 'failed');
    }
    return answerWith(told, reply);
  });
  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/';
    const allowed = METHODS.filter((method) => app.findRoute({ method, url: path }) !== null);
    if (allowed.length === 0) return answerWith(new BridgeError('not-found'), reply);
    return answerWith(new BridgeError('method-not-allowed'), reply.header('allow', allowed.join(', ')));
  });
  return app;
}
