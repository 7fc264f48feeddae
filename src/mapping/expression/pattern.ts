/** Longest regular expression that a mapping may use, in characters. */
const LONGEST = 80;
const MOST_REPEATS = 1000;

/**
 * Why a regular expression is refused: one that could take more than a time linear in the text (nested or several
 * unbounded repetitions, an unbounded one that is not anchored, back references), or one that is not valid.
 */
export function patternProblem(pattern: string): string | undefined {
  if (pattern.length > LONGEST) return `has more than ${LONGEST} characters`;
  try {
    new RegExp(pattern, 'us');
  } catch {
    return 'is not a valid regular expression';
  }
  const bare = pattern.replace(/\\[\s\S]/g, (escaped) => (/\\[1-9k]/.test(escaped) ? '\u0001' : 'x'));
  if (bare.includes('\u0001')) return 'has a back reference';
  const flat = bare.replace(/\[\^?\]?[^\]]*\]/g, 'x');
  if (/\)(?:[*+?]|\{)/.test(flat)) return 'repeats a group';
  if (/\(\?/.test(flat)) return 'has a look-around or a special group';
  const unbounded = flat.match(/[*+]|\{\d+,\}/g)?.length ?? 0;
  if (unbounded > 1) return 'has several unbounded repetitions';
  if (unbounded === 1 && (!flat.startsWith('^') || flat.includes('|'))) {
    return 'has an unbounded repetition without ^ at its begin';
  }
  const repeats = [...flat.matchAll(/\{(?:\d+,)?(\d+)\}/g)].reduce(
    (product, [, most]) => product * Number(most),
    1,
  );
  return repeats > MOST_REPEATS ? 'repeats too often' : undefined;
}
