import type { Issue } from './outcome.ts';

/** A JSON object whose shape is not known yet. */
export type Json = Readonly<Record<string, unknown>>;

/** One validation under way. */
export interface Run {
  issues: Issue[];
  /** Steps from the root to where the walk is: names and indexes. */
  at: (string | number)[];
  /** The resource the walk is in: `%resource`. */
  resource: Json;
  /** The resource that holds it in `contained`, or itself: `%rootResource`. */
  root: Json;
  /** Bundles around the walk, the innermost last. */
  bundles: ReadonlyMap<string, Json>[];
  /** Profiles that a resource has been checked against, by profile and place: several ways lead to the same. */
  followed: Set<string>;
  /** Set once nesting went past the bound: what follows would not end well. */
  tooDeep: boolean;
}

/** Looks at one value and reports what is wrong with it. */
export type Check = (value: unknown, run: Run) => void;

/** Steps from the root, names and indexes, at most. Bundles of practice stay below 40. */
export const MAX_STEPS = 200;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reports a finding where the walk is. */
export function report(
  run: Run,
  code: Issue['code'],
  diagnostics: string,
  severity: Issue['severity'] = 'error',
): void {
  run.issues.push({ severity, code, diagnostics, expression: expressionOf(run.at) });
}

/** Reports a finding at a property of where the walk is. */
export function reportAt(
  run: Run,
  step: string,
  code: Issue['code'],
  diagnostics: string,
  severity: Issue['severity'] = 'error',
): void {
  run.at.push(step);
  report(run, code, diagnostics, severity);
  run.at.pop();
}

/** Does something one or more steps further down. */
export function within(run: Run, step: string, index: number | undefined, act: () => void): void {
  const depth = run.at.length;
  run.at.push(step);
  if (index !== undefined) run.at.push(index);
  act();
  run.at.length = depth;
}

/** A name as an answer may show it: what cannot be a FHIR name may be anything, a person's even. */
export function shownName(name: string): string {
  return /^_?[A-Za-z][A-Za-z0-9]{0,63}$/.test(name) ? name : '(no FHIR name)';
}

function expressionOf(at: readonly (string | number)[]): string {
  let text = '';
  for (const step of at) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}
