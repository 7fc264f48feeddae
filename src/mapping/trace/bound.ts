import type { Assessment } from '../../assessment/assessment.ts';

/** Tracing holds up all else for as long as it takes: a tenth of a second or so for this many values. */
export const MOST_TRACED = 10_000;

/** Whether an assessment is small enough to be traced while others wait. */
export function isTraceable(assessment: Assessment): boolean {
  return valuesIn(assessment) <= MOST_TRACED;
}

function valuesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, inner) => sum + valuesIn(inner), 0);
}
