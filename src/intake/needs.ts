import type { Assessment } from '../assessment/assessment.ts';
import type { ErrorDetail } from '../errors.ts';
import { GENERIC, type Mappings } from '../mapping/mappings.ts';

/** What the mapping of a kind needs: paths into the assessment such as `recipient.queue`. */
export function neededBy({ kinds, mappings }: Mappings, kind: string): readonly string[] {
  const name = kinds.find(({ id }) => id === kind)?.mapping ?? GENERIC;
  return mappings.find((mapping) => mapping.name === name)?.needs ?? [];
}

/** The members of an assessment that its mapping needs and that are not there. @param needs paths such as `recipient.queue` */
export function missingOf(assessment: Assessment, needs: readonly string[]): readonly ErrorDetail[] {
  return needs
    .map((path) => path.split('.'))
    .filter((names) => isMissing(names.reduce(memberOf, assessment)))
    .map((names) => ({ text: 'assessments of this kind need it', at: `/${names.join('/')}` }));
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

function isMissing(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}
