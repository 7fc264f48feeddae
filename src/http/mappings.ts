import type { FastifyInstance } from 'fastify';
import { operationOutcome } from '../fhir/outcome.ts';
import type { Validator } from '../fhir/validator.ts';
import type { Intake } from '../intake/accept.ts';
import type { Mappings } from '../mapping/mappings.ts';
import { bodyOf } from './assessments.ts';

export interface MappingsDoor {
  readonly intake: Pick<Intake, 'read'>;
  readonly validator: Validator;
  readonly source: string;
  /** The mappings that are live now. */
  mappings(): Mappings;
  newId(): string;
  now(): number;
}

/** The door of the integrators. */
export function mappingsDoor(app: FastifyInstance, door: MappingsDoor): void {
  app.get('/v1/mappings', async () => {
    const { digest, mappings, kinds } = door.mappings();
    return {
      digest,
      mappings,
      kinds: kinds.map(({ id, mapping, status, titles }) => ({ id, mapping, status, titles })),
    };
  });

  app.post('/v1/mappings/preview', async (request) => {
    const assessment = door.intake.read(bodyOf(request.body));
    const { mapping, digest, bundle } = door.mappings().map(assessment, {
      messageId: door.newId(),
      source: door.source,
      acceptedAt: new Date(door.now()).toISOString(),
    });
    return { mapping, digest, bundle, outcome: operationOutcome(door.validator.validate(bundle)) };
  });
}
