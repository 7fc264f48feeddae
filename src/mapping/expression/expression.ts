/**
 * A FHIRPath expression (http://hl7.org/fhirpath/N1) as a tree whose nodes know their offset in its text.
 * `of` undefined: the focus, which is the assessment, or the item inside the criteria of a function.
 */
export type Expression = Located &
  (
    | { readonly kind: 'literal'; readonly value: string | number | boolean }
    /** The empty collection, or a date, time or quantity literal. */
    | { readonly kind: 'special'; readonly text: string }
    | { readonly kind: 'this' | 'index' }
    | { readonly kind: 'variable'; readonly name: string }
    | { readonly kind: 'member'; readonly of: Expression | undefined; readonly name: string }
    | Call
    | { readonly kind: 'item'; readonly of: Expression; readonly index: Expression }
    | { readonly kind: 'sign'; readonly of: Expression }
    | { readonly kind: 'type'; readonly of: Expression; readonly operator: string; readonly type: string }
    | Binary
  );

export interface Call extends Located {
  readonly kind: 'call';
  readonly of: Expression | undefined;
  readonly name: string;
  readonly args: readonly Expression[];
}

export interface Binary extends Located {
  readonly kind: 'binary';
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
}

interface Located {
  readonly at: number;
}

/** Why a text is no expression, and at which offset. */
export interface SyntaxProblem {
  readonly at: number;
  readonly problem: string;
}

/** The expressions directly below one. */
function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'member':
      return expression.of ? [expression.of] : [];
    case 'call':
      return expression.of ? [expression.of, ...expression.args] : expression.args;
    case 'item':
      return [expression.of, expression.index];
    case 'sign':
    case 'type':
      return [expression.of];
    case 'binary':
      return [expression.left, expression.right];
    default:
      return [];
  }
}

/** Every node of an expression, itself first. */
export function* nodesOf(expression: Expression): Generator<Expression> {
  yield expression;
  for (const part of partsOf(expression)) yield* nodesOf(part);
}

/** The names of the variables an expression uses. */
export function variablesOf(expression: Expression): Set<string> {
  return new Set([...nodesOf(expression)].flatMap((node) => (node.kind === 'variable' ? [node.name] : [])));
}
