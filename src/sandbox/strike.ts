import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { OperationOutcome } from '@medplum/fhirtypes';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Call, type Fault, type Faults, faultOfHeader } from './faults.ts';
import { isRecord } from './json.ts';
import { epicOutcome, plainOutcome, plainRefusal } from './outcome.ts';
import type { Tokens } from './token.ts';

const HTML =
  '<!doctype html><html><head><title>Proxy</title></head><body><h1>Service temporarily unavailable</h1></body></html>';
const PIECES = 20;

export type StrikeOptions = {
  faults: Faults;
  tokens: Tokens;
  /** Filled with the fault that struck each request. */
  struck: WeakMap<FastifyRequest, Fault>;
  /** What a call is called in rules; undefined for calls that no fault may strike. */
  callOf(request: FastifyRequest): Call | undefined;
};

/** Puts the faults between the network and the routes. */
export function strikeFaults(server: FastifyInstance, options: StrikeOptions): void {
  const { struck } = options;

  server.addHook('onRequest', async (request, reply) => {
    const call = options.callOf(request);
    if (call === undefined) return;
    const fault = wanted(request, call);
    if (fault === undefined) return;
    struck.set(request, fault);
    if (fault.name === '401')
      options.tokens.revoke(request.headers.authorization?.slice('Bearer '.length) ?? '');
    if (fault.name === 'refuse') return cut(request, reply);
    if (fault.name === 'reset-before-body') return reset(request, reply);
    if (fault.name === 'reset-half-body') return resetWithinBody(request, reply);
    if (fault.done) return;
    if (fault.name === 'slow') await delay(fault.ms, undefined, { ref: false });
    // What was not to be done is answered here: the answer is made up on its way out.
    else await reply.send('');
  });

  function wanted(request: FastifyRequest, call: Call): Fault | undefined {
    const header = request.headers['x-twin-fault'];
    if (typeof header !== 'string') return options.faults.strike(call);
    const fault = faultOfHeader(header);
    if (fault === undefined) throw plainRefusal(400, 'value', 'X-Twin-Fault names no known fault.');
    return fault;
  }

  server.addHook('onSend', async (request, reply, payload) => {
    const fault = struck.get(request);
    if (fault === undefined || reply.sent) return payload;
    const body =
      typeof payload === 'string' || Buffer.isBuffer(payload) ? Buffer.from(payload) : Buffer.alloc(0);
    return strike(fault, request, reply, body);
  });
}

/** Makes of a true answer what the fault makes of it. */
async function strike(
  fault: Fault,
  request: FastifyRequest,
  reply: FastifyReply,
  body: Buffer,
): Promise<unknown> {
  if (fault.status !== undefined) return madeUp(fault, reply);
  switch (fault.name) {
    case 'ghost-ack':
      request.raw.socket.destroy();
      return body;
    case 'slow':
      if (fault.done) await delay(fault.ms, undefined, { ref: false });
      return body;
    case 'truncated':
      reply.type('application/fhir+json; charset=utf-8');
      return body.length > 1 ? body.subarray(0, body.length / 2) : '{"resourceType":"Operat';
    case 'incomplete':
      return incomplete(body);
    case 'drip':
      reply.header('content-length', body.length);
      return Readable.from(dripped(body, fault.ms));
    case 'reset-half-answer':
      // An empty answer is announced as one with a body, so that half of it can be missing.
      reply.header('content-length', Math.max(body.length, 2));
      return Readable.from(halved(body, request));
    default:
      return body;
  }
}

function madeUp(fault: Fault, reply: FastifyReply): string {
  reply.code(fault.status ?? 500);
  for (const name of ['location', 'content-length', 'content-type']) reply.removeHeader(name);
  if (fault.name === '429' || fault.seconds !== undefined) reply.header('retry-after', fault.seconds ?? 1);
  if (fault.name === 'html-200' || fault.name === 'html-502') {
    reply.type('text/html; charset=utf-8');
    return HTML;
  }
  const outcome = outcomes[fault.name];
  if (outcome === undefined) return '';
  reply.type('application/fhir+json; charset=utf-8');
  return JSON.stringify(outcome);
}

const outcomes: Partial<Record<Fault['name'], OperationOutcome>> = {
  '401': plainOutcome('login', 'The access token is no longer valid.'),
  '409': plainOutcome('conflict', 'The record is being changed by somebody else.'),
  '422': epicOutcome(59159),
  '429': plainOutcome('throttled', 'Too many requests.'),
  '500': epicOutcome(59177),
  'outcome-200': epicOutcome(59177),
};

/** A searchset from which all matches are gone; anything else as it was. */
function incomplete(body: Buffer): Buffer | string {
  const answer: unknown = body.length === 0 ? undefined : JSON.parse(body.toString());
  if (!isRecord(answer) || answer['type'] !== 'searchset') return body;
  const entry = [{ resource: epicOutcome(4119), search: { mode: 'outcome' } }];
  return JSON.stringify({ ...answer, total: 0, link: [], entry });
}

async function* dripped(body: Buffer, ms: number): AsyncGenerator<Buffer> {
  const size = Math.max(1, Math.ceil(body.length / PIECES));
  for (let from = 0; from < body.length; from += size) {
    await delay(ms / PIECES, undefined, { ref: false });
    yield body.subarray(from, from + size);
  }
}

async function* halved(body: Buffer, request: FastifyRequest): AsyncGenerator<Buffer> {
  yield body.length > 1 ? body.subarray(0, body.length / 2) : Buffer.from('{');
  // The half must have left before the connection breaks.
  await delay(20, undefined, { ref: false });
  request.raw.socket.resetAndDestroy();
  await delay(20, undefined, { ref: false });
}

function cut(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack();
  request.raw.socket.destroy();
}

function reset(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack();
  request.raw.socket.resetAndDestroy();
}

function resetWithinBody(request: FastifyRequest, reply: FastifyReply): void {
  const half = Number(request.headers['content-length'] ?? 0) / 2;
  let come = 0;
  reply.hijack();
  request.raw.on('data', (chunk: Buffer) => {
    come += chunk.length;
    if (come >= half) request.raw.socket.resetAndDestroy();
  });
  request.raw.on('end', () => request.raw.socket.resetAndDestroy());
}
