import { newCode } from '../../src/mapping/code/code.ts';
import { expressionCode } from '../../src/mapping/code/expression-code.ts';
import { runtime } from '../../src/mapping/code/runtime.ts';
import type { Value } from '../../src/mapping/code/value-code.ts';
import { isProblem, parseExpression } from '../../src/mapping/expression/parse-expression.ts';
import type { Rule } from '../../src/mapping/template/template.ts';

/** What generated code is written with beside JSON: a test may look for anything else in it. */
const WORDS: ReadonlySet<string> = new Set([
  ...[
    'use',
    'strict',
    'const',
    'let',
    'function',
    'return',
    'if',
    'else',
    'for',
    'switch',
    'case',
    'default',
  ],
  ...['break', 'typeof', 'undefined', 'true', 'false', 'runtime', 'constants', 'run', 'root', 'predefined'],
  ...['resources', 'lines', 'push', 'length', 'at', 'count', 'make', 'code', 'coding', 'display', 'budget'],
  ...Object.keys(runtime),
]);

/** The words of a code outside its JSON texts that are neither of `WORDS` nor numbered names. */
export function foreignWords(code: string): string[] {
  const words = code
    .replace(/"(?:[^"\\\n\u2028\u2029]|\\.)*"/g, '""')
    .match(/[^\s\d()[\]{}"=!<>?:;,.|&+-]+\d*/g);
  return (words ?? []).filter((word) => !WORDS.has(word) && !/^[tkpf]\d+$/.test(word));
}

/**
 * The generated code of an expression as a function of the root and of `%v`; `%none` is in sight too.
 * @throws Error when the expression is left to fhirpath.js, or its code has words that are not the generator's
 */
export function natively(text: string, write = expressionCode): (root: object, v: object) => unknown {
  const rule = ruleOf(text);
  const code = newCode();
  const left: Rule[] = [];
  const name = code.routine(['run', 'v', 'none'], (block) => {
    block.add(`return ${write(rule, { variables, constants: new Map(), left }, block).code};`);
  });
  if (left.length > 0) throw new Error(`${text}: not evaluated by the bridge itself`);
  const head = `const { ${Object.keys(runtime).join(', ')} } = runtime;\n`;
  const whole = `${head}${code.text()}return ${name};`;
  const foreign = foreignWords(whole).filter((word) => word !== 'v' && word !== 'none');
  if (foreign.length > 0) throw new Error(`Not of the generator: ${foreign.join(' ')}`);
  const run = new Function('runtime', 'constants', whole)(runtime, code.constants);
  return (root, v) => run({ root, budget: 1e9 }, v);
}

const variables = new Map<string, Value>([
  ['v', { code: 'v', kind: 'any' }],
  ['none', { code: 'none', kind: 'any' }],
]);

function ruleOf(text: string): Rule {
  const expression = parseExpression(text);
  if (isProblem(expression)) throw new Error(`${text}: ${expression.problem}`);
  const place = { file: 'test', line: 1, column: 1 };
  return { text, expression, place, placeAt: () => place };
}
