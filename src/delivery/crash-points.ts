/**
 * The places at which the process may die with different things done, in the order of the path. Tests stop the
 * process at each; whatever the place, the message must end in the record once.
 */
export const crashPoints = [
  'after-claim',
  'after-mapping',
  'after-search',
  'after-intent',
  'after-write',
  'after-result',
  'after-finish',
] as const;

export type CrashPoint = (typeof crashPoints)[number];
