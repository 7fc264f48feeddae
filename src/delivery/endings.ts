import type { Claim, Ending, Step, WaitReason } from '../log/message.ts';
import { duration } from './duration.ts';
import { type Obstacle, pause, type RetryTimes, retryPolicy } from './retry-policy.ts';
import { encounterRuleOf, ofClass, type Route, type WaitRule } from './route.ts';

/** An obstacle met on the way, with what is known of it. */
export interface Met {
  readonly kind: Obstacle;
  /** In plain words, without personal data. */
  readonly note: string;
  /** Milliseconds that the record system asked to wait. */
  readonly retryAfter?: number;
}

/** What the endings are reckoned from. */
export interface Reckoning {
  readonly route: Route;
  readonly times: RetryTimes;
  readonly now: number;
  /** From 0 to 1. */
  readonly chance: number;
}

/** How a try ends that met an obstacle, by the retry policy. Nothing of this try is in doubt. */
export function endingAfter(claim: Claim, met: Met, reckoning: Reckoning): Ending {
  const { times, now, chance } = reckoning;
  const { behaviour, cause } = retryPolicy[met.kind];
  const { note } = met;
  if (behaviour === 'hold') return { state: 'held', cause, note };

  const waited = waitedFor(claim, cause, now);
  if (behaviour === 'wait') {
    const rule = waitRuleOf(met.kind, reckoning.route);
    const limit = rule === undefined ? 0 : milliseconds(ofClass(rule.wait, claim.urgency));
    if (rule === undefined || waited >= limit) return { state: 'held', cause, note };
    const length = pause(waited, looksOf(rule, claim.urgency, times), chance);
    const due = Math.min(now + length, now - waited + limit);
    return { state: 'waiting', reason: cause, due, note };
  }
  if (waited >= times.limit || now - claim.acceptedAt >= times.oldest) {
    return { state: 'held', cause: 'retries-exhausted', note: `${cause}: ${note}` };
  }
  const due =
    now +
    Math.max(
      pause(waited, times, chance),
      Math.min(met.retryAfter ?? 0, times.told),
      behaviour === 'stop' ? times.stop : 0,
    );
  return { state: 'waiting', reason: cause, due, note };
}

/** How a message ends whose write is in doubt for good: a person finds out which of the two it is. */
export function endingBeyondDoubt(name: string, note: string): Ending {
  return {
    state: 'held',
    cause: 'record-outcome-unknown',
    note: `${name} was sent and may or may not be in the record (${note}): where it is, resolve this message as filed; where it is certainly not, as absent, and it is written`,
  };
}

/**
 * How a try ends that leaves a step's outcome unknown; a look-up before `notBefore` would be in vain. Pauses grow with
 * the attempts, so that a write that is found absent again and again is tried ever more rarely, and not for ever.
 */
export function endingInDoubt(
  step: Pick<Step, 'name' | 'intendedAt' | 'attempt'>,
  doubt: { readonly note: string; readonly notBefore?: number },
  claim: Pick<Claim, 'acceptedAt'>,
  reckoning: Reckoning,
): Ending {
  const { route, times, now, chance } = reckoning;
  const { note, notBefore } = doubt;
  const asked = now - step.intendedAt;
  if (asked >= milliseconds(route.unknown.limit) || now - claim.acceptedAt >= times.oldest) {
    return endingBeyondDoubt(step.name, note);
  }
  const waited = Math.max(asked, times.first * 2 ** Math.min(step.attempt - 1, mostDoublings));
  const due = notBefore ?? now + Math.max(pause(waited, times, chance), milliseconds(route.unknown.settle));
  return { state: 'unknown', due, note };
}

const mostDoublings = 20;

/** Milliseconds of a duration of a route that passed its check. */
export function milliseconds(text: string): number {
  const length = duration(text);
  if (length === undefined) throw new TypeError('a route holds something that is no duration');
  return length;
}

function waitedFor(claim: Claim, reason: WaitReason, now: number): number {
  return claim.reason === reason && claim.waitingSince !== undefined ? now - claim.waitingSince : 0;
}

/** How long the route waits for what is missing; undefined: not at all. */
function waitRuleOf(obstacle: Obstacle, route: Route): WaitRule | undefined {
  if (obstacle !== 'patient-unknown') return encounterRuleOf(route);
  const { wait, look } = route.patient;
  return wait && { wait, look };
}

/** The pauses between looks for it; no shorter than the retry policy's shortest, which spares the record system. */
function looksOf({ look }: WaitRule, urgency: number, times: RetryTimes): Pick<RetryTimes, 'first' | 'most'> {
  if (look === undefined) return times;
  const { first, most } = ofClass(look, urgency);
  return {
    first: Math.max(times.first, milliseconds(first)),
    most: Math.max(times.first, milliseconds(most)),
  };
}
