import type { FastifyInstance } from 'fastify';
import { BridgeError } from '../errors.ts';
import type { Intake } from '../intake/accept.ts';
import { formatOf } from '../intake/fhir/release.ts';
import type { Format } from '../log/message.ts';
import { bodyOf } from './assessments.ts';
import { acceptance } from './outcome.ts';

export interface QuestionnaireResponseDoor {
  readonly intake: Pick<Intake, 'accept'>;
  /** The name under which the sender's assessments are kept apart from other senders'. */
  readonly source: string;
}

const USUAL = '4.0';

/** The release of FHIR that a media type names (http://hl7.org/fhir/R4/http.html#version-parameter). */
function formatOfBody(contentType: string | undefined): Format {
  const parameters = (contentType ?? '').split(';').slice(1);
  const versions = parameters.flatMap((parameter) => {
    const [name, value] = parameter.split('=', 2);
    return name?.trim().toLowerCase() === 'fhirversion' ? [value?.trim().replaceAll('"', '') ?? ''] : [];
  });
  const [version = USUAL, second] = versions;
  const format = second === undefined ? formatOf(version) : undefined;
  if (format !== undefined) return format;
  throw new BridgeError('media-type-unsupported', [{ text: 'fhirVersion must be 3.0, 4.0 or 5.0' }]);
}

/** The door of senders that speak FHIR: the same guarantees as that of assessments. */
export function questionnaireResponseDoor(app: FastifyInstance, door: QuestionnaireResponseDoor): void {
  app.post('/fhir/QuestionnaireResponse', async (request, reply) => {
    const format = formatOfBody(request.headers['content-type']);
    const from = { source: door.source, correlation: request.correlation, format };
    const { outcome, id, state, correlation, unread } = await door.intake.accept(bodyOf(request.body), from);
    return reply
      .code(outcome === 'accepted' ? 202 : 200)
      .header('location', `/v1/assessments/${id}`)
      .header('x-correlation-id', correlation)
      .type('application/fhir+json; charset=utf-8')
      .send(acceptance(`accepted as ${id}, state ${state}`, unread));
  });
}
