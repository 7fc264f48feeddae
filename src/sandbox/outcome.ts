import type { OperationOutcome } from '@medplum/fhirtypes';

/** Code system of Epic's own error codes, in `issue.details.coding`. */
const EPIC_CODES = 'urn:oid:1.2.840.114350.1.13.0.1.7.2.657369';

type Issue = OperationOutcome['issue'][number];

/** The codes of Epic that the twin gives, with the twin's wording; severity and FHIR issue type with them. */
const epicCodes = {
  4100: { severity: 'fatal', code: 'invalid', text: 'A parameter is not valid.' },
  4101: { severity: 'warning', code: 'processing', text: 'The search found nothing.' },
  4102: { severity: 'fatal', code: 'not-found', text: 'No resource has this id.' },
  4103: { severity: 'fatal', code: 'deleted', text: 'The resource was deleted.' },
  4107: { severity: 'warning', code: 'processing', text: 'The patient was merged into another record.' },
  4110: { severity: 'fatal', code: 'required', text: 'A required parameter is missing.' },
  4111: { severity: 'fatal', code: 'required', text: 'These parameters do not suffice together.' },
  4113: { severity: 'fatal', code: 'expired', text: 'The paging session has ended.' },
  4118: { severity: 'warning', code: 'suppressed', text: 'The client is not authorised for all data.' },
  4119: { severity: 'warning', code: 'suppressed', text: 'Additional data may exist.' },
  4127: { severity: 'fatal', code: 'too-costly', text: 'More than 100 results: narrow the search or page.' },
  4130: { severity: 'warning', code: 'suppressed', text: 'The record is behind break-the-glass.' },
  4131: { severity: 'fatal', code: 'forbidden', text: 'Break-the-glass forbids this to the client.' },
  59012: { severity: 'fatal', code: 'business-rule', text: 'The verification status must be provisional.' },
  59102: { severity: 'fatal', code: 'value', text: 'The content of an element is not valid.' },
  59105: { severity: 'fatal', code: 'structure', text: 'The resource is not built as it must be.' },
  59108: { severity: 'fatal', code: 'required', text: 'A required element is missing.' },
  59141: { severity: 'fatal', code: 'duplicate', text: 'This was already filed.' },
  59144: { severity: 'fatal', code: 'not-found', text: 'A referenced resource was not found.' },
  59159: { severity: 'fatal', code: 'business-rule', text: 'A rule of the record system forbids this.' },
  59177: { severity: 'fatal', code: 'exception', text: 'Internal error.' },
  59189: { severity: 'fatal', code: 'duplicate', text: 'Reading already exists.' },
} as const satisfies Record<number, { severity: Issue['severity']; code: Issue['code']; text: string }>;

export type EpicCode = keyof typeof epicCodes;

/** An OperationOutcome with an Epic code. `diagnostics` says what exactly, without personal data. */
export function epicOutcome(code: EpicCode, diagnostics?: string, expression?: string): OperationOutcome {
  const known = epicCodes[code];
  const issue: Issue = {
    severity: known.severity,
    code: known.code,
    details: { coding: [{ system: EPIC_CODES, code: String(code), display: known.text }], text: known.text },
    ...(diagnostics === undefined ? {} : { diagnostics }),
    ...(expression === undefined ? {} : { expression: [expression] }),
  };
  return { resourceType: 'OperationOutcome', issue: [issue] };
}

/** An OperationOutcome without an Epic code: for what plain FHIR says about a call. */
export function plainOutcome(code: Issue['code'], diagnostics: string): OperationOutcome {
  return { resourceType: 'OperationOutcome', issue: [{ severity: 'fatal', code, diagnostics }] };
}

/** An answer that refuses a call: thrown anywhere, sent by the server's one error handler. */
export type Refusal = Error & {
  refusal: { status: number; body: OperationOutcome; headers: Record<string, string> };
};

function refuse(status: number, body: OperationOutcome, headers: Record<string, string> = {}): Refusal {
  const text = body.issue[0]?.diagnostics ?? body.issue[0]?.details?.text ?? 'refused';
  return Object.assign(new Error(text), { refusal: { status, body, headers } });
}

/** A refusal with an Epic code. */
export function refusal(
  status: number,
  code: EpicCode,
  diagnostics?: string,
  expression?: string,
  headers?: Record<string, string>,
): Refusal {
  return refuse(status, epicOutcome(code, diagnostics, expression), headers);
}

/** A refusal with a plain FHIR issue type. */
export function plainRefusal(status: number, code: Issue['code'], diagnostics: string): Refusal {
  return refuse(status, plainOutcome(code, diagnostics));
}

export function isRefusal(error: unknown): error is Refusal {
  return error instanceof Error && 'refusal' in error;
}
