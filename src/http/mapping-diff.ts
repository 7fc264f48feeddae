import type { FastifyInstance } from 'fastify';
import { BridgeError, type ErrorDetail } from '../errors.ts';
import { readJson } from '../intake/json.ts';
import { type DiffOptions, type DiffRequest, diffOverMessages } from '../operations/diff.ts';
import { bodyOf } from './assessments.ts';

export interface MappingDiffDoor extends Omit<DiffOptions, 'stopped'> {
  /** The places where a body does not keep to the contract (schema DiffRequest of openapi.yaml). */
  readonly check: (body: unknown) => readonly ErrorDetail[];
  readonly maxDepth: number;
}

/** How many of the newest messages are compared when the request does not say. */
const LAST = 100;

/** The door through which integrators try a version of the mappings over stored messages. */
export function mappingDiffDoor(
  app: FastifyInstance,
  { check, maxDepth, ...options }: MappingDiffDoor,
): void {
  let busy = false;

  app.post('/v1/mappings/diff', async (request, reply) => {
    const asked = requestOf(readJson(bodyOf(request.body), { maxDepth }), check);
    // Two at once would take the time of the messages that are in delivery.
    if (busy) throw new BridgeError('overloaded', [], { retryAfter: 5 });
    busy = true;
    try {
      return await diffOverMessages(asked, { ...options, stopped: () => reply.raw.destroyed });
    } finally {
      busy = false;
    }
  });
}

function requestOf(body: unknown, check: MappingDiffDoor['check']): DiffRequest {
  const faults = check(body);
  if (faults.length > 0) throw new BridgeError('parameter-invalid', faults);
  // The contract has been checked just now.
  return { last: LAST, ...(body as Pick<DiffRequest, 'files'>) };
}
