import { BridgeError } from '../../errors.ts';
import type { Unmapped } from '../data/concept-map.ts';
import { type Place, showPlace } from '../files/place.ts';

/** What one run of a mapping works on. */
export interface Frame {
  /** The assessment. */
  readonly root: unknown;
  /** The values of the predefined variables, in the order of `PREDEFINED`. */
  readonly predefined: readonly unknown[];
  /** What is left of the bound on the work and size of the output. */
  budget: number;
  /** The codes that no ConceptMap listed, so far. */
  readonly unmapped: Unmapped[];
}

/** Bound on one mapping's output: characters made and items gone through. */
export const BUDGET = 20_000_000;

/**
 * Takes from the budget.
 * @throws BridgeError `mapping-failed` when nothing is left
 */
export function spend(frame: Frame, amount: number, place: Place): void {
  frame.budget -= amount;
  if (frame.budget < 0) throw failure(place, 'The mapping makes more than the bound on its output allows.');
}

/** `mapping-failed` at a rule; the text holds nothing of the assessment. */
export function failure(place: Place, text: string): BridgeError {
  return new BridgeError('mapping-failed', [{ text, at: showPlace(place) }]);
}

/**
 * What `make` gives.
 * @throws BridgeError `mapping-failed` naming the rule when it throws
 */
export function orFailure<Made>(place: Place, make: () => Made): Made {
  try {
    return make();
  } catch {
    // The error of fhirpath.js is not passed on: its text may hold what the citizen wrote.
    throw failure(place, 'FHIRPath gives an error when this expression is applied to the assessment.');
  }
}

/** `code-unmapped` at a `$translate`; the text never holds the code. */
export function unmappedCode(map: string, place: Place): BridgeError {
  return new BridgeError('code-unmapped', [
    { text: `The ConceptMap "${map}" does not list the code and says hold.`, at: showPlace(place) },
  ]);
}
