import { failure } from '../code/frame.ts';
import type { Binary, Call, Expression } from '../expression/expression.ts';
import { variablesOf } from '../expression/expression.ts';
import { functionRule } from '../expression/functions.ts';
import { libraryEvaluator } from '../expression/library.ts';
import type { Rule } from '../template/template.ts';
import {
  decided,
  type Item,
  isList,
  listOf,
  made,
  memberOf,
  piecesOf,
  plain,
  settled,
  type Traced,
  textOf,
  union,
} from './item.ts';
import { printExpression } from './print.ts';

type Evaluator = ReturnType<typeof libraryEvaluator>;

/** What is in sight of an expression, and what evaluating it needs. */
export interface Sight {
  readonly root: Item;
  readonly variables: ReadonlyMap<string, Traced>;
  /** Compiled expressions of fhirpath.js by their text, filled as they are used: as many as the templates have. */
  readonly evaluators: Map<string, Evaluator>;
}

/** The variable that stands for `$index`: of a name that no template can write. */
const INDEX = '$index';

/** Inside criteria the focus is an item. */
interface Inner extends Sight {
  readonly focus: Item;
  readonly index?: number;
  /** What parts of the expression gave and read with this focus: each is asked several times. */
  readonly given: Map<Expression, readonly Item[]>;
  readonly read: Map<Expression, readonly string[]>;
}

function focused(sight: Sight, focus: Item, index?: number): Inner {
  return { ...sight, focus, ...(index === undefined ? {} : { index }), given: new Map(), read: new Map() };
}

/**
 * Evaluates an expression slowly, so that each value keeps its origin. Paths, criteria and what passes values on are
 * followed here; the rest is computed by fhirpath.js, and its results come from everything that the expression read.
 * @throws BridgeError `mapping-failed` naming the rule, where FHIRPath gives an error
 */
export function traceExpression({ expression, place }: Rule, sight: Sight): Traced {
  if (expression.kind === 'variable') return sight.variables.get(expression.name);
  try {
    return settled(itemsOf(expression, focused(sight, sight.root)));
  } catch {
    // As when mapping, the error of fhirpath.js is not passed on: its text may hold what the citizen wrote.
    throw failure(place, 'FHIRPath gives an error when this expression is applied to the assessment.');
  }
}

/** The sources of everything whose value an expression reads; that something is there is no reading of it. */
export function readBy({ expression }: Rule, sight: Sight): readonly string[] {
  return reads(expression, focused(sight, sight.root));
}

function itemsOf(expression: Expression, inner: Inner): readonly Item[] {
  const items = inner.given.get(expression) ?? evaluated(expression, inner);
  inner.given.set(expression, items);
  return items;
}

function evaluated(expression: Expression, inner: Inner): readonly Item[] {
  switch (expression.kind) {
    case 'literal':
      return [made(expression.value)];
    case 'this':
      return [inner.focus];
    case 'variable':
      return listOf(inner.variables.get(expression.name));
    case 'member': {
      const { of, name } = expression;
      return ownerOf(of, inner).flatMap((owner) => memberOf(owner, name));
    }
    case 'item': {
      const { of, index } = expression;
      const at = index.kind === 'literal' ? index.value : undefined;
      if (typeof at !== 'number') return passedOn(expression, [of], inner);
      const item = itemsOf(of, inner)[at];
      return item ? [item] : [];
    }
    case 'call':
      return call(expression, inner);
    case 'type':
      return expression.operator === 'as'
        ? passedOn(expression, [expression.of], inner)
        : computed(expression, inner);
    case 'binary': {
      const { operator, left, right } = expression;
      if (operator === '|') return passedOn(expression, [left, right], inner);
      if (operator === '&') return [concatenated(expression, [left, right], inner)];
      return compared(expression, inner) ?? computed(expression, inner);
    }
    default:
      return computed(expression, inner);
  }
}

function ownerOf(of: Expression | undefined, inner: Inner): readonly Item[] {
  return of ? itemsOf(of, inner) : [inner.focus];
}

function call(expression: Call, inner: Inner): readonly Item[] {
  const { of, name, args } = expression;
  const [first, second, third] = args;
  switch (name) {
    case 'iif': {
      if (of || !first || !second) return computed(expression, inner);
      const holds = plain(settled(itemsOf(first, inner))) === true;
      const branch = holds ? second : third;
      const because = reads(first, inner);
      return branch ? itemsOf(branch, inner).map((item) => decided(item, because)) : [];
    }
    case 'exists':
    case 'empty': {
      const found = first ? where(of, first, inner) : ownerOf(of, inner);
      if (!found) return computed(expression, inner);
      return [made(found.length > 0 === (name === 'exists'), { sources: reads(expression, inner) })];
    }
    case 'where':
      return (first && where(of, first, inner)) ?? passedOn(expression, of ? [of] : [], inner);
    case 'first':
      return ownerOf(of, inner).slice(0, 1);
    case 'last':
      return ownerOf(of, inner).slice(-1);
    case 'combine':
      return [...ownerOf(of, inner), ...(first ? itemsOf(first, inner) : [])];
    case 'join':
      return joined(expression, inner);
    default: {
      const { gives } = functionRule(name) ?? {};
      const isSelect = gives === 'argument' && first !== undefined;
      if (isSelect)
        return ownerOf(of, inner).flatMap((focus, index) => itemsOf(first, focused(inner, focus, index)));
      return gives === 'same' || name === 'ofType'
        ? passedOn(expression, of ? [of] : [], inner)
        : computed(expression, inner);
    }
  }
}

/** The items that meet criteria; undefined when fhirpath.js has to say what the criteria mean. */
function where(of: Expression | undefined, criteria: Expression, inner: Inner): readonly Item[] | undefined {
  const kept: Item[] = [];
  for (const [index, focus] of ownerOf(of, inner).entries()) {
    const at = focused(inner, focus, index);
    const verdict = plain(settled(itemsOf(criteria, at)));
    if (verdict !== undefined && typeof verdict !== 'boolean') return undefined;
    if (verdict === true) kept.push(decided(focus, reads(criteria, at)));
  }
  return kept;
}

function joined(expression: Call, inner: Inner): readonly Item[] {
  const { of, args } = expression;
  const items = ownerOf(of, inner);
  const separator = args[0] ? plain(settled(itemsOf(args[0], inner))) : '';
  const isPlain = items.every(({ value }) => typeof value === 'string') && typeof separator === 'string';
  if (!isPlain || items.length < 2)
    return items.length === 1 && isPlain ? items : computed(expression, inner);
  const between = made(separator);
  const parts = items.flatMap((item, index) => (index > 0 && separator !== '' ? [between, item] : [item]));
  const pieces = parts.flatMap(piecesOf);
  return pieces.length > MOST_PIECES ? computed(expression, inner) : [textOf(pieces, undefined)];
}

function concatenated(expression: Expression, sides: readonly Expression[], inner: Inner): Item {
  const items = sides.flatMap((side) => itemsOf(side, inner));
  const isPlain = items.every(({ value }) => typeof value === 'string') && items.length <= sides.length;
  const [only] = computed(expression, inner);
  const pieces = items.flatMap(piecesOf);
  if (!isPlain || pieces.length > MOST_PIECES) return only ?? made('');
  const text = textOf(pieces, undefined);
  return text.value === only?.value ? text : (only ?? made(''));
}

/** A text that an expression puts together of more pieces is told as one: pieces cost more than characters. */
const MOST_PIECES = 20_000;

/** Two texts or truths held against each other, as conditions mostly do; undefined for anything else. */
function compared(expression: Binary, inner: Inner): readonly Item[] | undefined {
  const { operator, left, right } = expression;
  const [a, b] = [left, right].map((side) => plain(settled(itemsOf(side, inner))));
  const isPlain = typeof a === typeof b && ['string', 'boolean'].includes(typeof a);
  if (!isPlain || (operator !== '=' && operator !== '!=')) return undefined;
  return [made((a === b) === (operator === '='), { sources: reads(expression, inner) })];
}

/** A result that is some of the items it was made from: each keeps its origin. */
function passedOn(expression: Expression, from: readonly Expression[], inner: Inner): readonly Item[] {
  const candidates = from.length > 0 ? from.flatMap((part) => itemsOf(part, inner)) : [inner.focus];
  return computed(expression, inner).map((result) => {
    const same = candidates.filter(({ value }) => value === result.value);
    const [first] = same;
    if (!first) return result;
    return same.length === 1 ? first : { ...first, sources: union(same.map(({ sources }) => sources)) };
  });
}

/** A result that fhirpath.js computes: it comes from all that the expression read. */
function computed(expression: Expression, inner: Inner): readonly Item[] {
  const text = printExpression(expression, inner.index === undefined ? '$index' : `%\`${INDEX}\``);
  const evaluate = inner.evaluators.get(text) ?? libraryEvaluator(text);
  inner.evaluators.set(text, evaluate);
  const variables = [...variablesOf(expression)].map(
    (name) => [name, plain(inner.variables.get(name))] as const,
  );
  const value = evaluate(inner.focus.value, { ...Object.fromEntries(variables), [INDEX]: inner.index });
  const sources = reads(expression, inner);
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map((result: unknown) => made(result, { sources }));
}

function reads(expression: Expression, inner: Inner): readonly string[] {
  const sources = inner.read.get(expression) ?? sourcesOf(expression, inner);
  inner.read.set(expression, sources);
  return sources;
}

function sourcesOf(expression: Expression, inner: Inner): readonly string[] {
  switch (expression.kind) {
    case 'literal':
    case 'special':
    case 'index':
      return [];
    case 'this':
    case 'variable':
    case 'member':
      return origins(itemsOf(expression, inner));
    case 'item':
      return union([origins(itemsOf(expression, inner)), reads(expression.index, inner)]);
    case 'sign':
    case 'type':
      return reads(expression.of, inner);
    case 'binary':
      return union([reads(expression.left, inner), reads(expression.right, inner)]);
    case 'call': {
      const { of, name } = expression;
      if (name === 'exists' || name === 'empty') {
        return union([presence(of, inner), argumentReads(expression, inner)]);
      }
      if (name === 'where' || name === 'first' || name === 'last') {
        return union([origins(itemsOf(expression, inner)), presence(expression, inner)]);
      }
      return union([of ? reads(of, inner) : [], argumentReads(expression, inner)]);
    }
  }
}

/** What is read to know whether something is there: the values that criteria compare, not the thing itself. */
function presence(of: Expression | undefined, inner: Inner): readonly string[] {
  if (of?.kind === 'member' || of?.kind === 'item') return presence(of.of, inner);
  if (of?.kind === 'call' && (functionRule(of.name)?.gives === 'same' || of.name === 'where')) {
    return union([presence(of.of, inner), argumentReads(of, inner)]);
  }
  return !of || of.kind === 'variable' || of.kind === 'this' ? [] : reads(of, inner);
}

function argumentReads({ of, name, args }: Call, inner: Inner): readonly string[] {
  if (!functionRule(name)?.criteria) return union(args.map((argument) => reads(argument, inner)));
  return union(
    ownerOf(of, inner).flatMap((focus, index) =>
      args.map((argument) => reads(argument, focused(inner, focus, index))),
    ),
  );
}

function origins(items: readonly Item[]): readonly string[] {
  return union(items.flatMap(({ sources, conditions }) => [sources, conditions]));
}

/** Whether a traced value is one that is true. */
export function isTrue(traced: Traced): boolean {
  return !isList(traced) && traced?.value === true;
}
