import type { FastifyInstance } from 'fastify';
import { BridgeError } from '../errors.ts';
import type { MessageLog } from '../log/log.ts';
import type { Metrics } from '../operations/metrics.ts';

/** One thing that works or does not; `note` in plain words. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly note?: string;
}

export interface HealthDoor {
  readonly log: Pick<MessageLog, 'ledger' | 'outbox'>;
  readonly metrics: Metrics;
  /** openapi.yaml as written. */
  readonly contract: string;
  /** What delivering needs; accepting goes on without it. */
  checks(): readonly Check[];
  now(): number;
}

/** The door of the machines that watch the bridge. */
export function healthDoor(app: FastifyInstance, door: HealthDoor): void {
  async function logCheck(): Promise<Check> {
    try {
      await door.log.ledger();
      return { name: 'message log', ok: true };
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      return { name: 'message log', ok: false, note: error.message };
    }
  }

  app.get('/health/live', async () => ({ status: 'ok', checks: [] }));

  app.get('/health/ready', async (_request, reply) => {
    const log = await logCheck();
    const checks = [log, ...door.checks()];
    const status = !log.ok ? 'down' : checks.every(({ ok }) => ok) ? 'ok' : 'degraded';
    return reply.code(log.ok ? 200 : 503).send({ status, checks });
  });

  app.get('/metrics', async (_request, reply) => {
    const [counts, outbox] = await Promise.all([door.log.ledger(), door.log.outbox()]);
    return reply
      .type('text/plain; version=0.0.4; charset=utf-8')
      .send(await door.metrics.render(counts, door.now(), outbox));
  });

  app.get('/openapi.yaml', async (_request, reply) =>
    reply.type('application/yaml; charset=utf-8').send(door.contract),
  );
}
