import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import type { Constraint } from './model.ts';
import { type Check, isObject, type Run, report } from './run.ts';
import { simpleRule } from './simple-rules.ts';

/** Rules that the walk itself, `bundleCheck`, `containedCheck` and the narrative check apply. */
const APPLIED_ELSEWHERE = new Set([
  ...['ele-1', 'ext-1', 'dom-2', 'dom-3', 'dom-4', 'dom-5', 'ref-1', 'txt-1', 'txt-2'],
  ...['bdl-1', 'bdl-2', 'bdl-3', 'bdl-4', 'bdl-5', 'bdl-7', 'bdl-8', 'bdl-9', 'bdl-10', 'bdl-11', 'bdl-12'],
]);

/** What no expression can find out offline: contents of other systems and of terminology servers. */
const NEEDS_OTHERS = /\b(?:resolve|memberOf|conformsTo|subsumes|subsumedBy|htmlChecks)\(/;

/**
 * Compiles a FHIRPath rule, the expression at its first use.
 * An expression that gives nothing is not met, as in HL7's own validator. One that cannot be evaluated is told
 * as a warning: the fault lies with the rule.
 * @param base path or type of the element the rule stands on: `Patient.contact`, `Period`
 */
export function invariantCheck(rule: Constraint, base: string): Check | undefined {
  if (APPLIED_ELSEWHERE.has(rule.key) || NEEDS_OTHERS.test(rule.expression)) return undefined;
  const refusal = `${rule.human} (${rule.key})`;
  if (rule.key === 'dom-6') return narrativeCheck(refusal);
  let verdict: Verdict | undefined;
  return (value, run) => {
    let met: boolean;
    try {
      verdict ??= compile(rule.expression, base);
      met = verdict(value, run);
    } catch {
      // fhirpath's own words may quote the value.
      report(run, 'exception', `The rule ${rule.key} could not be evaluated.`, 'warning');
      return;
    }
    if (!met) report(run, 'invariant', refusal, rule.severity);
  };
}

/** dom-6; a contained resource is shown with the one around it. */
function narrativeCheck(refusal: string): Check {
  return (value, run) => {
    if (run.resource === run.root && isObject(value) && !isObject(value['text'])) {
      report(run, 'invariant', refusal, 'warning');
    }
  };
}

/** Whether a value meets a rule. */
type Verdict = (value: unknown, run: Run) => boolean;

/** Most rules are simple and met by most values, so fhirpath.js is asked only where they leave it open. */
function compile(expression: string, base: string): Verdict {
  const simple = simpleRule(fhirpath.parse(expression), base);
  let evaluate: Evaluate | undefined;
  return (value, run) => {
    const answer = isObject(value) ? simple?.(value) : undefined;
    if (answer !== undefined) return answer;
    evaluate ??= fhirpath.compile({ base, expression }, r4, { async: false, traceFn: () => undefined });
    return isTrue(evaluate(value, { resource: run.resource, rootResource: run.root, context: value }));
  };
}

type Evaluate = (value: unknown, variables: Record<string, unknown>) => unknown[];

function isTrue(result: unknown[]): boolean {
  return result.length === 1 && typeof result[0] === 'boolean' ? result[0] : result.length > 0;
}
