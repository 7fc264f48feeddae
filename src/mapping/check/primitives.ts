import type { Definitions } from '../../fhir/definitions.ts';
import type { Element } from '../../fhir/elements.ts';
import { didYouMean } from '../files/place.ts';

const DATE = '\\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\\d|3[01]))?)?';
const TIME = '([01]\\d|2[0-3]):[0-5]\\d:([0-5]\\d|60)(\\.\\d+)?';
const ZONE = '(Z|[+-]((0\\d|1[0-3]):[0-5]\\d|14:00))';

/** The forms of FHIR's primitive types (http://hl7.org/fhir/R4/datatypes.html#primitive) that are texts. */
const FORMS: Readonly<Record<string, RegExp>> = {
  date: new RegExp(`^${DATE}$`),
  dateTime: new RegExp(`^${DATE}(T${TIME}${ZONE})?$`),
  instant: new RegExp(`^\\d{4}-\\d{2}-\\d{2}T${TIME}${ZONE}$`),
  time: new RegExp(`^${TIME}$`),
  code: /^\S+( \S+)*$/,
  id: /^[A-Za-z0-9.-]{1,64}$/,
  oid: /^urn:oid:[0-2](\.(0|[1-9]\d*))+$/,
  uuid: /^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  uri: /^\S*$/,
  url: /^\S*$/,
  canonical: /^\S*$/,
  base64Binary: /^(\s*[0-9A-Za-z+/=]){4,}\s*$/,
};

const TYPES: Readonly<Record<string, 'boolean' | 'integer' | 'number'>> = {
  boolean: 'boolean',
  integer: 'integer',
  positiveInt: 'integer',
  unsignedInt: 'integer',
  decimal: 'number',
};

/** The JSON Schema type of a FHIR primitive. */
export function jsonType(fhirType: string): 'boolean' | 'integer' | 'number' | 'string' {
  return TYPES[fhirType] ?? 'string';
}

/** Whether a FHIR type is a primitive one: a JSON value, not an object. */
export function isPrimitive(fhirType: string, definitions: Definitions): boolean {
  if (/^[a-z]/.test(fhirType) || fhirType.includes('fhirpath/System.')) return true;
  return definitions.structure(fhirType)?.kind === 'primitive-type';
}

/** What is wrong with a literal as the value of a primitive element; undefined when nothing is. */
export function literalProblem(
  value: string | number | boolean,
  element: Element,
  definitions: Definitions,
): string | undefined {
  const type = jsonType(element.type);
  const name = `"${element.name}" takes ${element.type}`;
  if (type === 'string' && typeof value !== 'string') return `${name}; write it in quotes: '${value}'.`;
  if (type === 'boolean' && typeof value !== 'boolean') return `${name}: true or false.`;
  if (type === 'integer' && !Number.isInteger(value)) return `${name}: a whole number.`;
  if (type === 'number' && typeof value !== 'number') return `${name}: a number.`;
  if (element.type === 'positiveInt' && Number(value) < 1) return `${name}: a whole number from 1.`;
  if (element.type === 'unsignedInt' && Number(value) < 0) return `${name}: a whole number from 0.`;
  if (typeof value !== 'string' || value === '') return undefined;
  const form = FORMS[element.type];
  if (form && !form.test(value)) return `${name}, which "${value}" is not.`;
  return codeProblem(value, element, definitions);
}

/** The form of a primitive type that is a text, as a regular expression; undefined when it takes any. */
export function formOf(fhirType: string): string | undefined {
  return FORMS[fhirType]?.source;
}

/** The codes that an element is bound to; undefined when it takes others too, or they are not known. */
export function codesOf({ binding }: Element, definitions: Definitions): ReadonlySet<string> | undefined {
  if (binding?.strength !== 'required') return undefined;
  const codes = definitions.codes(binding.valueSet);
  return codes && new Set([...codes.values()].flatMap((set) => [...set]));
}

/** What is wrong with a code under a required binding; undefined when nothing is or the codes are not known. */
export function codeProblem(code: string, element: Element, definitions: Definitions): string | undefined {
  const known = codesOf(element, definitions);
  if (!known || known.has(code)) return undefined;
  const list = known.size <= 20 ? ` It takes ${[...known].join(', ')}.` : '';
  return `"${element.name}" does not take the code "${code}"${didYouMean(code, known)}.${list}`;
}
