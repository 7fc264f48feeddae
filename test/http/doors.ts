import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import pino from 'pino';
import { v7 } from 'uuid';
import { expect, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { assessmentDoor } from '../../src/http/assessments.ts';
import { type Check, healthDoor } from '../../src/http/health.ts';
import { operationsDoor } from '../../src/http/operations.ts';
import { actsDoor } from '../../src/http/operations-acts.ts';
import type { QueueParts } from '../../src/http/operations-queue.ts';
import { questionnaireResponseDoor } from '../../src/http/questionnaire-responses.ts';
import { createServer } from '../../src/http/server.ts';
import { createIntake } from '../../src/intake/accept.ts';
import { readContract } from '../../src/intake/contract.ts';
import { loadSourceSettings } from '../../src/intake/fhir/settings.ts';
import { formatsOf } from '../../src/intake/formats.ts';
import type { MessageLog } from '../../src/log/log.ts';
import { openSqliteLog } from '../../src/log/sqlite.ts';
import { createMetrics } from '../../src/operations/metrics.ts';
import type { Wake } from '../../src/queue/queue.ts';
import { temporaryFolder } from '../temporary.ts';

export const contract = readContract(readFileSync('openapi.yaml', 'utf8'));
const document = parse(contract.text);

export interface Doors {
  readonly app: FastifyInstance;
  readonly log: MessageLog;
  /** What the workers were woken for. */
  readonly woken: Wake[];
  /** What was logged, line by line. */
  readonly lines: string[];
  /** Sends a request and holds the answer against openapi.yaml. */
  call(request: InjectOptions & { url: string }): Promise<LightMyRequestResponse>;
}

/** The doors over a real message log, without a worker behind it: what was accepted stays `received`. */
export async function openDoors(
  changes: {
    bodyLimit?: number;
    maxPending?: number;
    checks?: readonly Check[];
    seen?: Partial<Omit<QueueParts, 'log'>>;
  } = {},
): Promise<Doors> {
  const file = join(temporaryFolder(), 'log.sqlite');
  const log = await openSqliteLog({
    file,
    keys: [{ id: 'k1', bytes: Buffer.alloc(32, 1) }],
    newsTo: ['sender'],
  });
  onTestFinished(() => log.close());
  const lines: string[] = [];
  const metrics = createMetrics();
  const app = createServer({
    bodyLimit: changes.bodyLimit ?? 1 << 20,
    logger: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
    newId: v7,
    onAnswer: metrics.answered,
  });
  onTestFinished(() => app.close());
  const now = () => Date.now();
  const woken: Wake[] = [];
  const wake = (messages: readonly Wake[]) => void woken.push(...messages);
  const queue = {
    wake,
    waiting: async () => woken.length,
    status: () => ({ kind: 'in-process', connected: true }) as const,
  };
  const intake = createIntake({
    log,
    contract,
    formats: formatsOf(loadSourceSettings('mappings/sources/questionnaire-response.yaml'), () => []),
    needs: (kind) => (kind === 'needs-queue' ? ['recipient.queue'] : []),
    hetuPolicy: 'artificial',
    maxDepth: 32,
    maxPending: changes.maxPending ?? 1000,
    title: () => undefined,
    newId: v7,
    now,
    wake,
  });
  assessmentDoor(app, { intake, log, source: 'omaolo', now });
  questionnaireResponseDoor(app, { intake, source: 'omaolo' });
  operationsDoor(app, {
    log,
    queue,
    source: 'omaolo',
    circuit: () => ({ state: 'closed' }),
    capabilities: () => ({ kind: 'read', gaps: [], lookUpGaps: [] }),
    alarms: () => new Map(),
    now,
    ...changes.seen,
  });
  const check = (schema: string, value: unknown) => contract.checker(`#/components/schemas/${schema}`)(value);
  actsDoor(app, { log, queue, check, maxDepth: 32, now });
  healthDoor(app, { log, metrics, contract: contract.text, checks: () => changes.checks ?? [], now });
  return {
    app,
    log,
    woken,
    lines,
    async call(request) {
      const response = await app.inject(request);
      expectContract(request.method ?? 'GET', request.url, response);
      return response;
    },
  };
}

interface Operation {
  readonly responses: Record<string, { $ref?: string }>;
}

function operationOf(method: string, url: string): [string, Operation] | undefined {
  const path = url.split('?', 1)[0] ?? '';
  for (const [template, methods] of Object.entries<Record<string, Operation>>(document.paths)) {
    const pattern = new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`);
    const operation = methods[method.toLowerCase()];
    if (pattern.test(path) && operation !== undefined) return [template, operation];
  }
  return undefined;
}

/** Holds an answer against openapi.yaml: its status is listed, its body keeps to the schema, its ids are there. */
export function expectContract(
  method: string,
  url: string,
  response: { statusCode: number; headers: Record<string, unknown>; body: string },
): void {
  const { statusCode, headers, body } = response;
  expect(headers['x-request-id'], `${method} ${url}`).toMatch(/^\S+$/);
  expect(headers['x-correlation-id'], `${method} ${url}`).toMatch(/^\S+$/);
  const found = operationOf(method, url);
  const outcome = '#/components/schemas/OperationOutcome';
  if (found === undefined) {
    expect([404, 405, 400]).toContain(statusCode);
    expect(contract.checker(outcome)(JSON.parse(body))).toEqual([]);
    return;
  }
  const [template, { responses }] = found;
  const key = [String(statusCode), `${String(statusCode)[0]}XX`].find((status) => status in responses);
  if (key === undefined) expect.fail(`${method} ${template} does not list ${statusCode}`);
  const reference = responses[key]?.$ref;
  const base =
    reference ??
    `#/paths/${template.replaceAll('~', '~0').replaceAll('/', '~1')}/${method.toLowerCase()}/responses/${key}`;
  const described =
    reference === undefined
      ? responses[key]
      : document.components.responses[reference.split('/').at(-1) ?? ''];
  const type = String(headers['content-type']).split(';', 1)[0] ?? '';
  expect(Object.keys(described.content), `${method} ${template} ${statusCode}`).toContain(type);
  if (!type.endsWith('json')) return;
  const schema = `${base}/content/${type.replaceAll('/', '~1')}/schema`;
  expect(contract.checker(schema)(JSON.parse(body)), `${method} ${template} ${statusCode}`).toEqual([]);
}
