import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import pino from 'pino';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { CrashPoint } from '../../src/delivery/crash-points.ts';
import { deliverySettings } from '../../src/delivery/delivery.ts';
import { retryPolicy, retryTimes } from '../../src/delivery/retry-policy.ts';
import { type Sabotage, sabotages } from './sabotage.ts';

/** A bridge in a process of its own. It is the bridge as it ships; what is done to it here is done from outside. */

export interface BridgeInput {
  readonly env: Readonly<Record<string, string>>;
  readonly fhirUrl: string;
  readonly tokenUrl: string;
  /** More messages in work at once than can be configured: each of them waits at a point. */
  readonly concurrency?: number;
  /** Messages named after a crash point stay there, until the process is killed or goes on after it was stopped. */
  readonly holds?: boolean;
  /** A defect on purpose. */
  readonly sabotage?: Sabotage;
}

const input: BridgeInput = JSON.parse(process.argv[2] ?? '');

// What takes minutes in life takes parts of a second here: there is no setting for it, since nobody else wants it.
Object.assign(retryTimes, { first: 150, most: 3_000, told: 500, stop: 250 });
Object.assign(deliverySettings, { circuit: { threshold: 8, first: 100, most: 1_000 }, sweep: 250 });
if (input.holds === true) {
  // A message that is held would be the one for which all others wait: the circuit stays closed.
  Object.assign(deliverySettings.circuit, { threshold: Number.POSITIVE_INFINITY });
  for (const rule of Object.values(retryPolicy)) {
    if (rule.behaviour === 'stop' || rule.behaviour === 'when-told') {
      Object.assign(rule, { behaviour: 'retry' });
    }
  }
}

// The queue in Redis hands a process all the wakes that it may work on before the first is worked on: a thousand.
const config = readConfig(input.holds === true ? { ...input.env, REDIS_URL: undefined } : input.env);
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const reached = new Set<string>();

const goOn = once(process, 'SIGCONT').then(() => undefined);

/** Messages of the matrix are called `m.<point>.…`. */
function holdAt(point: CrashPoint, assessment: string): Promise<void> | undefined {
  const stays = input.holds === true && assessment.startsWith(`m.${point}.`) && !reached.has(assessment);
  if (!stays) return undefined;
  reached.add(assessment);
  process.stdout.write(`held ${reached.size}\n`);
  return goOn;
}

const app = await buildApp({
  config: input.concurrency === undefined ? config : { ...config, concurrency: input.concurrency },
  record: {
    url: input.fhirUrl,
    tokenUrl: input.tokenUrl,
    clientId: 'verify',
    key: { algorithm: 'ES384', keyId: 'verify', privateKey },
    scope: '',
  },
  logger: pino({ level: config.logLevel }, pino.destination(2)),
  crashPoint: (point, claim) => holdAt(point, claim.assessment),
});
if (input.sabotage !== undefined) Object.assign(app.log, sabotages[input.sabotage]({ ...app.log }));
await app.http.listen({ host: config.host, port: config.port });
process.stdout.write('ready\n');
process.once('SIGTERM', () => void app.close());
