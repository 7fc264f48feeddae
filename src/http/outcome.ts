import type { OperationOutcome } from '@medplum/fhirtypes';
import { type BridgeError, type ErrorDetail, errorEntry } from '../errors.ts';

/** The code system of the catalogue of errors. */
const ERROR_SYSTEM = 'https://omaolo-apotti-bridge.invalid/fhir/CodeSystem/error';

/** The OperationOutcome of a resource that was accepted, with the places of what is kept but not read. */
export function acceptance(diagnostics: string, unread: readonly string[]): OperationOutcome {
  const kept = unread.map((place) => ({
    severity: 'information' as const,
    code: 'not-supported' as const,
    diagnostics: 'kept with the message, but not read into the assessment',
    expression: [place],
  }));
  return {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'information', code: 'informational', diagnostics }, ...kept],
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
      diagnostics: [`${fault}:`, ...(detail.text === '' ? [] : [sentence(detail.text)]), action].join(' '),
      ...(detail.at === undefined ? {} : { expression: [detail.at] }),
    })),
  };
}

function sentence(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}
