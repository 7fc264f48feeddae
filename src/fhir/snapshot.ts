import type { ElementDefinition } from '@medplum/fhirtypes';
import type { ElementRule, Structure } from './model.ts';

/** Placeholder until the generator lands. */
export function snapshotOf(
  _differential: readonly ElementDefinition[],
  base: Structure,
  _lookup: (url: string) => Structure | undefined,
): ElementRule[] {
  return base.elements;
}
