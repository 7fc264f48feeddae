import type { Claim, Ending } from '../log/message.ts';
import { type Finding, found } from '../record/finding.ts';
import { contentOf } from './content.ts';
import type { DeliveryContext } from './context.ts';
import { clearDoubts } from './doubts.ts';
import type { Lease } from './lease.ts';
import { type Plan, planOf } from './plan.ts';
import { endingNow } from './reckoning.ts';
import type { PlannedStep, Target } from './step.ts';
import { findPatient, findTarget } from './target.ts';
import { write } from './write.ts';

/**
 * Takes one message as far as it comes: content, patient, encounter, then each write with its intent before and its
 * result after it. Ends the claim and gives how. Log writes that may go together do: they share one sync.
 * @throws LeaseLost when the log does not take a write; whatever else it throws was not foreseen.
 */
export async function deliver(claim: Claim, lease: Lease, context: DeliveryContext): Promise<Ending> {
  if (claim.state === 'received' && claim.steps.some(({ state }) => state !== 'refused')) {
    return finish(lease, beforeLookUp(context));
  }
  const made = contentOf(claim, context);
  if (!made.ok) return finish(lease, made.ending);
  const { bundle, fresh } = made.content;
  const plan = planOf(bundle, context.route, {
    id: claim.kind,
    version: claim.kindVersion,
    patientChosen: claim.chosen?.patient !== undefined,
  });
  const obstacle = obstacleIn(plan, claim);
  if (obstacle !== undefined) return finish(lease, obstacle);
  const doubt = await clearDoubts(plan.steps, claim, lease, context);
  if (doubt.ending !== undefined) return finish(lease, doubt.ending);
  const left = plan.steps.filter(({ name }) => !doubt.done.has(name));
  if (left.length === 0) return finish(lease, delivered(plan.remarks));

  if (fresh !== undefined) lease.mapped(fresh);
  await context.crashPoint('after-mapping', claim);
  const patient = plan.seeks ? await findPatient(plan, claim, context) : found(undefined);
  if (!patient.ok) return finish(lease, endingNow(patient.finding, claim, context));
  return writeAll(
    { left, done: doubt.done, patient: patient.value, remarks: plan.remarks },
    claim,
    lease,
    context,
  );
}

/** Writes what is left of a message, one after the other, as far as it comes. */
async function writeAll(
  work: {
    readonly left: readonly PlannedStep[];
    readonly done: ReadonlySet<string>;
    readonly patient: string | undefined;
    readonly remarks: readonly string[];
  },
  claim: Claim,
  lease: Lease,
  context: DeliveryContext,
): Promise<Ending> {
  const { left, done, patient } = work;
  const remarks = [...work.remarks];
  const targets = new Map<string, Target>(
    claim.steps.flatMap(({ name, search }) =>
      done.has(name) && search !== undefined ? [[name, search]] : [],
    ),
  );
  let written = done.size > 0;
  for (const [i, step] of left.entries()) {
    const target = await findTarget(step, patient, targets, claim, context);
    await context.crashPoint('after-search', claim);
    if (!target.ok) return finish(lease, endingNow(ofStep(step, target.finding), claim, context));
    if ('none' in target.value) {
      remarks.push(`the answers stay in the note: ${target.value.none}`);
      continue;
    }
    const last = i === left.length - 1 ? delivered(remarks) : undefined;
    const ending = await write(step, target.value.target, last, { claim, lease, context });
    if (ending !== undefined) return ending;
    await context.crashPoint('after-result', claim);
    targets.set(step.name, target.value.target);
    written = true;
  }
  if (written) return finish(lease, delivered(remarks));
  return finish(lease, { state: 'held', cause: 'route-gap', note: remarks.join('; ') });
}

function delivered(remarks: readonly string[]): Ending {
  return { state: 'delivered', ...(remarks.length === 0 ? {} : { note: remarks.join('; ') }) };
}

function ofStep(step: PlannedStep, finding: Finding): Finding {
  return { ...finding, note: `${step.name}: ${finding.note}` };
}

/** What stands against writing at all: a gap of the route, or another route than that by which writing was begun. */
function obstacleIn(plan: Plan, claim: Claim): Ending | undefined {
  const [first] = plan.gaps;
  if (first !== undefined) {
    const note = plan.gaps.map((each) => each.note).join('; ');
    return { state: 'held', cause: first.cause, note };
  }
  const digests = new Map(plan.steps.map(({ name, digest }) => [name, digest]));
  const strayed = claim.steps.find(({ name, state, search }) => {
    if (state === 'refused') return false;
    const planned = digests.get(name);
    return (
      planned === undefined || (state === 'done' && search !== undefined && search.contentDigest !== planned)
    );
  });
  if (strayed === undefined) return undefined;
  const note = `${strayed.name} was written by another version of the route: use that one for this message`;
  return { state: 'held', cause: 'route-gap', note };
}

/** A redriven message may have written something already: it does not begin anew, it waits for the look-up. */
function beforeLookUp(context: DeliveryContext): Ending {
  const note = 'writing had begun before it was redriven';
  return { state: 'waiting', reason: 'record-outcome-unknown', due: context.clock.now(), note };
}

async function finish(lease: Lease, ending: Ending): Promise<Ending> {
  await lease.finish(ending);
  return ending;
}
