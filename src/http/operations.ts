import type { FastifyInstance } from 'fastify';
import { type RetryRow, retryTable } from '../delivery/retry-policy.ts';
import { BridgeError } from '../errors.ts';
import type { MessageLog } from '../log/log.ts';
import { readLedger } from '../operations/ledger.ts';
import { pageOf, readMessageQuery } from './message-query.ts';
import { showAct, showMessage, showSummary } from './messages.ts';
import { type QueueParts, readQueue } from './operations-queue.ts';
import { messageId, readQuery } from './parameters.ts';

export interface OperationsDoor extends QueueParts {
  readonly log: QueueParts['log'] & Pick<MessageLog, 'list' | 'message' | 'acts'>;
  readonly source: string;
}

const ACTS = { default: 50, max: 200 };

/** The door of the people who watch the queue: it reads only. */
export function operationsDoor(app: FastifyInstance, door: OperationsDoor): void {
  app.get('/v1/operations/ledger', async () => readLedger(await door.log.ledger()));

  app.get('/v1/operations/queue', () => readQueue(door));

  app.get('/v1/operations/retry-policy', async () => ({
    rules: retryTable().map(showRule),
  }));

  app.get('/v1/operations/acts', async (request) => {
    const limit = readQuery(request.query).integer('limit', { min: 1, max: ACTS.max }) ?? ACTS.default;
    return { acts: (await door.log.acts(limit)).map(showAct) };
  });

  app.get('/v1/operations/messages', async (request) => {
    const asked = readMessageQuery(readQuery(request.query));
    const filter = asked.assessment === undefined ? asked : { ...asked, source: door.source };
    const { messages, ...next } = await pageOf(filter, door.log);
    return { messages: messages.map(showSummary), ...next };
  });

  app.get('/v1/operations/messages/:id', async (request, reply) => {
    const message = await door.log.message(messageId(request.params));
    if (message === undefined) throw new BridgeError('not-found');
    return reply.header('x-correlation-id', message.correlation).send(showMessage(message));
  });
}

/** Durations in seconds. */
function showRule({ pause, limit, ...rule }: RetryRow) {
  return {
    ...rule,
    ...(pause === undefined ? {} : { pause: { first: pause.first / 1000, most: pause.most / 1000 } }),
    ...(limit === undefined ? {} : { limit: limit / 1000 }),
  };
}
