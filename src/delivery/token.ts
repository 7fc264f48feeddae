import type { Identifier } from '../record/identifier.ts';

/** A system and a code as the value of a token search parameter in an address (FHIR R4, "search", §3.1.1.5.9). */
export function token({ system = '', value }: Identifier): string {
  return `${encodeURIComponent(system)}|${encodeURIComponent(value)}`;
}
