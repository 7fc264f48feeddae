import type { Claim } from '../log/log.ts';
import { found, type Result } from '../record/finding.ts';
import type { DeliveryContext } from './context.ts';
import { milliseconds } from './endings.ts';
import type { Target } from './outgoing.ts';
import type { Plan, PlannedStep } from './plan.ts';

/** Finds the patient by the first identifier that the record system knows. */
export async function findPatient(
  plan: Plan,
  claim: Claim,
  context: DeliveryContext,
): Promise<Result<string>> {
  const { record, route } = context;
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

/** Finds what a step needs besides the patient. */
export async function findTarget(
  step: PlannedStep,
  patient: string,
  claim: Claim,
  context: DeliveryContext,
): Promise<Result<Target>> {
  if (step.encounter === 'none') return found({ patient });
  const { encounter } = context.route;
  const result = await context.record.findEncounter(
    {
      patient,
      from: Math.min(claim.sentAt, claim.acceptedAt) - milliseconds(encounter.window.before),
      to: claim.acceptedAt + milliseconds(encounter.window.after),
      statuses: step.encounter === 'open' ? encounter.open : encounter.statuses,
      classes: encounter.classes,
      choose: encounter.choose,
    },
    claim.correlation,
  );
  return result.ok ? found({ patient, encounter: result.value }) : result;
}
