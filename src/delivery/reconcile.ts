import type { Claim, Step } from '../log/log.ts';
import type { DeliveryContext } from './context.ts';
import { milliseconds } from './endings.ts';
import type { PlannedStep } from './step.ts';

/** What a look-up says of a write: it is there, it is certainly not, or nothing can be said yet. */
export type Verdict =
  | { readonly is: 'found'; readonly location: string }
  | { readonly is: 'absent' }
  | { readonly is: 'doubt'; readonly note: string; readonly notBefore?: number };

/**
 * Finds out what became of a write that was intended and has no clear result: its answer was lost, or the bridge
 * died on the way. Looks only after the record system can no longer be at it.
 */
export async function reconcile(
  planned: PlannedStep,
  step: Step,
  claim: Claim,
  context: DeliveryContext,
): Promise<Verdict> {
  const { clock, route, record } = context;
  const settled = latestEnd(step, context) + milliseconds(route.unknown.settle);
  if (clock.now() < settled)
    return { is: 'doubt', note: 'the record system may still be at it', notBefore: settled };
  // Sending it again makes no second one: that is the look-up.
  if (planned.find === undefined) return { is: 'absent' };
  if (step.search === undefined) return { is: 'doubt', note: 'nothing is known by which to look it up' };

  const { patient, encounter, contentDigest } = step.search;
  const sent = {
    target: { patient, ...(encounter === undefined ? {} : { encounter }) },
    digest: contentDigest,
    since: step.intendedAt - clockDifference,
  };
  const result = await planned.find(record, sent, claim.correlation);
  if (!result.ok) return { is: 'doubt', note: `look-up: ${result.finding.note}` };
  return result.value === undefined ? { is: 'absent' } : { is: 'found', location: result.value };
}

/** By how much the clocks of the bridge and of the record system may differ, generously. */
const clockDifference = 86_400_000;

/** A write may sign in, be told that the token is no good, sign in again and go once more. */
const callsInAWrite = 4;

/** When the bridge's own part of a write was over at the latest, in milliseconds since 1970. */
function latestEnd(step: Step, { aloneSince, callTimeout }: DeliveryContext): number {
  if (step.endedAt !== undefined) return step.endedAt;
  const latest = step.intendedAt + callsInAWrite * callTimeout;
  const byDeadProcess = aloneSince !== undefined && step.intendedAt < aloneSince;
  return byDeadProcess ? Math.min(latest, aloneSince) : latest;
}
