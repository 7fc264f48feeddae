import type { Binary, Call, Expression } from '../expression/expression.ts';
import { functionNames, functionRule, refusal } from '../expression/functions.ts';
import { patternProblem } from '../expression/pattern.ts';
import { didYouMean } from '../files/place.ts';
import type { Rule } from '../template/template.ts';
import {
  type Branch,
  type Constant,
  type JsonSchema,
  maybe,
  memberNames,
  memberOf,
  type Shape,
  typesOf,
} from './shape.ts';

/** What is in sight of an expression. */
export interface Sight {
  /** The shape of the assessment. */
  readonly source: readonly Branch[];
  readonly document: JsonSchema;
  readonly variables: ReadonlyMap<string, Shape>;
}

type Tell = (at: number, text: string) => void;

interface Inference extends Sight {
  readonly focus: Shape;
  readonly depth: number;
  readonly tell: Tell;
}

/** Criteria within criteria within criteria would multiply the work. */
const DEEPEST_CRITERIA = 2;
const LONGEST_REPLACEMENT = 8;
const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype));

/**
 * What an expression gives, from the source schema and the variables in sight. Unknown paths, variables and
 * functions, and functions that are not safe, are reported at their place.
 */
export function infer(
  { expression, placeAt }: Rule,
  sight: Sight,
  report: (place: ReturnType<Rule['placeAt']>, text: string) => void,
): Shape {
  const tell: Tell = (at, text) => report(placeAt(at), text);
  return shape(expression, { ...sight, focus: sight.source, depth: 0, tell });
}

/** A shape of one value of a type. */
export function oneOfType(type: string, many = false): Shape {
  return [{ schema: { type }, many }];
}

/** The shape of a value that is written in a template. */
export function constant(value: Constant): Shape {
  return [{ schema: { const: value, always: true }, many: false }];
}

/** Whether several values are possible as far as is known. */
export function isMany(shape: Shape): boolean {
  return shape?.some(({ many }) => many) ?? false;
}

function shape(expression: Expression, inference: Inference): Shape {
  switch (expression.kind) {
    case 'literal':
      return constant(expression.value);
    case 'special':
      return undefined;
    case 'this':
      return inference.focus;
    case 'index':
      return oneOfType('integer');
    case 'variable':
      return variable(expression.name, expression.at, inference);
    case 'member':
      return member(expression, inference);
    case 'call':
      return maybe(call(expression, inference));
    case 'item': {
      shape(expression.index, inference);
      return maybe(single(shape(expression.of, inference)));
    }
    case 'sign':
      return maybe(single(shape(expression.of, inference)));
    case 'type':
      shape(expression.of, inference);
      return expression.operator === 'is' ? oneOfType('boolean') : undefined;
    case 'binary':
      return binary(expression, inference);
  }
}

function variable(name: string, at: number, { variables, tell }: Inference): Shape {
  if (!variables.has(name)) {
    const guess = didYouMean(name, variables.keys());
    tell(
      at,
      `There is no variable %${name} here${guess}; in sight are ${[...variables.keys()].map((known) => `%${known}`).join(', ')}.`,
    );
  }
  return variables.get(name);
}

function member(expression: Extract<Expression, { kind: 'member' }>, inference: Inference): Shape {
  const { of, name, at } = expression;
  const { tell, document } = inference;
  const owner = of ? shape(of, inference) : inference.focus;
  if (INHERITED.has(name)) {
    tell(at, `"${name}" is a reserved name.`);
    return undefined;
  }
  if (!owner) return undefined;
  const found = owner.flatMap((branch) =>
    isOpen(branch.schema) ? [branch] : memberOf(branch, name, document),
  );
  if (found.length > 0) return owner.some(({ schema }) => isOpen(schema)) ? undefined : found;
  if (owner.length === 0) return undefined;
  const names = [...new Set(owner.flatMap(({ schema }) => memberNames(schema, document)))];
  const known = names.length === 0 ? 'it has no members' : `it has ${names.join(', ')}`;
  const path = of ? describe(of) : inference.depth > 0 ? 'The item' : 'The assessment';
  tell(at, `${path} has no "${name}"${didYouMean(name, names)}: ${known}.`);
  return undefined;
}

/** A schema that says nothing: any member may be there. */
function isOpen(schema: JsonSchema): boolean {
  return typesOf(schema).length === 0 && !schema.oneOf && !schema.anyOf && !schema.allOf;
}

function describe(expression: Expression): string {
  if (expression.kind === 'variable') return `%${expression.name}`;
  if (expression.kind !== 'member') return 'This value';
  return expression.of ? `${describe(expression.of)}.${expression.name}` : expression.name;
}

function call(expression: Call, inference: Inference): Shape {
  const { of, name, args, at } = expression;
  const { tell } = inference;
  const owner = of ? shape(of, inference) : inference.focus;
  const rule = functionRule(name);
  if (!rule) {
    const why = refusal(name);
    const guess = didYouMean(name, functionNames());
    tell(
      at,
      why ? `The function ${name}() is not allowed: ${why}.` : `There is no function ${name}()${guess}.`,
    );
    return undefined;
  }
  if (args.length < rule.least || args.length > rule.most) {
    const expected = rule.least === rule.most ? `${rule.least}` : `${rule.least} to ${rule.most}`;
    tell(at, `${name}() takes ${expected} argument(s); here are ${args.length}.`);
    return undefined;
  }
  checkSafety(expression, inference);
  if (name === 'ofType') return undefined;
  const depth = inference.depth + (rule.criteria ? 1 : 0);
  if (depth > DEEPEST_CRITERIA)
    tell(at, `Criteria may be nested ${DEEPEST_CRITERIA} deep; split them with $let.`);
  const focus = rule.criteria ? single(owner) : inference.focus;
  const given = args.map((arg) => shape(arg, { ...inference, focus, depth }));
  if (rule.gives === 'same') return rule.single ? single(owner) : owner;
  if (rule.gives === 'both') return several(union([owner, ...given]));
  if (rule.gives === 'argument') {
    const results =
      name === 'iif' ? given.slice(1) : given.map((result) => (isMany(owner) ? several(result) : result));
    return union(results);
  }
  return rule.gives === 'unknown' ? undefined : oneOfType(rule.gives, !rule.single);
}

function binary({ operator, left, right }: Binary, inference: Inference): Shape {
  const shapes = [left, right].map((side) => shape(side, inference));
  if (['and', 'or', 'xor', 'implies'].includes(operator)) {
    for (const [index, side] of [left, right].entries()) {
      const given = shapes[index];
      if (given && given.length > 0 && !canBe(given, 'boolean')) {
        inference.tell(
          side.at,
          `"${operator}" takes true or false on both sides; ask for presence with .exists().`,
        );
      }
    }
    return oneOfType('boolean');
  }
  if (operator === '|') return maybe(several(union(shapes)));
  if (operator === '&') {
    for (const [index, side] of [left, right].entries()) {
      if (isMany(shapes[index])) inference.tell(side.at, '"&" takes one text; use first() or join().');
    }
    return oneOfType('string');
  }
  if (['+', '-', '*', '/', 'div', 'mod'].includes(operator)) return undefined;

  return oneOfType('boolean');
}

/** Whether a shape has a branch of a JSON type, or one that does not say. */
export function canBe(shape: Shape, type: string): boolean {
  return (
    shape === undefined ||
    shape.some(({ schema }) => {
      const types = typesOf(schema);
      return types.length === 0 || types.includes(type);
    })
  );
}

function checkSafety({ name, args, at }: Call, { tell }: Inference): void {
  const [pattern, replacement] = args;
  if (name === 'matches' || name === 'replaceMatches') {
    if (pattern?.kind !== 'literal' || typeof pattern.value !== 'string') {
      tell(pattern?.at ?? at, `The pattern of ${name}() must be a literal text.`);
    } else {
      const problem = patternProblem(pattern.value);
      if (problem) tell(pattern.at, `The pattern of ${name}() ${problem}.`);
    }
  }
  if (name === 'replace' && (pattern?.kind !== 'literal' || pattern.value === '')) {
    tell(pattern?.at ?? at, 'What replace() looks for must be a literal text that is not empty.');
  }
  if (name === 'replace' || name === 'replaceMatches') {
    const length =
      replacement?.kind === 'literal' ? String(replacement.value).length : Number.POSITIVE_INFINITY;
    if (length > LONGEST_REPLACEMENT) {
      tell(
        replacement?.at ?? at,
        `What ${name}() puts in must be a literal text of at most ${LONGEST_REPLACEMENT} characters.`,
      );
    }
  }
}

function single(given: Shape): Shape {
  return given?.map(({ schema }) => ({ schema, many: false }));
}

function several(given: Shape): Shape {
  return given?.map(({ schema }) => ({ schema, many: true }));
}

function union(shapes: readonly Shape[]): Shape {
  if (shapes.some((each) => each === undefined)) return undefined;
  return shapes.flatMap((each) => each ?? []);
}
