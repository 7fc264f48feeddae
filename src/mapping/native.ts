import type { Binary, Call, Expression } from './expression.ts';
import type { Frame } from './frame.ts';
import { libraryEvaluator, libraryOperator } from './library.ts';

/** A natively compiled expression: `focus` is what bare paths begin at. */
export type Native = (frame: Frame, focus: unknown) => unknown;

/**
 * Compiles an expression to closures, or gives undefined when a part of it is left to fhirpath.js. Both give the
 * same for every input; a value that an operator seldom gets (numbers compared, a text taken as a condition) is
 * handed to fhirpath.js at run time.
 * @param slots where the variables in sight are kept in a frame
 */
export function compileNative(
  expression: Expression,
  slots: ReadonlyMap<string, number>,
): Native | undefined {
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression;
      return () => value;
    }
    case 'this':
      return (_, focus) => focus;
    case 'variable': {
      const slot = slots.get(expression.name);
      return slot === undefined ? undefined : (frame) => frame.slots[slot];
    }
    case 'member':
      return member(expression.of, expression.name, slots);
    case 'item':
      return item(expression.of, expression.index, slots);
    case 'call':
      return call(expression, slots);
    case 'binary':
      return binary(expression, slots);
    default:
      return undefined;
  }
}

type Slots = ReadonlyMap<string, number>;

function member(of: Expression | undefined, name: string, slots: Slots): Native | undefined {
  if (!of) return (_, focus) => step(focus, name);
  if (of.kind === 'variable') {
    const slot = slots.get(of.name);
    return slot === undefined ? undefined : (frame) => step(frame.slots[slot], name);
  }
  const owner = compileNative(of, slots);
  return owner && ((frame, focus) => step(owner(frame, focus), name));
}

/** One step of a path: the member of an object, or of each object of a list, in one flat list. */
export function step(owner: unknown, name: string): unknown {
  if (typeof owner !== 'object' || owner === null) return undefined;
  if (!Array.isArray(owner)) return settled((owner as Readonly<Record<string, unknown>>)[name]);
  const found: unknown[] = [];
  for (const each of owner) {
    const value = step(each, name);
    if (Array.isArray(value)) for (const inner of value) found.push(inner);
    else if (value !== undefined) found.push(value);
  }
  return settled(found);
}

/** A JSON value as `Run` gives values. */
function settled(value: unknown): unknown {
  if (value === null) return undefined;
  if (!Array.isArray(value) || value.length > 1) return value;
  return value[0];
}

function item(of: Expression, index: Expression, slots: Slots): Native | undefined {
  const owner = compileNative(of, slots);
  const at = index.kind === 'literal' ? index.value : undefined;
  if (!owner || typeof at !== 'number' || !Number.isInteger(at) || at < 0) return undefined;
  return (frame, focus) => {
    const value = owner(frame, focus);
    return Array.isArray(value) ? value[at] : at === 0 ? value : undefined;
  };
}

function call({ of, name, args }: Call, slots: Slots): Native | undefined {
  if (name === 'iif' && !of) return conditional(args, slots);
  const owner = of ? compileNative(of, slots) : (_: Frame, focus: unknown) => focus;
  const [argument] = args;
  if (!owner) return undefined;
  switch (name) {
    case 'exists': {
      if (!argument) return (frame, focus) => owner(frame, focus) !== undefined;
      const found = where(owner, argument, slots);
      return found && ((frame, focus) => found(frame, focus) !== undefined);
    }
    case 'where':
      return argument && where(owner, argument, slots);
    case 'empty':
      return (frame, focus) => owner(frame, focus) === undefined;
    case 'not':
      return not(owner);
    case 'first':
      return (frame, focus) => {
        const value = owner(frame, focus);
        return Array.isArray(value) ? value[0] : value;
      };
    case 'last':
      return (frame, focus) => {
        const value = owner(frame, focus);
        return Array.isArray(value) ? value.at(-1) : value;
      };
    case 'count':
      return (frame, focus) => {
        const value = owner(frame, focus);
        return Array.isArray(value) ? value.length : value === undefined ? 0 : 1;
      };
    case 'join':
      return join(owner, argument);
    case 'length':
      return length(owner);
    default:
      return undefined;
  }
}

function where(owner: Native, criteria: Expression, slots: Slots): Native | undefined {
  const test = isCondition(criteria) ? compileNative(criteria, slots) : undefined;
  if (!test) return undefined;
  return (frame, focus) => {
    const value = owner(frame, focus);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) return test(frame, value) === true ? value : undefined;
    frame.budget -= value.length;
    return settled(value.filter((each) => test(frame, each) === true));
  };
}

/** Whether an expression gives true, false or nothing by its form alone. */
function isCondition(expression: Expression): boolean {
  if (expression.kind === 'call') return ['exists', 'empty', 'not'].includes(expression.name);
  return expression.kind === 'binary' && ['=', '!=', 'and', 'or'].includes(expression.operator);
}

function conditional(args: readonly Expression[], slots: Slots): Native | undefined {
  const [test, then, otherwise = { kind: 'special', text: '{}', at: 0 } as const] = args;
  const condition = test && compileNative(test, slots);
  const yes = then && compileNative(then, slots);
  const no =
    otherwise.kind === 'special' && otherwise.text === '{}' ? nothing : compileNative(otherwise, slots);
  if (!condition || !yes || !no) return undefined;
  return (frame, focus) => (condition(frame, focus) === true ? yes(frame, focus) : no(frame, focus));
}

function nothing(): undefined {
  return undefined;
}

function not(owner: Native): Native {
  return (frame, focus) => {
    const value = owner(frame, focus);
    if (typeof value === 'boolean') return !value;
    return value === undefined ? undefined : generalNot({}, { a: value });
  };
}

function join(owner: Native, separator: Expression | undefined): Native | undefined {
  const between = separator === undefined ? '' : separator.kind === 'literal' ? separator.value : undefined;
  if (typeof between !== 'string') return undefined;
  return (frame, focus) => {
    const value = owner(frame, focus);
    if (value === undefined || typeof value === 'string') return value;
    if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value.join(between);
    return generalJoin({}, { a: value, b: between });
  };
}

function length(owner: Native): Native {
  return (frame, focus) => {
    const value = owner(frame, focus);
    return isText(value) ? value?.length : generalLength({}, { a: value });
  };
}

function binary({ operator, left, right }: Binary, slots: Slots): Native | undefined {
  const fast = FAST[operator];
  const general = GENERAL[operator];
  const a = fast && compileNative(left, slots);
  const b = fast && compileNative(right, slots);
  if (!a || !b || !general) return undefined;
  return (frame, focus) => {
    const x = a(frame, focus);
    const y = b(frame, focus);
    const result = fast(x, y);
    return result === SELDOM ? general(x, y) : result;
  };
}

/** Says that an operator's fast form does not know this pair of values. */
const SELDOM = Symbol('left to fhirpath.js');

const FAST: Readonly<Record<string, (a: unknown, b: unknown) => unknown>> = {
  '=': equal,
  '!=': (a, b) => {
    const same = equal(a, b);
    return typeof same === 'boolean' ? !same : same;
  },
  and: (a, b) => {
    if (!isTruth(a) || !isTruth(b)) return SELDOM;
    if (a === false || b === false) return false;
    return a === undefined || b === undefined ? undefined : true;
  },
  or: (a, b) => {
    if (!isTruth(a) || !isTruth(b)) return SELDOM;
    if (a === true || b === true) return true;
    return a === undefined || b === undefined ? undefined : false;
  },
  '&': (a, b) => (isText(a) && isText(b) ? (a ?? '') + (b ?? '') : SELDOM),
};

const GENERAL = Object.fromEntries(
  Object.keys(FAST).map((operator) => [operator, libraryOperator(operator)]),
);
const generalNot = libraryEvaluator('%a.not()');
const generalLength = libraryEvaluator('%a.length()');
const generalJoin = libraryEvaluator('%a.join(%b)');

function equal(a: unknown, b: unknown): unknown {
  if (a === undefined || b === undefined) return undefined;
  if (typeof a !== typeof b) return SELDOM;
  const exact = typeof a === 'string' || typeof a === 'boolean';
  return exact || (Number.isSafeInteger(a) && Number.isSafeInteger(b)) ? a === b : SELDOM;
}

function isTruth(value: unknown): value is boolean | undefined {
  return typeof value === 'boolean' || value === undefined;
}

function isText(value: unknown): value is string | undefined {
  return typeof value === 'string' || value === undefined;
}
