import { type Expression, nodesOf, variablesOf } from './expression.ts';
import { failure, type Run, spend } from './frame.ts';
import { libraryEvaluator } from './library.ts';
import { compileNative, step } from './native.ts';
import type { Constant } from './shape.ts';
import type { Rule } from './template.ts';

/** Where the variables in sight are kept in a frame. */
export type Slots = ReadonlyMap<string, number>;

/** What compiling an expression needs besides it. */
export interface Scope {
  readonly slots: Slots;
  /** Expressions that give the same for every assessment. */
  readonly constants: ReadonlyMap<Rule, Constant>;
}

/**
 * Compiles an expression that has been checked.
 * @throws BridgeError `mapping-failed` when run, naming the rule, where FHIRPath gives an error
 */
export function compileExpression(rule: Rule, { slots, constants }: Scope): Run {
  const constant = constants.get(rule);
  if (constant !== undefined) return () => constant;
  const short = pathRun(rule.expression, slots) ?? testRun(rule.expression, slots);
  if (short) return short;
  const native = compileNative(rule.expression, slots);
  if (native && isTotal(rule.expression)) return (frame) => native(frame, frame.root);
  const evaluate: Run = native ? (frame) => native(frame, frame.root) : libraryRun(rule, slots);
  return (frame) => {
    try {
      return evaluate(frame);
    } catch {
      // The error of fhirpath.js is not passed on: its text may hold what the citizen wrote.
      throw failure(rule.place, 'FHIRPath gives an error when this expression is applied to the assessment.');
    }
  };
}

/** The commonest expressions, with as few calls as possible: a variable, and a short path from one or from the root. */
function pathRun(expression: Expression, slots: Slots): Run | undefined {
  const names: string[] = [];
  let start: Expression | undefined = expression;
  while (start?.kind === 'member') {
    names.unshift(start.name);
    start = start.of;
  }
  const slot = start?.kind === 'variable' ? slots.get(start.name) : start ? undefined : -1;
  const [first, second, third] = names;
  if (slot === undefined || names.length > 3) return undefined;
  if (first === undefined) return slot < 0 ? undefined : (frame) => frame.slots[slot];
  if (slot < 0) {
    if (second === undefined) return (frame) => step(frame.root, first);
    if (third === undefined) return (frame) => step(step(frame.root, first), second);
    return (frame) => step(step(step(frame.root, first), second), third);
  }
  if (second === undefined) return (frame) => step(frame.slots[slot], first);
  if (third === undefined) return (frame) => step(step(frame.slots[slot], first), second);
  return (frame) => step(step(step(frame.slots[slot], first), second), third);
}

/** The commonest conditions: whether a path is there. */
function testRun(expression: Expression, slots: Slots): Run | undefined {
  if (expression.kind === 'call' && expression.of && expression.args.length === 0) {
    const path = pathRun(expression.of, slots);
    if (path && expression.name === 'exists') return (frame) => path(frame) !== undefined;
    if (path && expression.name === 'empty') return (frame) => path(frame) === undefined;
  }
  return undefined;
}

/** Whether a natively compiled expression gives an error for no input. */
function isTotal(expression: Expression): boolean {
  return [...nodesOf(expression)].every((node) => {
    if (node.kind === 'binary') return node.operator === '=' || node.operator === '!=';
    return node.kind !== 'call' || !['not', 'join'].includes(node.name);
  });
}

function libraryRun({ text, expression, place }: Rule, slots: Slots): Run {
  const evaluate = libraryEvaluator(text);
  const used = [...variablesOf(expression)].map((name) => [name, slots.get(name) ?? -1] as const);
  return (frame) => {
    const variables: Record<string, unknown> = {};
    for (const [name, slot] of used) variables[name] = frame.slots[slot];
    const value = evaluate(frame.root, variables);
    spend(frame, sizeOf(value), place);
    return value;
  };
}

function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  return Array.isArray(value) ? value.reduce((sum: number, each) => sum + sizeOf(each), value.length) : 1;
}
