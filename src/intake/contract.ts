import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import type { Assessment } from '../assessment/assessment.ts';
import { formats } from '../assessment/formats.ts';
import { BridgeError, type ErrorDetail } from '../errors.ts';

/** What openapi.yaml says, ready to check values against. */
export interface Contract {
  /** The document as written. */
  readonly text: string;
  /** The schemas of `components`, by name. */
  readonly schemas: Readonly<Record<string, object>>;
  /** @throws BridgeError `assessment-invalid` with the JSON pointer of each place, never with a value. */
  assessment(value: unknown): Assessment;
  /** A check of any schema of the document, addressed by JSON pointer, e.g. `#/components/schemas/Receipt`. */
  checker(pointer: string): (value: unknown) => readonly ErrorDetail[];
}

const DOCUMENT = 'openapi.yaml';
const ASSESSMENT = '#/components/schemas/Assessment';
/** A body that is wrong everywhere is told its first faults; more would help nobody. */
const MOST = 50;

function pointer(error: ErrorObject): string {
  const missing: unknown = error.params['missingProperty'];
  return typeof missing === 'string' ? `${error.instancePath}/${missing}` : error.instancePath;
}

function describe(error: ErrorObject): ErrorDetail {
  const at = pointer(error);
  // Only what the schema says: a value of the input may be personal data.
  const allowed: unknown = error.params['allowedValues'] ?? error.params['allowedValue'];
  const text =
    error.keyword === 'discriminator'
      ? `has no known ${error.params['tag']}`
      : `${error.message ?? 'is not valid'}${allowed === undefined ? '' : `: ${JSON.stringify(allowed)}`}`;
  return { text, at: at === '' ? '/' : at };
}

/** `if` only says that its `then` failed, which stands beside it. */
function details(validate: ValidateFunction): readonly ErrorDetail[] {
  return (validate.errors ?? [])
    .filter(({ keyword }) => keyword !== 'if')
    .slice(0, MOST)
    .map(describe);
}

/** The document's own members are no keywords of JSON Schema, yet its references go through them. */
function withDocument(ajv: Ajv2020, document: object): Ajv2020 {
  return ajv.addVocabulary(Object.keys(document)).addSchema(document, DOCUMENT);
}

function parsed(text: string): object {
  const document: unknown = parse(text);
  if (typeof document === 'object' && document !== null) return document;
  throw new Error(`${DOCUMENT} is empty`);
}

/** @throws Error when the text is not an OpenAPI document with schemas. */
export function readContract(text: string): Contract {
  const document = parsed(text);
  const { schemas } = (document as { components: { schemas: Record<string, object> } }).components;
  const options = { strict: true, strictRequired: false, strictTypes: false, discriminator: true, formats };
  // Stopping at the first fault makes the common, valid case cheap; all faults are looked for only when there is one.
  const quick = withDocument(new Ajv2020({ ...options, validateSchema: false }), document);
  const isAssessment = quick.compile<Assessment>({ $ref: `${DOCUMENT}${ASSESSMENT}` });
  let thorough: Ajv2020 | undefined;

  function checker(at: string): (value: unknown) => readonly ErrorDetail[] {
    // Made when first needed: it would take a tenth of the time of a start.
    thorough ??= withDocument(new Ajv2020({ ...options, allErrors: true }), document);
    const validate = thorough.getSchema(`${DOCUMENT}${at}`);
    if (validate === undefined) throw new Error(`${DOCUMENT} has no schema ${at}`);
    return (value) => (validate(value) ? [] : details(validate));
  }

  return {
    text,
    schemas,
    assessment(value) {
      if (isAssessment(value)) return value;
      throw new BridgeError('assessment-invalid', checker(ASSESSMENT)(value));
    },
    checker,
  };
}
