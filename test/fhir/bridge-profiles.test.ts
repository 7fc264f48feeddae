import { describe, expect, it } from 'vitest';
import { loadDefinitions } from '../../src/fhir/definitions.ts';
import { elementOf } from '../../src/fhir/elements.ts';
import { createValidator } from '../../src/fhir/validator.ts';

const URL = 'https://omaolo-apotti-bridge.invalid/fhir/StructureDefinition/bridge-questionnaire-response';
const definitions = loadDefinitions({ folders: ['profiles'] });
const validator = createValidator(definitions);

const question = { linkId: 'q', text: 'Onko kuumetta?', answer: [{ valueBoolean: true }] };

/** Where the profile finds fault with the items; the rest of the resource is left out. */
function faultsIn(...item: unknown[]): string[] {
  const response = { resourceType: 'QuestionnaireResponse', status: 'completed', item };
  return validator
    .validate(response, { profiles: [URL] })
    .filter(({ severity, expression }) => severity === 'error' && expression.includes('.item'))
    .map(({ expression }) => expression);
}

describe('the answers of an assessment', () => {
  it('are sections with questions, answered or not', () => {
    const unanswered = { linkId: 'r', text: 'Kuinka korkea?' };
    expect(faultsIn({ linkId: 's', item: [question, unanswered] }, { linkId: 't' })).toEqual([]);
  });

  it('may hold a text that only an extension explains', () => {
    const extension = [
      { url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'masked' },
    ];
    expect(faultsIn({ linkId: 's', item: [{ linkId: 'q', _text: { extension } }] })).toEqual([]);
  });

  it.each([
    ['a section with an answer of its own', question, 'item[0].answer'],
    [
      'a question without its text',
      { linkId: 's', item: [question, { linkId: 'r' }] },
      'item[0].item[1].text',
    ],
    [
      'a question below a question',
      { linkId: 's', item: [{ ...question, answer: undefined, item: [question] }] },
      'item[0].item[0].item',
    ],
  ])('are refused with %s, and told where', (_, item, at) => {
    expect(faultsIn(JSON.parse(JSON.stringify(item)))).toEqual([`QuestionnaireResponse.${at}`]);
  });
});

describe('a measurement', () => {
  const BASE = 'https://omaolo-apotti-bridge.invalid/fhir/StructureDefinition';
  const quantity = (value: number, code: string) => ({ value, system: 'http://unitsofmeasure.org', code });
  const loinc = (code: string) => ({ coding: [{ system: 'http://loinc.org', code }] });
  const pressure = (code: string, value: number) => ({
    code: loinc(code),
    valueQuantity: quantity(value, 'mm[Hg]'),
  });
  const category = {
    system: 'http://terminology.hl7.org/CodeSystem/observation-category',
    code: 'vital-signs',
  };
  const weight = {
    resourceType: 'Observation',
    identifier: [{ value: '1' }],
    status: 'final',
    category: [{ coding: [category] }],
    code: loinc('29463-7'),
    subject: { reference: 'Patient/1' },
    effectiveDateTime: '2026-03-02T07:00:00+02:00',
    performer: [{ reference: 'Patient/1' }],
    derivedFrom: [{ reference: 'QuestionnaireResponse/1' }],
    valueQuantity: quantity(71.4, 'kg'),
  };
  const { valueQuantity: _, ...withoutValue } = weight;
  const both = {
    ...withoutValue,
    code: loinc('85354-9'),
    component: [pressure('8480-6', 148), pressure('8462-4', 92)],
  };
  const faultsOf = (resource: object): string[] =>
    validator
      .validate(resource, { profiles: [`${BASE}/bridge-observation`] })
      .filter(({ severity }) => severity === 'error')
      .map(({ expression }) => expression);

  it('is a value in UCUM, or the two pressures of one moment', () => {
    expect(faultsOf(weight)).toEqual([]);
    expect(faultsOf(both)).toEqual([]);
  });

  it.each([
    ['neither value nor pressures', withoutValue],
    ['a pressure alone', { ...both, component: [pressure('8480-6', 148)] }],
    ['pressures under another code', { ...both, code: loinc('29463-7') }],
    [
      'pressures in another unit',
      {
        ...both,
        component: [
          pressure('8480-6', 148),
          { ...pressure('8462-4', 92), valueQuantity: quantity(12, 'kPa') },
        ],
      },
    ],
    ['a code of another system', { ...weight, code: { coding: [{ system: 'urn:oid:1.2.3', code: 'w' }] } }],
    ['a value without a unit', { ...weight, valueQuantity: { value: 71.4 } }],
    ['no moment', { ...weight, effectiveDateTime: undefined }],
    ['nobody who measured', { ...weight, performer: undefined }],
  ])('is refused with %s', (_what, resource) => {
    expect(faultsOf(JSON.parse(JSON.stringify(resource)))).not.toEqual([]);
  });
});

describe('what a profile asks of an element', () => {
  it('does not hold where the element is repeated inside itself', () => {
    expect(elementOf(definitions, URL, 'item.answer')?.max).toBe(0);
    expect(elementOf(definitions, URL, 'item.item.answer')?.max).toBeUndefined();
    expect(elementOf(definitions, URL, 'item.item.answer.item.answer')?.max).toBeUndefined();
  });
});
