import type { Claim } from '../log/message.ts';
import { found, missed, type Result } from '../record/finding.ts';
import type { DeliveryContext } from './context.ts';
import { milliseconds } from './endings.ts';
import type { Plan } from './plan.ts';
import { encounterRuleOf } from './route.ts';
import type { PlannedStep, Target } from './step.ts';

/** The patient whom a person chose; else the one whom the record system knows by the first identifier that it knows. */
export async function findPatient(
  plan: Pick<Plan, 'identifiers'>,
  claim: Claim,
  context: DeliveryContext,
): Promise<Result<string>> {
  const { record, route } = context;
  const chosen = claim.chosen?.patient;
  if (chosen !== undefined) {
    const elsewhere = claim.steps.some(({ state, search }) => state === 'done' && search?.patient !== chosen);
    // Two halves of a message in two records would be worse than a message that a person files by hand.
    if (elsewhere) return missed('chosen-patient-unfit', 'a part of the message lies under another patient');
    return record.verifyPatient(chosen, claim.correlation);
  }
  const how = { correlation: claim.correlation, getAllowed: route.patient.search === 'post-then-get' };
  let result: Result<string> = {
    ok: false,
    finding: { kind: 'patient-unidentified', note: 'no identifier to seek by' },
  };
  for (const identifier of plan.identifiers) {
    result = await record.findPatient(identifier, how);
    if (result.ok || result.finding.kind !== 'patient-unknown') return result;
  }
  return result;
}

/** What a step needs besides the patient, or why it is left out, in plain words. */
export type TargetOrNone = { readonly target: Target } | { readonly none: string };

/**
 * Finds what a step needs besides the patient. `earlier` are the targets of steps written before, by name: parts of
 * one note lie under one encounter.
 */
export async function findTarget(
  step: PlannedStep,
  patient: string | undefined,
  earlier: ReadonlyMap<string, Target>,
  claim: Claim,
  context: DeliveryContext,
): Promise<Result<TargetOrNone>> {
  if (patient === undefined) return found({ target: {} });
  if (step.assignment !== undefined) return findAssignment(step.assignment(patient), patient, claim, context);
  if (step.encounter === 'none') return found({ target: { patient } });
  const shared = step.partOf === undefined ? undefined : earlier.get(step.partOf);
  if (shared?.patient === patient && shared.encounter !== undefined) return found({ target: shared });

  const rule = encounterRuleOf(context.route);
  const chosen = claim.chosen?.encounter;
  if (chosen !== undefined) {
    const statuses = step.encounter === 'open' ? { statuses: rule.open } : {};
    const fit = await context.record.verifyEncounter({ id: chosen, patient, ...statuses }, claim.correlation);
    return fit.ok ? found({ target: { patient, encounter: fit.value } }) : fit;
  }
  const result = await context.record.findEncounter(
    {
      patient,
      from: Math.min(claim.sentAt, claim.acceptedAt) - milliseconds(rule.window.before),
      to: claim.acceptedAt + milliseconds(rule.window.after),
      statuses: step.encounter === 'open' ? rule.open : rule.statuses,
      classes: rule.classes,
      choose: rule.choose,
    },
    claim.correlation,
  );
  return result.ok ? found({ target: { patient, encounter: result.value } }) : result;
}

/** Without exactly one assignment the answers are left out: the note carries them. */
async function findAssignment(
  wish: Parameters<DeliveryContext['record']['findAssignments']>[0],
  patient: string,
  claim: Claim,
  { record }: DeliveryContext,
): Promise<Result<TargetOrNone>> {
  const result = await record.findAssignments(wish, claim.correlation);
  if (!result.ok) return result;
  const [assignment, ...others] = result.value;
  if (assignment === undefined) return found({ none: 'no questionnaire is assigned' });
  if (others.length > 0) return found({ none: `the questionnaire is assigned ${others.length + 1} times` });
  return found({ target: { patient, assignment } });
}
