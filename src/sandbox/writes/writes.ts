import { writeAnswers } from './answers.ts';
import type { Write } from './checks.ts';
import { writeCommunication } from './communication.ts';
import { writeCondition } from './condition.ts';
import { writeDocument } from './document.ts';
import { writeObservation } from './observation.ts';
import { writePatient } from './patient.ts';
import { writeTask } from './task.ts';

/** The rules of each resource type that may be written. */
export const writes: ReadonlyMap<string, Write> = new Map([
  ['Communication', writeCommunication],
  ['Condition', writeCondition],
  ['DocumentReference', writeDocument],
  ['Observation', writeObservation],
  ['Patient', writePatient],
  ['QuestionnaireResponse', writeAnswers],
  ['Task', writeTask],
]);
