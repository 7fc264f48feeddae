import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pino from 'pino';
import { v7 as uuidV7 } from 'uuid';
import { projectFolder } from '../../src/config.ts';
import { BridgeError } from '../../src/errors.ts';
import { type AssessmentDoor, assessmentDoor } from '../../src/http/assessments.ts';
import { createServer } from '../../src/http/server.ts';
import { createIntake } from '../../src/intake/accept.ts';
import { readContract } from '../../src/intake/contract.ts';
import { loadSourceSettings } from '../../src/intake/fhir/settings.ts';
import { formatsOf } from '../../src/intake/formats.ts';
import type { MessageLog } from '../../src/log/log.ts';
import { createMetrics } from '../../src/operations/metrics.ts';
import { openLog } from './messages.ts';
import { askedToEnd, say } from './processes.ts';

/** The door of Omaolo alone, over a log in the folder or database named, or over none that accepts everything at once. */

export interface DoorInput {
  readonly folder?: string;
  readonly databaseUrl?: string;
}

type Log = AssessmentDoor['log'] & Pick<MessageLog, 'accept' | 'close'>;

const nowhere: Log = {
  accept: async ({ id, correlation }) => ({ outcome: 'accepted', id, state: 'received', correlation }),
  message: async () => undefined,
  list: async () => [],
  withdraw: async () => {
    throw new BridgeError('not-found');
  },
  close: async () => undefined,
};

const { folder, databaseUrl }: DoorInput = JSON.parse(process.argv[2] ?? '');
const log = folder === undefined ? nowhere : await openLog(folder, databaseUrl);
const http = createServer({
  bodyLimit: 5 * 1024 * 1024,
  logger: pino(pino.destination('/dev/null')),
  newId: uuidV7,
  onAnswer: createMetrics().answered,
});
const settings = loadSourceSettings(
  join(projectFolder, 'mappings', 'sources', 'questionnaire-response.yaml'),
);
const intake = createIntake({
  log,
  contract: readContract(readFileSync(join(projectFolder, 'openapi.yaml'), 'utf8')),
  formats: formatsOf(settings, () => []),
  needs: () => [],
  hetuPolicy: 'artificial',
  maxDepth: 32,
  maxPending: 5000,
  title: () => undefined,
  newId: uuidV7,
  now: Date.now,
  wake: () => undefined,
});
assessmentDoor(http, { intake, log, source: 'omaolo', now: Date.now });
say({ url: await http.listen({ host: '127.0.0.1', port: 0 }) });
await askedToEnd();
await http.close();
await log.close();
