import type { Claim, Step } from '../log/message.ts';
import type { DeliveryContext } from './context.ts';
import { milliseconds } from './endings.ts';
import { type PlannedStep, wayOf } from './step.ts';

/**
 * What a look-up says of a write: it is there, it is certainly not, nothing can be said yet, or nothing can ever be
 * said by the bridge.
 */
export type Verdict =
  | { readonly is: 'found'; readonly location: string }
  | { readonly is: 'absent' }
  | { readonly is: 'doubt'; readonly note: string; readonly notBefore?: number }
  | { readonly is: 'beyond'; readonly note: string };

/**
 * Finds out what became of a write that was intended and has no clear result: its answer was lost, or the bridge
 * died on the way. Looks only after the record system can no longer be at it (see `write.ts`).
 */
export async function reconcile(
  planned: PlannedStep,
  step: Step,
  claim: Claim,
  context: DeliveryContext,
): Promise<Verdict> {
  const { clock, route, record, withoutLookUp } = context;
  const settled = latestEnd(step, context) + milliseconds(route.unknown.settle);
  if (clock.now() < settled)
    return { is: 'doubt', note: 'the record system may still be at it', notBefore: settled };
  if (!canBeFound(planned, context)) return { is: 'beyond', note: noWay };

  const { lookUp } = planned;
  const { search } = step;
  if (search !== undefined && wayOf(search.contentDigest) !== wayOf(planned.digest)) {
    return { is: 'beyond', note: 'it was sent by a version of the route that looks it up in another way' };
  }
  if (lookUp.by === 'if-none-exist') {
    // A server that overlooks the condition would make a second one.
    return withoutLookUp() === undefined
      ? { is: 'doubt', note: 'the record system has not yet said that it creates under a condition' }
      : { is: 'absent' };
  }
  if (search === undefined || lookUp.by === 'nothing') return { is: 'beyond', note: noWay };

  const { patient, encounter, contentDigest } = search;
  const sent = {
    target: { patient, ...(encounter === undefined ? {} : { encounter }) },
    digest: contentDigest,
    since: step.intendedAt - clockDifference,
  };
  const result = await lookUp.find(record, sent, claim.correlation);
  if (!result.ok) return { is: 'doubt', note: `look-up: ${result.finding.note}` };
  return result.value === undefined ? { is: 'absent' } : { is: 'found', location: result.value };
}

/** Whether the route and the record system offer a way to find out what became of a write. */
export function canBeFound(
  { lookUp, type }: Pick<PlannedStep, 'lookUp' | 'type'>,
  { withoutLookUp }: Pick<DeliveryContext, 'withoutLookUp'>,
): boolean {
  return lookUp.by !== 'nothing' && withoutLookUp()?.has(type) !== true;
}

/** Said of a write that cannot be looked up. */
export const noWay = 'the record system offers no way to look it up';

/** By how much the clocks of the bridge and of the record system may differ, generously. */
const clockDifference = 86_400_000;

/** When the bridge's own part of a write was over at the latest, in milliseconds since 1970: it began within one call's time, and lasted another. */
function latestEnd(step: Step, { aloneSince, callTimeout }: DeliveryContext): number {
  if (step.endedAt !== undefined) return step.endedAt;
  const latest = step.intendedAt + 2 * callTimeout;
  const byDeadProcess = aloneSince !== undefined && step.intendedAt < aloneSince;
  return byDeadProcess ? Math.min(latest, aloneSince) : latest;
}
