import type { Constant } from '../check/shape.ts';
import { type Binary, type Call, type Expression, variablesOf } from '../expression/expression.ts';
import { libraryEvaluator } from '../expression/library.ts';
import { showPlace } from '../files/place.ts';
import type { Rule } from '../template/template.ts';
import type { Block } from './code.ts';
import { type Frame, orFailure, spend } from './frame.ts';
import { FUNCTIONS } from './function-code.ts';
import { OPERATORS } from './operator-code.ts';
import {
  constantValue,
  itemValue,
  memberValue,
  NOTHING,
  placeCode,
  ROOT,
  rawMember,
  truth,
  type Value,
} from './value-code.ts';

/** What is in sight of an expression. */
export interface Scope {
  /** The values of variables, by name. */
  readonly variables: ReadonlyMap<string, Value>;
  /** Expressions that give the same for every assessment. */
  readonly constants: ReadonlyMap<Rule, Constant>;
  /** Filled by writing: the expressions that are left to fhirpath.js. */
  readonly left: Rule[];
}

/**
 * Writes an expression that has been checked. Its code throws BridgeError `mapping-failed`, naming the rule, where
 * FHIRPath gives an error.
 */
export function expressionCode(rule: Rule, scope: Scope, block: Block): Value {
  const fixed = scope.constants.get(rule);
  if (fixed !== undefined) return constantValue(fixed, block);
  const place = placeCode(rule.place, block);
  const native = block.attempt(() => write(rule.expression, { scope, block, focus: ROOT, place }));
  return native ?? libraryCode(rule, scope, block);
}

/**
 * Writes what a `$for` goes through: as `expressionCode`, but a list that stands in the assessment stays as it is,
 * with one item or none.
 */
export function itemsCode(rule: Rule, scope: Scope, block: Block): string {
  const { expression } = rule;
  if (expression.kind !== 'member' || scope.constants.has(rule))
    return expressionCode(rule, scope, block).code;
  const writing = { scope, block, focus: ROOT, place: placeCode(rule.place, block) };
  const owner = block.attempt(() => (expression.of ? write(expression.of, writing) : ROOT));
  return owner ? rawMember(owner, expression.name, block) : expressionCode(rule, scope, block).code;
}

function libraryCode(rule: Rule, { variables, left }: Scope, block: Block): Value {
  const { text, expression, place } = rule;
  left.push(rule);
  const evaluate = libraryEvaluator(text);
  const names = [...variablesOf(expression)];
  const run = (frame: Frame, ...values: readonly unknown[]): unknown => {
    const value = orFailure(place, () =>
      evaluate(frame.root, Object.fromEntries(names.map((name, at) => [name, values[at]]))),
    );
    spend(frame, sizeOf(value), place);
    return value;
  };
  const values = names.map((name) => variables.get(name)?.code ?? 'undefined');
  const evaluator = block.constant(run, `${showPlace(place)} ${text}`);
  return { code: block.hold(`${evaluator}(${['run', ...values].join(', ')})`), kind: 'any' };
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return Array.isArray(value) ? value.reduce((sum: number, each) => sum + sizeOf(each), value.length) : 1;
}

/** Where an expression is written: `focus` is what bare paths begin at, `place` the code of the rule's place. */
interface Writing {
  readonly scope: Scope;
  readonly block: Block;
  readonly focus: Value;
  readonly place: string;
}

/** Writes an expression, or gives undefined when a part of it is left to fhirpath.js. */
function write(expression: Expression, writing: Writing): Value | undefined {
  switch (expression.kind) {
    case 'literal':
      return constantValue(expression.value, writing.block);
    case 'special':
      return expression.text.startsWith('{') ? NOTHING : undefined;
    case 'this':
      return writing.focus;
    case 'variable':
      return writing.scope.variables.get(expression.name);
    case 'member': {
      const owner = expression.of ? write(expression.of, writing) : writing.focus;
      return owner && memberValue(owner, expression.name, writing.block);
    }
    case 'item': {
      const owner = write(expression.of, writing);
      const { index } = expression;
      const at = index.kind === 'literal' ? index.value : undefined;
      if (!owner || typeof at !== 'number' || !Number.isInteger(at) || at < 0) return undefined;
      return itemValue(owner, at, writing.block);
    }
    case 'call':
      return callCode(expression, writing);
    case 'binary':
      return binaryCode(expression, writing);
    default:
      return undefined;
  }
}

function callCode(call: Call, writing: Writing): Value | undefined {
  const { of, name, args } = call;
  if (name === 'iif' && !of) return conditionalCode(args, writing);
  const owner = of ? write(of, writing) : writing.focus;
  const [argument] = args;
  if (!owner || ((name === 'where' || name === 'exists') && argument)) {
    const found = owner && argument && whereCode(owner, argument, writing);
    return name === 'exists' && found ? truth(`${found.code} !== undefined`, writing.block) : found;
  }
  return FUNCTIONS.get(name)?.(owner, argument, writing.block, writing.place);
}

function whereCode(owner: Value, criteria: Expression, writing: Writing): Value | undefined {
  const { block, place } = writing;
  if (!isCondition(criteria)) return undefined;
  const of = block.hold(owner.code);
  const each = block.fresh();
  const made = block.fresh();
  const inner = block.inside(`const ${made} = where(run, ${of}, ${place}, (${each}) =>`, ');');
  const test = write(criteria, { ...writing, block: inner, focus: { code: each, kind: 'any' } });
  if (!test) return undefined;
  inner.add(`return ${test.code};`);
  return { code: made, kind: 'any' };
}

const CONDITIONS = new Set(['=', '!=', '<', '>', '<=', '>=', 'and', 'or']);

/** Whether an expression gives true, false or nothing by its form alone. */
function isCondition(expression: Expression): boolean {
  if (expression.kind === 'call') return ['exists', 'empty', 'not'].includes(expression.name);
  return expression.kind === 'binary' && CONDITIONS.has(expression.operator);
}

function conditionalCode(args: readonly Expression[], writing: Writing): Value | undefined {
  const [test, then, otherwise] = args;
  const { block } = writing;
  const condition = test && write(test, writing);
  if (!condition || !then) return undefined;
  const made = block.fresh();
  block.add(`let ${made};`);
  const yes = block.inside(`if (${condition.code} === true)`);
  const first = write(then, { ...writing, block: yes });
  if (!first) return undefined;
  yes.add(`${made} = ${first.code};`);
  if (otherwise) {
    const no = block.inside('else');
    const second = write(otherwise, { ...writing, block: no });
    if (!second) return undefined;
    no.add(`${made} = ${second.code};`);
  }
  return { code: made, kind: 'any' };
}

function binaryCode({ operator, left, right }: Binary, writing: Writing): Value | undefined {
  const make = OPERATORS.get(operator);
  const a = make && write(left, writing);
  const b = a && write(right, writing);
  return b && make?.(a, b, writing.block, writing.place);
}
