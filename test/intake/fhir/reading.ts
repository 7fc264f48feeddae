import { readFileSync } from 'node:fs';
import type { Assessment } from '../../../src/assessment/assessment.ts';
import { readContract } from '../../../src/intake/contract.ts';
import { loadSourceSettings } from '../../../src/intake/fhir/settings.ts';
import { formatsOf } from '../../../src/intake/formats.ts';
import type { Format } from '../../../src/log/message.ts';
import type { Kind } from '../../../src/mapping/data/catalogue.ts';

const contract = readContract(readFileSync('openapi.yaml', 'utf8'));
export const settings = loadSourceSettings('mappings/sources/questionnaire-response.yaml');
export const BASE = 'https://omaolo-apotti-bridge.invalid/fhir';

interface Options {
  readonly format?: Format;
  readonly kinds?: readonly Kind[];
}

interface Read {
  readonly assessment: Assessment;
  place(pointer: string): string;
}

/** Reads a body as the door does, and holds what comes out against the contract. */
export function readText(
  text: string,
  { format = 'questionnaire-response', kinds = [] }: Options = {},
): Read {
  const body = { value: JSON.parse(text), text: () => text };
  const { value, place } = formatsOf(settings, () => kinds)[format](body);
  return { assessment: contract.assessment(value), place };
}

/** The same for a resource. */
export function readQuestionnaireResponse(resource: unknown, options: Options = {}): Read {
  return readText(JSON.stringify(resource), options);
}
