import type { FastifyInstance } from 'fastify';
import { BridgeError } from '../errors.ts';
import type { Intake } from '../intake/accept.ts';
import type { MessageLog } from '../log/log.ts';
import { pageOf, readMessageQuery } from './message-query.ts';
import { showSent, showSentSummary } from './messages.ts';
import { messageId, readQuery } from './parameters.ts';

export interface AssessmentDoor {
  readonly intake: Intake;
  readonly log: Pick<MessageLog, 'message' | 'list' | 'withdraw'>;
  /** The name under which the sender's assessments are kept apart from other senders'. */
  readonly source: string;
  now(): number;
}

/** The body as received: the content type parser gives bytes, and nothing when there were none. */
export function bodyOf(body: unknown): Buffer {
  if (Buffer.isBuffer(body)) return body;
  throw new BridgeError('body-missing');
}

/** The door of Omaolo. */
export function assessmentDoor(app: FastifyInstance, door: AssessmentDoor): void {
  app.post('/v1/assessments', async (request, reply) => {
    const from = { source: door.source, correlation: request.correlation, format: 'assessment' } as const;
    const { outcome, id, state, correlation } = await door.intake.accept(bodyOf(request.body), from);
    return reply
      .code(outcome === 'accepted' ? 202 : 200)
      .header('location', `/v1/assessments/${id}`)
      .header('x-correlation-id', correlation)
      .send({ id, state });
  });

  app.get('/v1/assessments', async (request) => {
    const filter = { ...readMessageQuery(readQuery(request.query)), source: door.source };
    const { messages, ...next } = await pageOf(filter, door.log);
    return { assessments: messages.map(showSentSummary), ...next };
  });

  app.get('/v1/assessments/:id', async (request, reply) => {
    const message = await door.log.message(messageId(request.params));
    if (message === undefined) throw new BridgeError('not-found');
    return reply.header('x-correlation-id', message.correlation).send(showSent(message));
  });

  app.post('/v1/assessments/:id/withdrawal', async (request, reply) => {
    const message = await door.log.withdraw(messageId(request.params), door.now());
    return reply.header('x-correlation-id', message.correlation).send(showSent(message));
  });
}
