import type { Definitions } from './definitions.ts';
import type { Binding } from './model.ts';
import { type Check, isObject, type Json, report } from './run.ts';

const V = 'http://hl7.org/fhir/ValueSet/';
const LANGUAGE = /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/;
const MIME =
  /^[A-Za-z0-9!#$&^_.+-]+\/[A-Za-z0-9!#$&^_.+*-]+(?:\s*;\s*[A-Za-z0-9!#$&^_.+-]+=(?:[^\s;"]+|"[^"]*"))*$/;

/** FHIR's own names for its formats, which CapabilityStatements use (R4 §3.1.0.1.9). */
const SHORT_FORMATS = new Set(['xml', 'json', 'ttl']);

/** ValueSets that stand for an outside standard too large to list, checked by the form of its codes. */
const FORMS: Readonly<Record<string, (code: string) => boolean>> = {
  [`${V}mimetypes`]: (code) => MIME.test(code) || SHORT_FORMATS.has(code),
  [`${V}languages`]: (code) => LANGUAGE.test(code),
  [`${V}all-languages`]: (code) => LANGUAGE.test(code),
  [`${V}currencies`]: isCurrency,
};

/** ISO 4217 as far as the runtime knows it. */
function isCurrency(code: string): boolean {
  return Intl.supportedValuesOf('currency').includes(code);
}

/**
 * Compiles a binding. Only a required one makes errors. An extensible one gives a warning where a code is
 * claimed for a system of its ValueSet but is not in it; other systems are the sender's right. What cannot be
 * expanded offline is not checked.
 * @param type type of the bound element
 */
export function bindingCheck(definitions: Definitions, binding: Binding, type: string): Check | undefined {
  if (type === 'code') {
    const form = FORMS[binding.valueSet];
    if (form) {
      return (value, run) => {
        if (typeof value !== 'string' || form(value)) return;
        report(run, 'code-invalid', `The code does not have the form that ${binding.valueSet} asks.`);
      };
    }
  }
  if (binding.strength !== 'required' && binding.strength !== 'extensible') return undefined;
  const codes = definitions.codes(binding.valueSet);
  if (!codes) return undefined;
  const any = new Set([...codes.values()].flatMap((ofSystem) => [...ofSystem]));
  const has = ({ system, code }: Json): boolean =>
    typeof system === 'string' && typeof code === 'string' && codes.get(system)?.has(code) === true;
  const claims = ({ system }: Json): boolean => typeof system === 'string' && codes.has(system);
  const required = binding.strength === 'required';
  const refuse: Check = (_, run) =>
    report(
      run,
      'code-invalid',
      required
        ? `No code of the required ValueSet ${binding.valueSet}.`
        : `A code outside the extensible ValueSet ${binding.valueSet}, of a system that the set covers.`,
      required ? 'error' : 'warning',
    );
  const refuses = (coding: Json): boolean => (required ? !has(coding) : claims(coding) && !has(coding));
  switch (type) {
    case 'code':
    case 'string':
    case 'uri':
      return required
        ? (value, run) => {
            if (typeof value === 'string' && !any.has(value)) refuse(value, run);
          }
        : undefined;
    case 'Coding':
      return (value, run) => {
        if (isObject(value) && refuses(value)) refuse(value, run);
      };
    case 'Quantity':
      return (value, run) => {
        if (isObject(value) && value['code'] !== undefined && refuses(value)) refuse(value, run);
      };
    case 'CodeableConcept':
      return (value, run) => {
        if (!isObject(value)) return;
        const codings = Array.isArray(value['coding']) ? value['coding'].filter(isObject) : [];
        if (required ? !codings.some(has) : codings.some(claims) && !codings.some(has)) refuse(value, run);
      };
    default:
      return undefined;
  }
}
