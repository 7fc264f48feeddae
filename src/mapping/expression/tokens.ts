/** A word of an expression. */
export interface Token {
  readonly kind: 'string' | 'special' | 'number' | 'variable' | 'name' | 'sign' | 'end';
  readonly text: string;
  readonly at: number;
}

/** Thrown by the readers of expressions only; `parseExpression` turns it into a value. */
export class Unreadable extends Error {
  readonly at: number;

  constructor(at: number, problem: string) {
    super(problem);
    this.at = at;
  }
}

const KINDS: readonly (readonly [kind: Token['kind'], pattern: RegExp])[] = [
  ['string', /'(?:[^'\\]|\\.)*'/y],
  ['special', /@T?[0-9](?:[0-9T:Z+-]|\.[0-9])*|\{\s*\}|\$(?:this|index)\b/y],
  ['number', /[0-9]+(?:\.[0-9]+)?/y],
  ['variable', /%[A-Za-z_][A-Za-z0-9_]*/y],
  ['name', /[A-Za-z_][A-Za-z0-9_]*|`(?:[^`\\]|\\.)+`/y],
  ['sign', /!=|!~|<=|>=|[.,()[\]|=~<>+\-*/&]/y],
];

/**
 * Splits an expression into its words, with an `end` at the end.
 * @throws Unreadable at a character that begins no word
 */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const space = /\s*/y;
  for (let at = 0; ; ) {
    space.lastIndex = at;
    at += space.exec(text)?.[0].length ?? 0;
    if (at >= text.length) return [...tokens, { kind: 'end', text: '', at: text.length }];
    const token = tokenAt(text, at);
    if (!token) throw new Unreadable(at, startOfNothing(text.charAt(at)));
    tokens.push(token);
    at += token.text.length;
  }
}

/** The value of a string literal or of a name in backquotes. */
export function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(u[0-9A-Fa-f]{4}|.)/gs, (_, escaped: string) => {
    if (escaped.length === 5) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return { n: '\n', r: '\r', t: '\t', f: '\f' }[escaped] ?? escaped;
  });
}

function tokenAt(text: string, at: number): Token | undefined {
  for (const [kind, pattern] of KINDS) {
    pattern.lastIndex = at;
    const word = pattern.exec(text)?.[0];
    if (word !== undefined) return { kind, text: word, at };
  }
  return undefined;
}

function startOfNothing(character: string): string {
  if (character === "'") return 'This text has no closing quote.';
  if (character === '"') return "A text in an expression stands in single quotes: 'text'.";
  return `"${character}" has no meaning here.`;
}
