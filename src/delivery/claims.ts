import type { Claim } from '../log/log.ts';

/**
 * Claims for several workers by few calls: workers that ask while a claim is under way share the next one. No message
 * is claimed before a worker is free for it, so an urgent one is next however many others are due.
 * `claim` gives at most `limit` messages.
 */
export function createClaims(claim: (limit: number) => Promise<readonly Claim[]>) {
  let waiting: { give: (claim: Claim | undefined) => void; fail: (error: unknown) => void }[] = [];
  let claiming = false;

  async function serve(): Promise<void> {
    claiming = true;
    while (waiting.length > 0) {
      const served = waiting;
      waiting = [];
      try {
        const claims = await claim(served.length);
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
