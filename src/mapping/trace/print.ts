import type { Expression } from '../expression/expression.ts';
import { functionRule } from '../expression/functions.ts';

/**
 * An expression as FHIRPath text again.
 * @param index what stands for `$index` outside the criteria that the expression itself has
 */
export function printExpression(expression: Expression, index: string): string {
  const print = (part: Expression): string => printExpression(part, index);
  const owner = (of: Expression | undefined): string => (of ? `${print(of)}.` : '');
  switch (expression.kind) {
    case 'literal':
      return typeof expression.value === 'string' ? quoted(expression.value) : `(${expression.value})`;
    case 'special':
      return expression.text;
    case 'this':
      return '$this';
    case 'index':
      return index;
    case 'variable':
      return `%${expression.name}`;
    case 'member':
      return `${owner(expression.of)}\`${expression.name}\``;
    case 'call': {
      const { of, name, args } = expression;
      const inside = functionRule(name)?.criteria ? '$index' : index;
      return `${owner(of)}${name}(${args.map((arg) => printExpression(arg, inside)).join(', ')})`;
    }
    case 'item':
      return `${print(expression.of)}[${print(expression.index)}]`;
    case 'sign':
      return `(-${print(expression.of)})`;
    case 'type':
      return `(${print(expression.of)} ${expression.operator} ${expression.type})`;
    case 'binary':
      return `(${print(expression.left)} ${expression.operator} ${print(expression.right)})`;
  }
}

/** A string literal (http://hl7.org/fhirpath/N1, section 4.1.2). */
function quoted(text: string): string {
  const escaped = [...text].map((character) => {
    if (character === "'" || character === '\\') return `\\${character}`;
    const code = character.charCodeAt(0);
    return code < 32 ? `\\u${code.toString(16).padStart(4, '0')}` : character;
  });
  return `'${escaped.join('')}'`;
}
