import type { Claim, Ending, Step } from '../log/message.ts';
import type { DeliveryContext } from './context.ts';
import { endingBeyondDoubt, endingInDoubt } from './endings.ts';
import type { Lease } from './lease.ts';
import { reckoningOf } from './reckoning.ts';
import { reconcile } from './reconcile.ts';
import { retryPolicy } from './retry-policy.ts';
import type { PlannedStep } from './step.ts';

/**
 * Settles steps whose outcome is not known, before anything else is written. Gives the names of all that are done, and
 * the ending where one stays in doubt.
 */
export async function clearDoubts(
  steps: readonly PlannedStep[],
  claim: Claim,
  lease: Lease,
  context: DeliveryContext,
): Promise<{ readonly done: ReadonlySet<string>; readonly ending?: Ending }> {
  const done = new Set<string>();
  for (const planned of steps) {
    const step = claim.steps.find(({ name }) => name === planned.name);
    if (step?.state === 'done') done.add(step.name);
    if (step?.state !== 'intended' && step?.state !== 'unknown') continue;
    const cleared = await clear(planned, step, claim, lease, context);
    if (cleared === 'done') done.add(step.name);
    else if (cleared !== 'absent') return { done, ending: cleared };
  }
  return { done };
}

/** Gives the message's ending where the outcome of a step stays in doubt, or where it is a person's to act. */
async function clear(
  planned: PlannedStep,
  step: Step,
  claim: Claim,
  lease: Lease,
  context: DeliveryContext,
): Promise<'done' | 'absent' | Ending> {
  const { name, attempt } = step;
  const verdict = await reconcile(planned, step, claim, context);
  context.observe.lookedUp(verdict.is === 'beyond' ? 'doubt' : verdict.is);
  await context.crashPoint('after-look-up', claim);
  if (verdict.is === 'beyond') return endingBeyondDoubt(name, verdict.note);
  if (verdict.is === 'doubt') return endingInDoubt(step, verdict, claim, reckoningOf(context));

  const at = context.clock.now();
  await lease.settle(
    verdict.is === 'found'
      ? { name, attempt, state: 'done', location: verdict.location, at }
      : { name, attempt, state: 'refused', error: step.error ?? 'record-outcome-unknown', at },
  );
  await context.crashPoint('after-verdict', claim);
  if (verdict.is === 'found') return 'done';
  if (!wasCalledDuplicate(step)) return 'absent';
  const note = 'the record system said that it has it, but it is not found there';
  return { state: 'held', cause: 'record-refused', note };
}

function wasCalledDuplicate(step: Step): boolean {
  return step.error === retryPolicy.duplicate.cause;
}
