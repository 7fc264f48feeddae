import type { FastifyInstance, FastifyReply } from 'fastify';
import { BridgeError } from '../errors.ts';
import type { MessageLog } from '../log/log.ts';
import type { By, MessageHistory } from '../log/message.ts';
import type { Queue } from '../queue/queue.ts';
import { showDue, showMessage } from './messages.ts';
import { type BodyCheck, readByHand, readRedrive, readResolution } from './operations-bodies.ts';
import { showPause } from './operations-queue.ts';
import { messageId } from './parameters.ts';

export interface ActsDoor extends BodyCheck {
  readonly log: Pick<
    MessageLog,
    'message' | 'hurry' | 'resolve' | 'redrive' | 'pause' | 'resume' | 'paused' | 'due'
  >;
  readonly queue: Pick<Queue, 'wake'>;
  now(): number;
}

/** Messages that are woken at once when a pause ends; the sweeper sees to the others. */
const AT_ONCE = 1000;

/** The door of the people who mend: each act has a name and a reason, and leaves both in the history. */
export function actsDoor(app: FastifyInstance, door: ActsDoor): void {
  const { log, queue } = door;

  /** Whatever was done, something may be due now: the message itself, or the next edition of its case. */
  function answer(message: MessageHistory, reply: FastifyReply) {
    const { id, urgency, dueAt = door.now() } = message;
    queue.wake([{ id, urgency, due: dueAt }]);
    return reply.header('x-correlation-id', message.correlation).send(showMessage(message));
  }

  async function retry(id: string, by: By): Promise<MessageHistory> {
    const message = await log.message(id);
    if (message === undefined) throw new BridgeError('not-found');
    return message.state === 'held'
      ? log.resolve(id, { act: 'again' }, by, door.now())
      : log.hurry(id, by, door.now());
  }

  app.post('/v1/operations/messages/:id/retry', async (request, reply) => {
    const id = messageId(request.params);
    return answer(await retry(id, readByHand(request.body, door)), reply);
  });

  app.post('/v1/operations/messages/:id/resolution', async (request, reply) => {
    const id = messageId(request.params);
    const { by, resolution } = readResolution(request.body, door);
    return answer(await log.resolve(id, resolution, by, door.now()), reply);
  });

  app.post('/v1/operations/redrive', async (request) => {
    const { by, order } = readRedrive(request.body, door);
    const { matching, messages } = await log.redrive(order, by, door.now());
    if (!order.dryRun) queue.wake(messages);
    return { dryRun: order.dryRun, matching, messages: messages.map(showDue) };
  });

  app.post('/v1/operations/pause', async (request) => {
    await log.pause(readByHand(request.body, door), door.now());
    return showPause(await log.paused());
  });

  app.post('/v1/operations/resume', async (request) => {
    await log.resume(readByHand(request.body, door), door.now());
    queue.wake(await log.due({ now: door.now(), limit: AT_ONCE }));
    return showPause(await log.paused());
  });
}
