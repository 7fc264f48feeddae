import { type Assignment, type AssignmentWish, findAssignments } from './assignment.ts';
import { type Gap, gapsIn, type Need } from './capabilities.ts';
import { type ChosenEncounter, verifyEncounter, verifyPatient } from './chosen.ts';
import { createFhirClient, type FhirClientOptions, type NewResource, type WriteBounds } from './client.ts';
import { type EncounterWish, findEncounter } from './encounter.ts';
import { found, type Result } from './finding.ts';
import { findPatient, type PatientIdentifier } from './patient.ts';
import { findByIdentifier, findWritten, type IdentifiedWish, type WrittenWish } from './written.ts';

/**
 * A record system as delivery sees it. No call rejects because of what the record system does: what went wrong is a
 * finding. `correlation` is the X-Correlation-ID of the case.
 */
export interface RecordSystem {
  /** Id of the one patient with the identifier. */
  findPatient(
    identifier: PatientIdentifier,
    options: { readonly correlation: string; readonly getAllowed: boolean },
  ): Promise<Result<string>>;
  /** Id of the encounter to file under. */
  findEncounter(wish: EncounterWish, correlation: string): Promise<Result<string>>;
  /** The id again of a patient whom a person chose, where the record is there and is no merged one. */
  verifyPatient(id: string, correlation: string): Promise<Result<string>>;
  /** The id again of an encounter that a person chose, where it is of that patient. */
  verifyEncounter(chosen: ChosenEncounter, correlation: string): Promise<Result<string>>;
  /** Writes once; gives `Type/id` of what was made, or of what the condition found. */
  create(resource: NewResource, correlation: string, bounds?: WriteBounds): Promise<Result<string>>;
  /** Sends a transaction bundle once; gives `Type/id` of each entry's resource, in order. */
  transact(
    bundle: NewResource,
    correlation: string,
    bounds?: Pick<WriteBounds, 'notAfter'>,
  ): Promise<Result<readonly string[]>>;
  /** The open assignments of a questionnaire to a patient. */
  findAssignments(wish: AssignmentWish, correlation: string): Promise<Result<readonly Assignment[]>>;
  /** `Type/id` of what an earlier write left, or undefined when it is certainly absent. */
  findWritten(wish: WrittenWish, correlation: string): Promise<Result<string | undefined>>;
  /** The same for a write that is known by its own identifier. */
  findByIdentifier(wish: IdentifiedWish, correlation: string): Promise<Result<string | undefined>>;
  /** What of the needs the record system does not offer. */
  gaps(needs: readonly Need[], correlation: string): Promise<Result<readonly Gap[]>>;
}

/** A record system that speaks FHIR R4 REST. */
export function createRecordSystem(options: FhirClientOptions): RecordSystem {
  const client = createFhirClient(options);
  return {
    findPatient: (identifier, how) => findPatient(client, identifier, how),
    findEncounter: (wish, correlation) => findEncounter(client, wish, correlation),
    verifyPatient: (id, correlation) => verifyPatient(client, id, correlation),
    verifyEncounter: (chosen, correlation) => verifyEncounter(client, chosen, correlation),
    create: client.create,
    transact: client.transact,
    findAssignments: (wish, correlation) => findAssignments(client, wish, correlation),
    findWritten: (wish, correlation) => findWritten(client, wish, correlation),
    findByIdentifier: (wish, correlation) => findByIdentifier(client, wish, correlation),
    async gaps(needs, correlation) {
      const statement = await client.metadata(correlation);
      return statement.ok ? found(gapsIn(statement.value, needs)) : statement;
    },
  };
}
