import type { Expression, SyntaxProblem } from './expression.ts';
import { type Token, tokensOf, Unreadable, unquoted } from './tokens.ts';

/** Operators from the loosest to the tightest (http://hl7.org/fhirpath/N1, Operator Precedence). */
const LEVELS: readonly (readonly string[])[] = [
  ['implies'],
  ['or', 'xor'],
  ['and'],
  ['in', 'contains'],
  ['=', '~', '!=', '!~'],
  ['<=', '>=', '<', '>'],
  ['|'],
  ['is', 'as'],
  ['+', '-', '&'],
  ['*', '/', 'div', 'mod'],
];

/** Nesting beyond this is refused, so that no text can exhaust the stack. */
const DEEPEST = 40;

/** Reads an expression; what is wrong with it comes back as a problem. */
export function parseExpression(text: string): Expression | SyntaxProblem {
  try {
    return parse(tokensOf(text));
  } catch (error) {
    if (error instanceof Unreadable) return { at: error.at, problem: error.message };
    throw error;
  }
}

/** Whether `parseExpression` found a problem. */
export function isProblem(result: Expression | SyntaxProblem): result is SyntaxProblem {
  return 'problem' in result;
}

function parse(tokens: readonly Token[]): Expression {
  let position = 0;
  let depth = 0;
  const end: Token = tokens.at(-1) ?? { kind: 'end', text: '', at: 0 };
  const peek = (): Token => tokens[position] ?? end;
  const take = (): Token => {
    const token = peek();
    position += 1;
    return token;
  };
  const isNext = (sign: string): boolean => peek().text === sign && peek().kind === 'sign';
  const expect = (sign: string): void => {
    if (isNext(sign)) take();
    else throw new Unreadable(peek().at, `"${sign}" is expected here.`);
  };

  const binary = (level: number): Expression => {
    const operators = LEVELS[level];
    if (!operators) return signed();
    let left = binary(level + 1);
    while (operators.includes(peek().text) && ['sign', 'name'].includes(peek().kind)) {
      const { text: operator, at } = take();
      left =
        operator === 'is' || operator === 'as'
          ? { kind: 'type', operator, of: left, type: typeName(), at }
          : { kind: 'binary', operator, left, right: binary(level + 1), at };
    }
    return left;
  };

  const typeName = (): string => {
    const names = [nameOf(take())];
    while (isNext('.')) {
      take();
      names.push(nameOf(take()));
    }
    return names.join('.');
  };

  const signed = (): Expression => {
    if (!isNext('-') && !isNext('+')) return chain();
    const { at, text } = take();
    const of = chain();
    if (of.kind === 'literal' && typeof of.value === 'number') {
      return { kind: 'literal', value: text === '-' ? -of.value : of.value, at };
    }
    return { kind: 'sign', of, at };
  };

  const chain = (): Expression => {
    let left = term();
    for (;;) {
      if (isNext('.')) {
        take();
        left = invocation(left);
      } else if (isNext('[')) {
        const { at } = take();
        left = { kind: 'item', of: left, index: nested(), at };
        expect(']');
      } else return left;
    }
  };

  const invocation = (of: Expression | undefined): Expression => {
    const token = take();
    const name = nameOf(token);
    if (!isNext('(')) return { kind: 'member', of, name, at: token.at };
    take();
    const args: Expression[] = [];
    while (!isNext(')')) {
      if (args.length > 0) expect(',');
      args.push(nested());
    }
    take();
    return { kind: 'call', of, name, args, at: token.at };
  };

  const nested = (): Expression => {
    depth += 1;
    if (depth > DEEPEST) throw new Unreadable(peek().at, 'The expression is nested too deeply.');
    const inner = binary(0);
    depth -= 1;
    return inner;
  };

  const term = (): Expression => {
    const { kind, text, at } = peek();
    if (kind === 'name' && text !== 'true' && text !== 'false') return invocation(undefined);
    take();
    if (kind === 'name') return { kind: 'literal', value: text === 'true', at };
    if (kind === 'string') return { kind: 'literal', value: unquoted(text), at };
    if (kind === 'number') return number(text, at);
    if (kind === 'variable') return { kind: 'variable', name: text.slice(1), at };
    if (text === '$this' || text === '$index') return { kind: text === '$this' ? 'this' : 'index', at };
    if (kind === 'special') return { kind: 'special', text, at };
    if (text !== '(') throw new Unreadable(at, 'A path, a variable or a value is expected here.');
    const inner = nested();
    expect(')');
    return inner;
  };

  const number = (text: string, at: number): Expression => {
    const unit = peek();
    if (unit.kind !== 'string') return { kind: 'literal', value: Number(text), at };
    take();
    return { kind: 'special', text: `${text} ${unit.text}`, at };
  };

  const whole = nested();
  if (peek().kind !== 'end') throw new Unreadable(peek().at, `"${peek().text}" is not expected here.`);
  return whole;
}

function nameOf({ kind, text, at }: Token): string {
  if (kind !== 'name') throw new Unreadable(at, 'A name is expected here.');
  return text.startsWith('`') ? unquoted(text) : text;
}
