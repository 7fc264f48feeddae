import type { Bundle } from '@medplum/fhirtypes';
import type { FastifyInstance } from 'fastify';
import type { Assessment } from '../assessment/assessment.ts';
import { BridgeError } from '../errors.ts';
import type { MessageLog } from '../log/log.ts';
import type { MessageContent, Step } from '../log/message.ts';
import type { Mappings } from '../mapping/mappings.ts';
import { isTraceable, MOST_TRACED } from '../mapping/trace/bound.ts';
import { searchTrace, type TraceSearch } from '../mapping/trace/search.ts';
import type { Trace } from '../mapping/trace/trace.ts';
import type { MappingVersions } from '../mapping/versions/versions.ts';
import { messageId, readQuery } from './parameters.ts';

export interface ProvenanceDoor {
  readonly log: Pick<MessageLog, 'message' | 'content'>;
  readonly versions: MappingVersions;
  /** The assessment that a message holds, whatever its format. */
  read(content: Pick<MessageContent, 'format' | 'payload'>): Assessment;
  live(): Mappings;
}

/** JSON pointer (RFC 6901); the longest of an assessment are far shorter. */
const POINTER = /^(?:\/(?:[^~/]|~[01]){0,100}){0,20}$/;
const ELEMENT = /^[A-Za-z]\w{0,63}(?:\[\d{1,6}\])?(?:\.[A-Za-z_]\w{0,63}(?:\[\d{1,6}\])?){0,30}$/;

/** The door of those who ask where a value came from, and where one went. It tells paths and rules, never values. */
export function provenanceDoor(app: FastifyInstance, door: ProvenanceDoor): void {
  app.get('/v1/assessments/:id/provenance', async (request, reply) => {
    const id = messageId(request.params);
    const search = readSearch(request.query);
    const [message, content] = await Promise.all([door.log.message(id), door.log.content(id)]);
    if (message === undefined || content === undefined) throw new BridgeError('not-found');
    const { mapping, digest, bundle, elements } = await traceOf(content, door);
    return reply.header('x-correlation-id', message.correlation).send({
      id,
      mapping,
      digest,
      stored: content.mapped !== undefined,
      elements: searchTrace(elements, search),
      written: written(message.steps, bundle),
    });
  });
}

function readSearch(query: unknown): TraceSearch {
  const read = readQuery(query);
  const source = read.text('source', POINTER);
  const element = read.text('element', ELEMENT);
  return { ...(source === undefined ? {} : { source }), ...(element === undefined ? {} : { element }) };
}

/**
 * The trace of the bundle that is stored, by the version of the mappings that made it; of a message that is not mapped
 * yet, by the live version.
 * @throws BridgeError `provenance-unknown` when that version is not there, or makes something else today, or when the
 *   assessment is too large
 */
async function traceOf(content: MessageContent, { read, live, versions }: ProvenanceDoor): Promise<Trace> {
  const { mapped, id, source, acceptedAt } = content;
  const assessment = read(content);
  if (!isTraceable(assessment)) throw unknown(`It has more than ${MOST_TRACED} values`);
  const mappings = mapped ? await versions.of(mapped.digest) : live();
  if (!mappings)
    throw unknown(`The version that made it is not there any more; its digest is ${mapped?.digest}`);
  const context = { messageId: id, source, acceptedAt: new Date(acceptedAt).toISOString() };
  const trace = mappings.trace(assessment, context);
  if (mapped && JSON.stringify(trace.bundle) !== mapped.bundle) {
    throw unknown('The version that made it makes another bundle of the assessment today');
  }
  return trace;
}

function unknown(text: string): BridgeError {
  return new BridgeError('provenance-unknown', [{ text }]);
}

/** What was written to the record system, with the resource of the bundle where it is plain which one that was. */
function written(steps: readonly Step[], { entry = [] }: Bundle) {
  return steps.flatMap(({ name, state, location }) => {
    if (state !== 'done' || location === undefined) return [];
    const type = location.split('/').at(-2) ?? '';
    const resources = entry.flatMap(({ resource }, index) =>
      resource?.resourceType === type ? [`entry[${index}].resource`] : [],
    );
    // Steps of one type stand in the order of the bundle; a note in several parts is one resource.
    const own = [...new Set(steps.map((step) => step.name))].filter(
      (each) => each.replace(/-\d+$/, '') === type,
    );
    const isPlain = resources.length === 1 || resources.length === own.length;
    const element = isPlain ? resources[resources.length === 1 ? 0 : own.indexOf(name)] : undefined;
    return [{ step: name, location, ...(element === undefined ? {} : { element }) }];
  });
}
