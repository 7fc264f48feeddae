import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { createRecordSystem } from '../../src/record/record.ts';
import type { SignIn } from '../../src/record/sign-in.ts';
import { createTransport, type TransportOptions } from '../../src/record/transport.ts';

interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request; what it does not end stays open. */
export type Answer = (response: ServerResponse, request: Received) => void;

/** A real HTTP server that gives the scripted answers in turn, the last one for ever; it ends with the test. */
export async function scripted(...answers: readonly Answer[]) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const each = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(each);
      answers[Math.min(received.length, answers.length) - 1]?.(response, each);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return { url: `http://127.0.0.1:${address.port}`, received };
}

export function transportOf(options: Partial<TransportOptions> = {}) {
  const transport = createTransport({ connections: 4, timeout: 2_000, ...options });
  onTestFinished(() => transport.close());
  return transport;
}

export function recordAt(url: string, signIn?: SignIn, options: Partial<TransportOptions> = {}) {
  return createRecordSystem({
    baseUrl: url,
    transport: transportOf(options),
    now: Date.now,
    ...(signIn === undefined ? {} : { signIn }),
  });
}

/** An answer of a status with a body; objects are sent as FHIR JSON. */
export function answer(
  status: number,
  body: object | string = '',
  headers: Record<string, string> = {},
): Answer {
  const type = typeof body === 'string' ? {} : { 'content-type': 'application/fhir+json' };
  return (response) => {
    response.writeHead(status, { ...type, ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

const EPIC = 'urn:oid:1.2.840.114350.1.13.0.1.7.2.657369';

export function outcome(code: string, severity = 'fatal') {
  const coding = [{ system: EPIC, code, display: 'KANARIA' }];
  const issue = [
    { severity, code: 'processing', diagnostics: 'KANARIA', details: { coding, text: 'KANARIA' } },
  ];
  return { resourceType: 'OperationOutcome', issue };
}

export function searchset(...resources: readonly object[]) {
  return { resourceType: 'Bundle', type: 'searchset', entry: resources.map((resource) => ({ resource })) };
}
