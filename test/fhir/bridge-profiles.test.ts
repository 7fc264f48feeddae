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

describe('what a profile asks of an element', () => {
  it('does not hold where the element is repeated inside itself', () => {
    expect(elementOf(definitions, URL, 'item.answer')?.max).toBe(0);
    expect(elementOf(definitions, URL, 'item.item.answer')?.max).toBeUndefined();
    expect(elementOf(definitions, URL, 'item.item.answer.item.answer')?.max).toBeUndefined();
  });
});
