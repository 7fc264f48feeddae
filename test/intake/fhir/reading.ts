import { readFileSync } from 'node:fs';
import type { Assessment } from '../../../src/assessment/assessment.ts';
import { readContract } from '../../../src/intake/contract.ts';
import { loadSourceSettings } from '../../../src/intake/fhir/settings.ts';
import { formatsOf } from '../../../src/intake/formats.ts';
import type { Format } from '../../../src/log/log.ts';
import type { Kind } from '../../../src/mapping/catalogue.ts';

const contract = readContract(readFileSync('openapi.yaml', 'utf8'));
export const settings = loadSourceSettings('mappings/sources/questionnaire-response.yaml');
export const BASE = 'https://omaolo-apotti-bridge.invalid/fhir';

/** Reads a resource as the door does, and holds what comes out against the contract. */
export function readQuestionnaireResponse(
  resource: unknown,
  { format = 'questionnaire-response', kinds = [] }: { format?: Format; kinds?: readonly Kind[] } = {},
): { assessment: Assessment; place(pointer: string): string } {
  const { value, place } = formatsOf(settings, () => kinds)[format](resource);
  return { assessment: contract.assessment(value), place };
}
