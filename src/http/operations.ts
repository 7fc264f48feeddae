import type { FastifyInstance } from 'fastify';
import { urgencyClasses, urgencyRank } from '../assessment/urgency.ts';
import type { MessageLog } from '../log/log.ts';
import { type State, transitions } from '../log/state.ts';
import { readLedger } from '../operations/ledger.ts';
import { showMessage, showSummary } from './messages.ts';
import { messageId, readQuery } from './parameters.ts';

export interface OperationsDoor {
  readonly log: Pick<MessageLog, 'ledger' | 'list' | 'retry'>;
  now(): number;
  /** Tells the workers that something may go. */
  wake(message: { readonly id: string; readonly urgency: number }): void;
}

const states = Object.keys(transitions) as readonly State[];
const PAGE = { default: 50, max: 200 };
const UUID = /^[0-9a-f-]{36}$/;

/** The door of the people who watch the queue. */
export function operationsDoor(app: FastifyInstance, door: OperationsDoor): void {
  app.get('/v1/operations/ledger', async () => readLedger(await door.log.ledger()));

  app.get('/v1/operations/messages', async (request) => {
    const query = readQuery(request.query);
    const state = query.oneOf('state', states);
    const cause = query.text('cause', /^[a-z-]{1,64}$/);
    const kind = query.text('kind', /^[A-Za-z0-9._:-]{1,128}$/);
    const urgency = query.oneOf('class', urgencyClasses);
    const from = query.time('from');
    const to = query.time('to');
    const after = query.text('after', UUID);
    const limit = query.integer('limit', { min: 1, max: PAGE.max }) ?? PAGE.default;
    const found = await door.log.list({
      ...(state === undefined ? {} : { state }),
      ...(cause === undefined ? {} : { cause }),
      ...(kind === undefined ? {} : { kind }),
      ...(urgency === undefined ? {} : { urgency: urgencyRank(urgency) }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(after === undefined ? {} : { after }),
      // One more than asked for tells whether there is a next page.
      limit: limit + 1,
    });
    const messages = found.slice(0, limit);
    const last = messages.at(-1);
    return {
      messages: messages.map(showSummary),
      ...(found.length > limit && last !== undefined ? { next: last.id } : {}),
    };
  });

  app.post('/v1/operations/messages/:id/retry', async (request, reply) => {
    const message = await door.log.retry(messageId(request.params), door.now());
    door.wake(message);
    return reply.header('x-correlation-id', message.correlation).send(showMessage(message));
  });
}
