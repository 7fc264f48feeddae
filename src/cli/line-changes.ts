/** A line that only one of two texts has. */
export interface LineChange {
  readonly kind: 'added' | 'removed';
  readonly line: string;
}

/** The lines to take away and to add so that one text becomes the other, as few as possible, in order. */
export function lineChanges(before: readonly string[], after: readonly string[]): LineChange[] {
  const common = commonLengths(before, after);
  const changes: LineChange[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const [old, young] = [before[i], after[j]];
    if (old !== undefined && old === young) {
      i += 1;
      j += 1;
    } else if (young === undefined || (old !== undefined && at(common, i + 1, j) >= at(common, i, j + 1))) {
      changes.push({ kind: 'removed', line: old ?? '' });
      i += 1;
    } else {
      changes.push({ kind: 'added', line: young });
      j += 1;
    }
  }
  return changes;
}

/** For each pair of places how many lines the rests have in common. */
function commonLengths(before: readonly string[], after: readonly string[]): number[][] {
  const common = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const length =
        before[i] === after[j]
          ? at(common, i + 1, j + 1) + 1
          : Math.max(at(common, i + 1, j), at(common, i, j + 1));
      common[i]?.splice(j, 1, length);
    }
  }
  return common;
}

function at(table: readonly (readonly number[])[], i: number, j: number): number {
  return table[i]?.[j] ?? 0;
}
