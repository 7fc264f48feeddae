import type { OperationOutcome, OperationOutcomeIssue } from '@medplum/fhirtypes';

/** One finding about a resource. */
export interface Issue {
  severity: 'fatal' | 'error' | 'warning' | 'information';
  /** From http://hl7.org/fhir/issue-type. */
  code: OperationOutcomeIssue['code'];
  /** Plain words, without any value of the resource: it may be personal data. */
  diagnostics: string;
  /** FHIRPath of the place: `Patient.name[0].family`. */
  expression: string;
}

/** Whether any finding forbids the use of the resource. */
export function hasErrors(issues: readonly Issue[]): boolean {
  return issues.some(({ severity }) => severity === 'error' || severity === 'fatal');
}

/** An OperationOutcome of the findings, or one that says all is well when there are none. */
export function operationOutcome(issues: readonly Issue[]): OperationOutcome {
  return {
    resourceType: 'OperationOutcome',
    issue:
      issues.length === 0
        ? [{ severity: 'information', code: 'informational', diagnostics: 'No issues found.' }]
        : issues.map(({ expression, ...issue }) => ({ ...issue, expression: [expression] })),
  };
}
