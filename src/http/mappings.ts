import type { FastifyInstance } from 'fastify';
import { BridgeError } from '../errors.ts';
import { operationOutcome } from '../fhir/outcome.ts';
import type { Validator } from '../fhir/validator.ts';
import type { Intake } from '../intake/accept.ts';
import type { LiveMappings, LiveStatus } from '../mapping/versions/live.ts';
import type { ShadowReport } from '../operations/shadow.ts';
import { bodyOf } from './assessments.ts';

export interface MappingsDoor {
  readonly intake: Pick<Intake, 'read'>;
  readonly validator: Validator;
  readonly source: string;
  readonly live: Pick<LiveMappings, 'current' | 'status'>;
  /** The version that runs beside the live one, where one does. */
  readonly shadow?: { status(): LiveStatus; report(): ShadowReport; readonly share: number };
  newId(): string;
  now(): number;
}

/** The door of the integrators. */
export function mappingsDoor(app: FastifyInstance, door: MappingsDoor): void {
  app.get('/v1/mappings', async () => {
    const { digest, mappings, kinds } = door.live.current();
    return {
      digest,
      ...showStatus(door.live.status()),
      mappings,
      kinds: kinds.map(({ id, mapping, status, titles }) => ({ id, mapping, status, titles })),
    };
  });

  app.get('/v1/mappings/shadow', async () => {
    const { shadow } = door;
    if (shadow === undefined) {
      throw new BridgeError('not-found', [{ text: 'no shadow version is configured' }]);
    }
    const { digest, ...status } = shadow.status();
    const shown = { ...(digest === undefined ? {} : { digest }), ...showStatus(status) };
    const { live, shadow: compared, ...found } = shadow.report();
    const versions = live === undefined ? {} : { compared: { live, shadow: compared } };
    return { share: shadow.share, ...shown, ...versions, ...found };
  });

  app.post('/v1/mappings/preview', async (request) => {
    const assessment = door.intake.read(bodyOf(request.body));
    const { mapping, digest, bundle } = door.live.current().map(assessment, {
      messageId: door.newId(),
      source: door.source,
      acceptedAt: new Date(door.now()).toISOString(),
    });
    return { mapping, digest, bundle, outcome: operationOutcome(door.validator.validate(bundle)) };
  });
}

/** Since when it is live, and what is wrong with the folder where it holds something else. */
function showStatus({ since, broken }: LiveStatus) {
  return {
    ...(since === undefined ? {} : { since: time(since) }),
    ...(broken === undefined ? {} : { broken: { since: time(broken.at), mistakes: broken.details } }),
  };
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
