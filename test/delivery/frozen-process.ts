import { randomBytes, randomUUID } from 'node:crypto';
import { createDelivery } from '../../src/delivery/delivery.ts';
import { loadRoute } from '../../src/delivery/route.ts';
import { openSqliteLog } from '../../src/log/sqlite.ts';
import { createInProcessQueue } from '../../src/queue/in-process.ts';
import { createRecordSystem } from '../../src/record/record.ts';
import { createTransport } from '../../src/record/transport.ts';

/**
 * A bridge of one message that stops itself (SIGSTOP) between its first intent and the call, and tells its parent
 * `intended` before that, and its steps once it is delivered.
 */
const [file = '', baseUrl = '', hetu = ''] = process.argv.slice(2);
const CALL = 400;

const log = await openSqliteLog({ file, keys: [{ id: 'k', bytes: randomBytes(32) }] });
const id = randomUUID();
const now = Date.now();
await log.accept({
  id,
  source: 'omaolo',
  assessment: randomUUID(),
  edition: 1,
  kind: 'cough',
  kindVersion: '1',
  title: 'Yskä',
  urgency: 4,
  sentAt: now,
  acceptedAt: now,
  trial: false,
  correlation: randomUUID(),
  format: 'assessment',
  payload: Buffer.from('{}'),
});

const patient = `urn:uuid:${randomUUID()}`;
const text = Buffer.from('Ääni kähisee.').toString('base64');
let stopped = false;
const delivery = createDelivery({
  log,
  queue: createInProcessQueue(),
  mappings: () => ({
    map: () => ({
      mapping: 'one-note',
      digest: 'd',
      bundle: {
        resourceType: 'Bundle',
        type: 'collection',
        entry: [
          {
            fullUrl: patient,
            resource: {
              resourceType: 'Patient',
              identifier: [{ system: 'urn:oid:1.2.246.21', value: hetu }],
            },
          },
          {
            resource: {
              resourceType: 'DocumentReference',
              status: 'current',
              docStatus: 'preliminary',
              type: { coding: [{ system: 'http://loinc.org', code: '34109-9' }] },
              content: [{ attachment: { contentType: 'text/plain', data: text } }],
            },
          },
        ],
      },
    }),
  }),
  read: () => ({
    id: 'a',
    edition: 1,
    kind: { id: 'cough', version: '1' },
    language: 'fi',
    times: { completed: '2026-03-01T10:00:00Z', sent: '2026-03-01T10:00:00Z' },
    client: {},
    filledBy: { role: 'self' },
    recipient: { organisation: { oid: '1.2.246.10.1' } },
    consent: { given: true },
    sections: [],
  }),
  validate: () => [],
  record: createRecordSystem({
    baseUrl,
    transport: createTransport({ connections: 2, timeout: CALL }),
    now: Date.now,
  }),
  route: loadRoute('mappings/routes/apotti.yaml'),
  logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
  settings: {
    callTimeout: CALL,
    times: { first: 20, most: 20, told: 20, limit: 1e9, oldest: 1e9, stop: 20 },
  },
  async crashPoint(point) {
    if (point === 'after-intent' && !stopped) {
      stopped = true;
      await new Promise<void>((told) => process.send?.('intended', undefined, undefined, () => told()));
      process.kill(process.pid, 'SIGSTOP');
    }
    if (point === 'after-finish') {
      const message = await log.message(id);
      if (message?.state === 'delivered') process.send?.(message.steps);
    }
  },
});
delivery.start();
