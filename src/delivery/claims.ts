import type { Claim } from '../log/message.ts';

/** Of this many claims one is fair: it takes the oldest due message of any class, unless P0 or P1 take all places. */
const FAIR_EVERY = 8;
/** After this many claims without a fair one, the next is fair whatever else is due. */
const FAIR_AT_LATEST = 64;

/** How a claim of several messages gives its last place, as the message log takes it. */
export type Fairness = 'yield' | 'insist';

/**
 * Claims for several workers by few calls: workers that ask while a claim is under way share the next one. No message
 * is claimed before a worker is free for it, so an urgent one is next however many others are due; and by the two
 * figures above a routine one is never left behind by a stream of urgent ones that does not end.
 * `claim` gives at most `limit` messages.
 */
export function createClaims(
  claim: (limit: number, fair: Fairness | undefined) => Promise<readonly Claim[]>,
) {
  let waiting: { give: (claim: Claim | undefined) => void; fail: (error: unknown) => void }[] = [];
  let claiming = false;
  /** Messages claimed since the last fair one. */
  let unfair = 0;

  async function claimed(limit: number): Promise<readonly Claim[]> {
    const fair = fairness(unfair + limit);
    const claims = await claim(limit, fair);
    const crowdedOut = claims.length === limit && claims.every(({ urgency }) => urgency <= 1);
    const wasFair = claims.length < limit || fair === 'insist' || (fair === 'yield' && !crowdedOut);
    unfair = wasFair ? 0 : unfair + claims.length;
    return claims;
  }

  async function serve(): Promise<void> {
    claiming = true;
    while (waiting.length > 0) {
      // A claim has one fair place, so that of a larger one less than its share would be fair.
      const served = waiting.slice(0, FAIR_EVERY);
      waiting = waiting.slice(FAIR_EVERY);
      try {
        const claims = await claimed(served.length);
        for (const [i, { give }] of served.entries()) give(claims[i]);
      } catch (error) {
        for (const { fail } of served) fail(error);
      }
    }
    claiming = false;
  }

  return {
    /** The most urgent due message, or undefined when there is none. Rejects as `claim` does. */
    next(): Promise<Claim | undefined> {
      return new Promise((give, fail) => {
        waiting.push({ give, fail });
        if (!claiming) void serve();
      });
    },
  };
}

function fairness(sinceLast: number): Fairness | undefined {
  if (sinceLast > FAIR_AT_LATEST) return 'insist';
  return sinceLast >= FAIR_EVERY ? 'yield' : undefined;
}
