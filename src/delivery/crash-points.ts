/**
 * The places at which the process may die with different things done, in the order of the path. Tests stop the
 * process at each; whatever the place, the message must end in the record once. The two of look-ups are passed only by
 * a message whose write was in doubt: `after-look-up` knows what became of it, `after-verdict` has it in the log.
 */
export const crashPoints = [
  'after-claim',
  'after-look-up',
  'after-verdict',
  'after-mapping',
  'after-search',
  'after-intent',
  'after-write',
  'after-result',
  'after-finish',
] as const;

export type CrashPoint = (typeof crashPoints)[number];
