import type { Block } from './code.ts';
import { type Binary, type Call, type Expression, variablesOf } from './expression.ts';
import { type Frame, orFailure, spend } from './frame.ts';
import { libraryEvaluator } from './library.ts';
import { type Place, showPlace } from './place.ts';
import type { Constant } from './shape.ts';
import type { Rule } from './template.ts';

/** The code of a value, and what is known of it. */
export interface Value {
  readonly code: string;
  /** `boolean` and `object` are never missing, `text` is never empty, `one` is neither a list nor an empty text. */
  readonly kind: 'boolean' | 'object' | 'text' | 'one' | 'list' | 'any';
  /** It is there for every assessment, and not the empty text. */
  readonly sure?: true;
}

/** What is in sight of an expression. */
export interface Scope {
  /** The values of variables, by name. */
  readonly variables: ReadonlyMap<string, Value>;
  /** Expressions that give the same for every assessment. */
  readonly constants: ReadonlyMap<Rule, Constant>;
  /** Filled by writing: the expressions that are left to fhirpath.js. */
  readonly left: Rule[];
}

/** The assessment. */
const ROOT: Value = { code: 'run.root', kind: 'object', sure: true };
/** Nothing. */
export const NOTHING: Value = { code: 'undefined', kind: 'one' };

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

/** The code of a place. */
export function placeCode(place: Place, block: Block): string {
  return block.constant(place, showPlace(place));
}

/** The value of a constant. */
export function constantValue(value: unknown, block: Block): Value {
  if (value === undefined) return NOTHING;
  const code = block.constant(value, typeof value === 'object' ? JSON.stringify(value) : undefined);
  if (value === '') return { code, kind: 'any' };
  const kind = Array.isArray(value) ? 'list' : 'one';
  return { code, kind: typeof value === 'string' ? 'text' : kind, sure: true };
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
      return {
        ...constantValue(expression.value, writing.block),
        code: writing.block.constant(expression.value),
      };
    case 'special':
      return expression.text === '{}' ? NOTHING : undefined;
    case 'this':
      return writing.focus;
    case 'variable':
      return writing.scope.variables.get(expression.name);
    case 'member': {
      const owner = expression.of ? write(expression.of, writing) : writing.focus;
      return owner && memberCode(owner, expression.name, writing.block);
    }
    case 'item': {
      const owner = write(expression.of, writing);
      const { index } = expression;
      const at = index.kind === 'literal' ? index.value : undefined;
      if (!owner || typeof at !== 'number' || !Number.isInteger(at) || at < 0) return undefined;
      return itemCode(owner, String(at), writing.block);
    }
    case 'call':
      return callCode(expression, writing);
    case 'binary':
      return binaryCode(expression, writing);
    default:
      return undefined;
  }
}

const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype));

/** The member of an object as it is in JSON: nothing is null or undefined, or an empty list. */
function rawMember(owner: Value, name: string, block: Block): string {
  const of = block.hold(owner.code);
  const key = block.constant(name);
  if (INHERITED.has(name)) return `step(${of}, ${key})`;
  if (owner.kind === 'object') return `${of}[${key}]`;
  return `isMap(${of}) ? ${of}[${key}] : step(${of}, ${key})`;
}

function memberCode(owner: Value, name: string, block: Block): Value {
  const raw = rawMember(owner, name, block);
  const code = block.once(raw, (made) => {
    block.add(`let ${made} = ${raw};`);
    block.add(`if (typeof ${made} === "object") ${made} = settled(${made});`);
  });
  return { code, kind: 'any' };
}

function itemCode(owner: Value, at: string, block: Block): Value {
  const of = block.hold(owner.code);
  if (owner.kind !== 'any' && owner.kind !== 'list') return at === '0' ? owner : NOTHING;
  return {
    code: block.hold(`isArray(${of}) ? ${of}[${at}] : ${at === '0' ? of : 'undefined'}`),
    kind: 'any',
  };
}

function callCode(call: Call, writing: Writing): Value | undefined {
  const { of, name, args } = call;
  if (name === 'iif' && !of) return conditionalCode(args, writing);
  const owner = of ? write(of, writing) : writing.focus;
  const make = FUNCTIONS.get(name);
  return owner && make?.(owner, args[0], writing);
}

type FunctionCode = (owner: Value, argument: Expression | undefined, writing: Writing) => Value | undefined;

const FUNCTIONS: ReadonlyMap<string, FunctionCode> = new Map<string, FunctionCode>([
  [
    'exists',
    (owner, criteria, writing) => {
      const found = criteria ? whereCode(owner, criteria, writing) : owner;
      return found && truth(`${found.code} !== undefined`, writing);
    },
  ],
  ['empty', ({ code }, _, writing) => truth(`${code} === undefined`, writing)],
  ['where', (owner, criteria, writing) => criteria && whereCode(owner, criteria, writing)],
  ['first', (owner, _, { block }) => itemCode(owner, '0', block)],
  [
    'last',
    (owner, _, { block }) => {
      const of = block.hold(owner.code);
      return { code: block.hold(`isArray(${of}) ? ${of}.at(-1) : ${of}`), kind: 'any' };
    },
  ],
  [
    'count',
    (owner, _, { block }) => {
      const of = block.hold(owner.code);
      const code = block.hold(`isArray(${of}) ? ${of}.length : ${of} === undefined ? 0 : 1`);
      return { code, kind: 'one', sure: true };
    },
  ],
  [
    'not',
    (owner, _, writing) => {
      if (owner.kind === 'boolean') return truth(`!${owner.code}`, writing);
      const of = writing.block.hold(owner.code);
      return {
        ...held(
          `typeof ${of} === "boolean" ? !${of} : general("not", ${of}, ${of}, ${writing.place})`,
          writing,
        ),
      };
    },
  ],
  [
    'length',
    (owner, _, writing) => {
      const of = writing.block.hold(owner.code);
      return held(
        `typeof ${of} === "string" ? ${of}.length : general("length", ${of}, ${of}, ${writing.place})`,
        writing,
      );
    },
  ],
  [
    'toString',
    (owner, _, writing) => {
      const of = writing.block.hold(owner.code);
      return held(`typeof ${of} === "string" ? ${of} : toText(${of}, ${writing.place})`, writing);
    },
  ],
  [
    'join',
    (owner, separator, writing) => {
      const between =
        separator === undefined ? '' : separator.kind === 'literal' ? separator.value : undefined;
      if (typeof between !== 'string') return undefined;
      return held(`join(run, ${owner.code}, ${writing.block.constant(between)}, ${writing.place})`, writing);
    },
  ],
]);

function held(code: string, { block }: Writing): Value {
  return { code: block.hold(code), kind: 'any' };
}

function truth(code: string, { block }: Writing): Value {
  return { code: block.hold(code), kind: 'boolean', sure: true };
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

/** Whether an expression gives true, false or nothing by its form alone. */
function isCondition(expression: Expression): boolean {
  if (expression.kind === 'call') return ['exists', 'empty', 'not'].includes(expression.name);
  return expression.kind === 'binary' && ['=', '!=', 'and', 'or'].includes(expression.operator);
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
  return b && make?.(a, b, writing);
}

type OperatorCode = (a: Value, b: Value, writing: Writing) => Value;

const OPERATORS: ReadonlyMap<string, OperatorCode> = new Map<string, OperatorCode>([
  ['=', (a, b, writing) => held(equality(a, b, '===', 'equal', writing), writing)],
  ['!=', (a, b, writing) => held(equality(a, b, '!==', 'unequal', writing), writing)],
  ['and', (a, b, writing) => junction(a, b, '&&', 'and', writing)],
  ['or', (a, b, writing) => junction(a, b, '||', 'or', writing)],
  ['&', (a, b, writing) => held(`concatenated(run, ${a.code}, ${b.code}, ${writing.place})`, writing)],
  ['+', (a, b, writing) => held(`sum(run, ${a.code}, ${b.code}, ${writing.place})`, writing)],
  ['-', (a, b, writing) => held(`difference(${a.code}, ${b.code}, ${writing.place})`, writing)],
]);

/** Two texts are the commonest: one of them is mostly written in the expression. */
function equality(a: Value, b: Value, sign: string, name: string, { block, place }: Writing): string {
  const general = `${name}(${a.code}, ${b.code}, ${place})`;
  if (b.kind !== 'text' || !b.sure) return general;
  const left = block.hold(a.code);
  return `typeof ${left} === "string" ? ${left} ${sign} ${b.code} : ${general}`;
}

function junction(a: Value, b: Value, sign: string, name: string, writing: Writing): Value {
  if (a.kind === 'boolean' && b.kind === 'boolean') return truth(`${a.code} ${sign} ${b.code}`, writing);
  return held(`${name}(${a.code}, ${b.code}, ${writing.place})`, writing);
}
