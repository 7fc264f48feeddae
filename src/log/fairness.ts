/**
 * Whether the last place of a claim goes to the oldest due message of any class. `urgencies` are those of the most
 * urgent due messages, at most `limit` of them: when they are fewer, all that is due is claimed anyway.
 */
export function lastPlaceIsFree(
  urgencies: readonly number[],
  { limit, fair }: { readonly limit: number; readonly fair?: 'yield' | 'insist' },
): boolean {
  if (fair === undefined || urgencies.length < limit) return false;
  return fair === 'insist' || urgencies.some((urgency) => urgency > 1);
}
