import type { OperationOutcome } from '@medplum/fhirtypes';
import { type BridgeError, type ErrorDetail, errorEntry } from '../errors.ts';

/** The code system of the catalogue of errors. */
const ERROR_SYSTEM = 'https://omaolo-apotti-bridge.invalid/fhir/CodeSystem/error';

/** The OperationOutcome of something that went well. */
export function informational(diagnostics: string): OperationOutcome {
  return {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'information', code: 'informational', diagnostics }],
  };
}

/** The OperationOutcome of an error: one issue per place, each with whose fault it was and what to do. */
export function outcomeOf(error: BridgeError): OperationOutcome {
  const { fault, issue, text, action } = errorEntry(error.code);
  const details: readonly ErrorDetail[] = error.details.length === 0 ? [{ text: '' }] : error.details;
  return {
    resourceType: 'OperationOutcome',
    issue: details.map((detail) => ({
      severity: 'error',
      code: issue,
      details: { coding: [{ system: ERROR_SYSTEM, code: error.code }], text },
      diagnostics: [`${fault}:`, ...(detail.text === '' ? [] : [`${detail.text}.`]), action].join(' '),
      ...(detail.at === undefined ? {} : { expression: [detail.at] }),
    })),
  };
}
