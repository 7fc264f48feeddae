import jsonata from 'jsonata';
import type { Assessment } from '../../src/assessment/assessment.ts';

/**
 * A part of mappings/symptom-assessment in JSONata, for the types of question that the measured assessment has: the
 * items of the QuestionnaireResponse and the note's lines of questions and answers. The engine is measured with the
 * whole bundle, so the comparison is to its disadvantage.
 */
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
  {
    'item': [sections.{
      'linkId': id,
      'text': title,
      'item': [questions.($type := type; {
        'linkId': id,
        'text': text,
        'answer': [answers.($answer($type, $))]
      })]
    }],
    'lines': $join(
      sections.$append(['', title], questions.($type := type; $append(text, answers.($line($type, $))))), '\\n'
    )
  }
)`;

/** What the expression makes. */
export interface Part {
  readonly item: unknown;
  readonly lines: string;
}

/** Compiles the expression. */
export function jsonataMapping(displayUrl: string): (assessment: Assessment) => Promise<Part> {
  const expression = jsonata(EXPRESSION);
  return async (assessment) => {
    const part: Part = await expression.evaluate(assessment, { displayUrl });
    return part;
  };
}
