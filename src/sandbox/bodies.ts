import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isRefusal, plainOutcome } from './outcome.ts';

/** Takes JSON and forms; everything else is refused with 415. */
export function readBodies(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    ['application/fhir+json', 'application/json'],
    { parseAs: 'string' },
    async (_request: FastifyRequest, body: string) => (body === '' ? undefined : JSON.parse(body)),
  );
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    async (_request: FastifyRequest, body: string) => new URLSearchParams(body),
  );
}

/** Answers every refusal and every mishap with an OperationOutcome. */
export function answerRefusals(server: FastifyInstance): void {
  const type = 'application/fhir+json; charset=utf-8';
  server.setErrorHandler(async (error: unknown, _request, reply) => {
    if (isRefusal(error)) {
      const { status, headers, body } = error.refusal;
      return reply.code(status).headers(headers).type(type).send(body);
    }
    if (error instanceof SyntaxError) {
      return reply.code(400).type(type).send(plainOutcome('structure', 'The body is no JSON.'));
    }
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
    return reply
      .code(status)
      .type(type)
      .send(plainOutcome('exception', String(error)));
  });
  server.setNotFoundHandler(async (request, reply) => {
    const known = ['GET', 'HEAD'].includes(request.method);
    const said = plainOutcome('not-supported', `${request.method} is not offered here.`);
    return reply
      .code(known ? 404 : 405)
      .type(type)
      .send(said);
  });
}
