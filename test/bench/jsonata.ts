import jsonata from 'jsonata';
import type { Assessment } from '../../src/assessment/assessment.ts';

/** The templates of part/ in JSONata. */
const EXPRESSION = `(
  $shown := function($a) { $a.display ? [{ 'url': $displayUrl, 'valueString': $a.display }] };
  $answer := function($type, $a) {
    $type = 'boolean' ? { 'extension': $shown($a), 'valueBoolean': $a.value }
    : $type = 'integer' ? { 'extension': $shown($a), 'valueInteger': $a.value }
    : $type = 'quantity' ? {
        'extension': $shown($a),
        'valueQuantity': {
          'value': $a.value, 'unit': $a.unit, 'system': $a.code ? 'http://unitsofmeasure.org', 'code': $a.code
        }
      }
    : $type = 'date' ? { 'extension': $shown($a), 'valueDate': $a.value }
    : $type = 'choice' ? { 'valueCoding': { 'system': $a.system, 'code': $a.code, 'display': $a.label } }
    : { 'valueString': $a.value }
  };
  $line := function($type, $a) {
    '- ' & ($a.display ? $a.display
      : $type = 'quantity' ? $a.value & ' ' & $a.unit
      : $type = 'choice' ? $a.label
      : $a.value)
  };
  [
    {
      'resourceType': 'QuestionnaireResponse',
      'status': 'completed',
      'item': [sections.{
        'linkId': id,
        'text': title,
        'item': [questions.($type := type; {
          'linkId': id,
          'text': text,
          'answer': [answers.($answer($type, $))]
        })]
      }]
    },
    {
      'resourceType': 'DocumentReference',
      'status': 'current',
      'description': $join(
        sections.$append(['', title], questions.($type := type; $append(text, answers.($line($type, $))))), '\\n'
      ),
      'content': [{ 'attachment': { 'contentType': 'text/plain' } }]
    }
  ]
)`;

/** Compiles the expression; run, it gives the resources. */
export function jsonataMapping(displayUrl: string): (assessment: Assessment) => Promise<unknown> {
  const expression = jsonata(EXPRESSION);
  return async (assessment) => expression.evaluate(assessment, { displayUrl });
}
