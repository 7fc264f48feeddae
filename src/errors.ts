import type { OperationOutcomeIssue } from '@medplum/fhirtypes';

/**
 * The one catalogue of what can go wrong: what answers carry, what held messages are grouped by,
 * what docs/reference/errors.md lists. The first word is always whose fault it was.
 */

/** Whose fault: the sender of a request, the bridge itself, the record system, or the one who configured the bridge. */
type Fault = 'SENDER' | 'BRIDGE' | 'RECORD' | 'OPERATOR';

interface ErrorEntry {
  readonly fault: Fault;
  /** HTTP status when it is an answer; absent when it is only a cause of a message or of an exit. */
  readonly status?: number;
  /** FHIR issue type (http://hl7.org/fhir/issue-type). */
  readonly issue: OperationOutcomeIssue['code'];
  readonly text: string;
  /** What the reader should do next. */
  readonly action: string;
}

const errors = {
  'body-missing': {
    fault: 'SENDER',
    status: 400,
    issue: 'required',
    text: 'The request has no body.',
    action: 'Send the body that openapi.yaml asks for, as JSON.',
  },
  'body-not-utf8': {
    fault: 'SENDER',
    status: 400,
    issue: 'structure',
    text: 'The body is not valid UTF-8.',
    action: 'Encode the body as UTF-8, without a byte order mark.',
  },
  'body-not-json': {
    fault: 'SENDER',
    status: 400,
    issue: 'structure',
    text: 'The body is not valid JSON.',
    action: 'Send one complete JSON object.',
  },
  'body-duplicate-member': {
    fault: 'SENDER',
    status: 400,
    issue: 'structure',
    text: 'An object in the body names a member twice, so one of the two values would be lost.',
    action: 'Name each member of an object once.',
  },
  'body-too-deep': {
    fault: 'SENDER',
    status: 400,
    issue: 'structure',
    text: 'The body is nested too deeply.',
    action: 'Nest objects and arrays at most as deep as the documented limit.',
  },
  'body-bad-character': {
    fault: 'SENDER',
    status: 400,
    issue: 'structure',
    text: 'A text in the body holds a character that no FHIR text may hold (a control character, half a surrogate pair, or a non-character).',
    action: 'Leave such characters out.',
  },
  'body-reserved-name': {
    fault: 'SENDER',
    status: 400,
    issue: 'structure',
    text: 'The body uses a reserved member name (__proto__, constructor, prototype).',
    action: 'Choose other names for these members.',
  },
  'body-too-large': {
    fault: 'SENDER',
    status: 413,
    issue: 'too-long',
    text: 'The body is larger than the bridge accepts.',
    action: 'Send a smaller body, or ask the operator to raise BODY_LIMIT.',
  },
  'media-type-unsupported': {
    fault: 'SENDER',
    status: 415,
    issue: 'not-supported',
    text: 'The content type or content encoding is not supported.',
    action:
      'Send application/json or application/fhir+json in UTF-8, not compressed; of FHIR the releases 3.0, 4.0 and 5.0 (parameter fhirVersion).',
  },
  'request-malformed': {
    fault: 'SENDER',
    status: 400,
    issue: 'structure',
    text: 'The request is not well-formed HTTP, or a header or address in it cannot be read.',
    action: 'Correct the request line and headers.',
  },
  'request-timeout': {
    fault: 'SENDER',
    status: 408,
    issue: 'timeout',
    text: 'The request did not arrive in time.',
    action: 'Send the whole request without pauses.',
  },
  'header-too-large': {
    fault: 'SENDER',
    status: 431,
    issue: 'too-long',
    text: 'The headers of the request are too large.',
    action: 'Send fewer or shorter headers.',
  },
  'parameter-invalid': {
    fault: 'SENDER',
    status: 400,
    issue: 'value',
    text: 'A parameter of the request, or a member of its body, is not as the contract says.',
    action: 'Correct what expression names, as openapi.yaml says.',
  },
  'assessment-invalid': {
    fault: 'SENDER',
    status: 422,
    issue: 'invalid',
    text: 'The assessment does not keep to the contract.',
    action: 'Correct the places named in expression; the contract is the schema Assessment in openapi.yaml.',
  },
  'resource-invalid': {
    fault: 'SENDER',
    status: 422,
    issue: 'invalid',
    text: 'The FHIR resource cannot be read as an assessment.',
    action:
      'Correct the element named in expression; docs/reference/fhir-intake.md tells what is read from where.',
  },
  'assessment-incomplete': {
    fault: 'SENDER',
    status: 422,
    issue: 'required',
    text: 'An assessment of this kind needs more than this one has.',
    action: 'Send the members named in expression too.',
  },
  'hetu-invalid': {
    fault: 'SENDER',
    status: 422,
    issue: 'value',
    text: 'A personal identity code is not valid.',
    action: 'Send the personal identity code as issued, or a temporary identifier instead.',
  },
  'hetu-artificial': {
    fault: 'SENDER',
    status: 422,
    issue: 'business-rule',
    text: 'An artificial personal identity code (individual number 900–999) is not accepted here.',
    action: 'Send test data to a test installation only.',
  },
  'hetu-real': {
    fault: 'SENDER',
    status: 422,
    issue: 'business-rule',
    text: 'This is a test installation: only artificial personal identity codes (individual number 900–999) are accepted.',
    action: 'Never send data of real people to a test installation.',
  },
  'hetu-in-words': {
    fault: 'SENDER',
    status: 422,
    issue: 'business-rule',
    text: 'The words hold what looks like a personal identity code; they would stand in the history for everyone to read.',
    action: "Leave the code out: the assessment's id leads to the person.",
  },
  'edition-conflict': {
    fault: 'SENDER',
    status: 409,
    issue: 'conflict',
    text: 'This edition of the assessment was accepted before with other content.',
    action: 'Send changed content as the next edition; the accepted edition stays as it is.',
  },
  'not-found': {
    fault: 'SENDER',
    status: 404,
    issue: 'not-found',
    text: 'There is nothing at this address.',
    action: 'Check the address; GET /openapi.yaml lists all of them.',
  },
  'method-not-allowed': {
    fault: 'SENDER',
    status: 405,
    issue: 'not-supported',
    text: 'This address does not take this method.',
    action: 'Use one of the methods in the Allow header.',
  },
  'withdrawal-too-late': {
    fault: 'SENDER',
    status: 409,
    issue: 'conflict',
    text: 'The assessment can no longer be withdrawn: writing it to the record system has begun or is done.',
    action: 'Ask the unit that received it to mark it in the patient record.',
  },
  'resolution-unfit': {
    fault: 'SENDER',
    status: 409,
    issue: 'conflict',
    text: 'The message is in no state in which this can be done to it.',
    action: 'Read the message again; docs/how-to/watch-and-mend.md tells what can be done in which state.',
  },
  'provenance-unknown': {
    fault: 'SENDER',
    status: 409,
    issue: 'conflict',
    text: 'The origins of the bundle of this message cannot be told.',
    action:
      'Preview the assessment to see what the live mappings make of it; the bundle itself stays as it was made.',
  },
  overloaded: {
    fault: 'BRIDGE',
    status: 503,
    issue: 'throttled',
    text: 'The bridge has too much in hand and did not accept the request.',
    action: 'Send the same request again after the time in Retry-After.',
  },
  stopping: {
    fault: 'BRIDGE',
    status: 503,
    issue: 'transient',
    text: 'The bridge is stopping and did not accept the request.',
    action: 'Send the same request again after the time in Retry-After.',
  },
  'log-unavailable': {
    fault: 'BRIDGE',
    status: 503,
    issue: 'no-store',
    text: 'The message log could not be written, so the request was not accepted.',
    action:
      'Send the same request again later; operations should look at the message log: its disk, or its database.',
  },
  internal: {
    fault: 'BRIDGE',
    status: 500,
    issue: 'exception',
    text: 'The bridge failed in a way it did not foresee.',
    action: 'Send the same request again; if it fails again, tell operations the X-Request-ID.',
  },
  'configuration-invalid': {
    fault: 'OPERATOR',
    issue: 'invalid',
    text: 'The configuration of the bridge is not valid.',
    action: 'Correct the variables named; docs/reference/configuration.md lists them.',
  },
  'data-key-wrong': {
    fault: 'OPERATOR',
    issue: 'security',
    text: 'The data key does not open the message log.',
    action: 'Give the key with which the message log was written.',
  },
  'clock-wrong': {
    fault: 'OPERATOR',
    issue: 'conflict',
    text: "This computer's clock differs from the database's, so leases cannot be trusted; nothing is delivered from here.",
    action: 'Synchronise the clocks of the computers (NTP); delivery goes on by itself.',
  },
  'log-in-use': {
    fault: 'OPERATOR',
    issue: 'lock-error',
    text: 'Another process uses this message log.',
    action: 'Stop the other process, or give this one another DATA_DIR.',
  },
  'address-in-use': {
    fault: 'OPERATOR',
    issue: 'conflict',
    text: 'Another process listens on the address that was configured.',
    action: 'Stop the other process, or give this one another PORT.',
  },
  'mapping-refused': {
    fault: 'SENDER',
    status: 422,
    issue: 'invalid',
    text: 'The version of the mappings in the request has mistakes.',
    action: 'Correct the places named as file:line:column.',
  },
  'mapping-invalid': {
    fault: 'OPERATOR',
    issue: 'invalid',
    text: 'A mapping, route or catalogue file has mistakes and was not loaded.',
    action: 'Correct the places named as file:line:column.',
  },
  'mapping-failed': {
    fault: 'OPERATOR',
    status: 500,
    issue: 'processing',
    text: 'The mapping could not be applied to this assessment.',
    action: 'Correct the mapping at the rule named, then redrive.',
  },
  'code-unmapped': {
    fault: 'OPERATOR',
    status: 500,
    issue: 'code-invalid',
    text: 'A code of the assessment has no translation, and its ConceptMap says to hold such a message.',
    action: 'Add the code to the ConceptMap named, then redrive.',
  },
  'bundle-invalid': {
    fault: 'OPERATOR',
    issue: 'invariant',
    text: 'The canonical bundle that the mapping made does not keep to its profiles, so it was not sent.',
    action: 'Look at the outcome in the history of the message, correct the mapping, then redrive.',
  },
  'note-too-long': {
    fault: 'OPERATOR',
    issue: 'too-long',
    text: 'The note, or a section of it, is longer than the record system takes, and the bridge never cuts a text.',
    action:
      'Let the mapping divide the note into shorter sections and redrive; or file it by hand and resolve the message as filed.',
  },
  'route-gap': {
    fault: 'OPERATOR',
    issue: 'not-supported',
    text: 'The record system does not offer what the route needs.',
    action: 'Change the route, or ask for the missing interface; then redrive.',
  },
  'patient-unknown': {
    fault: 'RECORD',
    issue: 'not-found',
    text: 'The record system knows no patient with this identifier.',
    action:
      'Open the patient in the record system: a message that waits finds it by itself, a held one you redrive. Or choose the patient for it.',
  },
  'patient-merged': {
    fault: 'RECORD',
    issue: 'not-found',
    text: "The patient's record was merged into another, which the record system does not show.",
    action:
      'Find the surviving record and choose it for this message; or file the assessment by hand and resolve the message as filed.',
  },
  'patient-several': {
    fault: 'RECORD',
    issue: 'multiple-matches',
    text: 'The record system knows several patients with this identifier.',
    action:
      'Choose the patient for this message; or let the identifier be made unique in the record system and redrive.',
  },
  'patient-unidentified': {
    fault: 'SENDER',
    issue: 'required',
    text: 'The assessment names no identifier by which the record system can find the patient.',
    action:
      'Choose the patient for this message; or file the assessment by hand and resolve the message as filed.',
  },
  'patient-restricted': {
    fault: 'RECORD',
    issue: 'suppressed',
    text: 'The record is restricted (break-the-glass); the bridge never opens it by itself.',
    action:
      'Let a person with the right to the record decide and file the assessment; then resolve the message as filed.',
  },
  'encounter-missing': {
    fault: 'RECORD',
    issue: 'not-found',
    text: 'The patient has no encounter under which the note can be filed.',
    action:
      'Open an encounter in the record system. While the message waits the bridge finds it by itself; once it is held, redrive it, or choose the encounter for it.',
  },
  'encounter-several': {
    fault: 'RECORD',
    issue: 'multiple-matches',
    text: 'Several encounters fit, and the route says a person must choose.',
    action: 'Choose the encounter for this message; or close those that do not fit, and redrive.',
  },
  'search-incomplete': {
    fault: 'RECORD',
    issue: 'incomplete',
    text: 'The record system said that its answer may be incomplete, so nothing was concluded from it.',
    action:
      'Let the bridge see everything in the record system and redrive; or look there by hand, and choose the patient or the encounter for this message.',
  },
  'record-unreachable': {
    fault: 'RECORD',
    issue: 'transient',
    text: 'The record system could not be reached; nothing was sent.',
    action: 'Nothing: the bridge tries again by itself.',
  },
  'record-busy': {
    fault: 'RECORD',
    issue: 'throttled',
    text: 'The record system asked to wait (429).',
    action: 'Nothing: the bridge tries again when told.',
  },
  'record-failed': {
    fault: 'RECORD',
    issue: 'transient',
    text: 'The record system failed or did not answer in time while being read.',
    action: 'Nothing: the bridge tries again by itself.',
  },
  'record-outcome-unknown': {
    fault: 'RECORD',
    issue: 'incomplete',
    text: 'A write was sent and no clear answer came: it may or may not be in the record.',
    action:
      'While the message is in doubt, nothing: the bridge looks it up before anything else. Once it is held, look in the record: if the write is there, resolve the message as filed; if it is certainly not, resolve it as absent, and it is written.',
  },
  'record-answer-unreadable': {
    fault: 'RECORD',
    issue: 'structure',
    text: 'The record system, or a box before it, gave an answer that is not FHIR.',
    action: 'Look at gateways and proxies between the bridge and the record system.',
  },
  'record-unauthorised': {
    fault: 'OPERATOR',
    issue: 'login',
    text: 'The record system did not accept the credentials of the bridge.',
    action: 'Check client id, key and licence of the bridge at the record system.',
  },
  'record-forbidden': {
    fault: 'OPERATOR',
    issue: 'forbidden',
    text: 'The record system does not let the bridge use this interface.',
    action: 'Ask for the right to the interface named; the bridge tries again by itself.',
  },
  'record-refused': {
    fault: 'RECORD',
    issue: 'business-rule',
    text: 'The record system refused the content.',
    action:
      'Read its reason in the history of the message, mend the cause and redrive; or file it by hand and resolve the message as filed.',
  },
  'retries-exhausted': {
    fault: 'RECORD',
    issue: 'timeout',
    text: 'The bridge tried for as long as the retry policy allows.',
    action: 'Mend what the history of the message names, then redrive.',
  },
  'edition-late': {
    fault: 'SENDER',
    issue: 'business-rule',
    text: 'An older edition arrived after a newer one of the same assessment had been accepted.',
    action:
      'Compare the editions: redrive the older one if it still belongs in the record, resolve it as filed, or withdraw it.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errors;

/** Every code of the catalogue. */
export const errorCodes = Object.keys(errors) as readonly ErrorCode[];

/** The catalogue's entry of a code, with the optional status spelled out. */
export function errorEntry(code: ErrorCode): ErrorEntry {
  return errors[code];
}

/** One place in a request, a resource or a file that an error is about. */
export interface ErrorDetail {
  /** Plain words without any value of the input: it may be personal data. */
  readonly text: string;
  /** JSON pointer, FHIRPath or file:line:column. */
  readonly at?: string;
}

/** The only error that the bridge throws on purpose: a code of the catalogue with the places concerned. */
export class BridgeError extends Error {
  readonly code: ErrorCode;
  readonly details: readonly ErrorDetail[];
  /** Seconds after which the same request may succeed. */
  readonly retryAfter: number | undefined;

  constructor(
    code: ErrorCode,
    details: readonly ErrorDetail[] = [],
    options: { cause?: unknown; retryAfter?: number } = {},
  ) {
    super(`${errors[code].fault} ${code}: ${errors[code].text}`, { cause: options.cause });
    this.name = 'BridgeError';
    this.code = code;
    this.details = details;
    this.retryAfter = options.retryAfter;
  }
}

/**
 * What an error is and where it came from, for the log: never its message, which may quote what it was about.
 * A BridgeError adds its code, and what caused an error is told with it.
 */
interface Trace {
  readonly name: string;
  readonly code?: ErrorCode;
  readonly at: readonly string[];
  readonly cause?: Trace;
}

export function traceOf(error: unknown): Trace {
  if (!(error instanceof Error)) return { name: typeof error, at: [] };
  const lines = (error.stack ?? '')
    .replace(error.message, '')
    .split('\n')
    .map((line) => line.trim());
  return {
    name: error.name,
    ...(error instanceof BridgeError ? { code: error.code } : {}),
    at: lines.filter((line) => line.startsWith('at ')),
    ...(error.cause === undefined ? {} : { cause: traceOf(error.cause) }),
  };
}
