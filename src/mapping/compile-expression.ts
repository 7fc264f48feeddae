import { variablesOf } from './expression.ts';
import { failure, type Run, spend } from './frame.ts';
import { libraryEvaluator } from './library.ts';
import { compileNative } from './native.ts';
import type { Rule } from './template.ts';

/** Where the variables in sight are kept in a frame. */
export type Slots = ReadonlyMap<string, number>;

/**
 * Compiles an expression that has been checked.
 * @throws BridgeError `mapping-failed` when run, naming the rule, where FHIRPath gives an error
 */
export function compileExpression(rule: Rule, slots: Slots): Run {
  const evaluate = nativeRun(rule, slots) ?? libraryRun(rule, slots);
  return (frame) => {
    try {
      return evaluate(frame);
    } catch {
      // The error of fhirpath.js is not passed on: its text may hold what the citizen wrote.
      throw failure(rule.place, 'FHIRPath gives an error when this expression is applied to the assessment.');
    }
  };
}

function nativeRun({ expression }: Rule, slots: Slots): Run | undefined {
  const native = compileNative(expression, slots);
  return native && ((frame) => native(frame, frame.root));
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
