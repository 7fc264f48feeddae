import type { Claim, Ending, StepSearch } from '../log/message.ts';
import type { Result } from '../record/finding.ts';
import type { DeliveryContext } from './context.ts';
import { endingBeyondDoubt, endingInDoubt, type Met } from './endings.ts';
import type { Lease } from './lease.ts';
import { endingNow, reckoningOf } from './reckoning.ts';
import { canBeFound, noWay } from './reconcile.ts';
import { retryPolicy } from './retry-policy.ts';
import type { PlannedStep, Target } from './step.ts';

/**
 * One write: its intent into the log, the call, its result into the log. `last` is the ending that follows when it is
 * done. Gives the message's ending where it has ended, else undefined.
 *
 * Why nobody writes after somebody else has concluded that a write is absent, however long a process stands still
 * (stopped, swapped out, collecting garbage):
 * - The log takes an intent only under the newest fence. So whoever may yet send something has its intent in the log
 *   before anybody can take the message over, and the one who takes it over finds that intent.
 * - Nothing begins to leave later than one `callTimeout` after its intent: that is asked here, and again by the
 *   transport in the same breath as the first byte is written. A process that slept longer gives up; what it then
 *   tells the log is refused, because the fence has moved on.
 * - What began to leave is over after another `callTimeout`, as far as the bridge goes; for the record system the
 *   route's `unknown.settle` is added, in which clocks may differ too. Only after all three is anything looked up
 *   (`reconcile.ts`), and only what was looked up and is absent is sent again.
 * What no program can rule out is to be stopped between the transport's question and its write a few instructions
 * later; hence `settle`, and the record system's own limit for a request that does not arrive whole.
 */
export async function write(
  step: PlannedStep,
  target: Target,
  last: Ending | undefined,
  {
    claim,
    lease,
    context,
  }: { readonly claim: Claim; readonly lease: Lease; readonly context: DeliveryContext },
): Promise<Ending | undefined> {
  const { name } = step;
  const { attempt, intendedAt } = await lease.intend(name, searchOf(step, target));
  await context.crashPoint('after-intent', claim);
  const result = await send(step, target, intendedAt, claim, context);
  await context.crashPoint('after-write', claim);
  const at = context.clock.now();
  const milliseconds = at - intendedAt;

  if (result.ok) {
    const settled = lease.settle({ name, attempt, state: 'done', location: result.value, at });
    // Together, so that they share one sync.
    await Promise.all([settled, last === undefined ? undefined : lease.finish(last)]);
    context.observe.stepEnded({ name, outcome: 'done', milliseconds });
    return last;
  }
  const { finding } = result;
  const { behaviour, cause } = retryPolicy[finding.kind];
  const outcome = behaviour === 'look-up' ? 'unknown' : 'refused';
  const ending =
    outcome === 'refused'
      ? endingNow(finding, claim, context)
      : canBeFound(step, context)
        ? endingInDoubt({ name, intendedAt, attempt }, { note: finding.note }, claim, reckoningOf(context))
        : endingBeyondDoubt(name, `${finding.note}; ${noWay}`);
  await Promise.all([
    lease.settle({ name, attempt, state: outcome, error: cause, at }),
    lease.finish(ending),
  ]);
  context.observe.stepEnded({ name, outcome, milliseconds });
  return ending;
}

async function send(
  step: PlannedStep,
  target: Target,
  intendedAt: number,
  { correlation }: Claim,
  { clock, callTimeout, record }: DeliveryContext,
): Promise<Result<string> | { readonly ok: false; readonly finding: Met }> {
  const notAfter = intendedAt + callTimeout;
  const late = clock.now() - notAfter;
  if (late > 0) {
    const note = `${step.name}: ${late} ms too late after its intent, so nothing was sent`;
    return { ok: false, finding: { kind: 'stood-still', note } };
  }
  const result = await step.send(record, target, { correlation, notAfter });
  if (result.ok || result.finding.kind !== 'merged') return result;
  // A patient who was merged between the search and the write is sought anew at the next try.
  return { ok: false, finding: { ...result.finding, kind: 'read-failed' } };
}

/** What the look-up of a write needs; nothing where the write names no patient of the record system's. */
function searchOf({ digest }: PlannedStep, { patient, encounter }: Target): StepSearch | undefined {
  if (patient === undefined) return undefined;
  return { patient, ...(encounter === undefined ? {} : { encounter }), contentDigest: digest };
}
