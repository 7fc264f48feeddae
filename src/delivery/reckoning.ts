import type { Claim, Ending } from '../log/message.ts';
import type { DeliveryContext } from './context.ts';
import { endingAfter, type Met, type Reckoning } from './endings.ts';

/** What endings are reckoned from, now. */
export function reckoningOf({ route, times, chance, clock }: DeliveryContext): Reckoning {
  return { route, times, now: clock.now(), chance: chance() };
}

/** How a try ends now that met an obstacle. */
export function endingNow(met: Met, claim: Claim, context: DeliveryContext): Ending {
  return endingAfter(claim, met, reckoningOf(context));
}
