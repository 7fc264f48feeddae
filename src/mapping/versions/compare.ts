import type { Bundle } from '@medplum/fhirtypes';
import type { Assessment } from '../../assessment/assessment.ts';
import { BridgeError, type ErrorCode, type ErrorDetail } from '../../errors.ts';
import type { Mappings } from '../mappings.ts';
import type { MessageContext } from '../predefined.ts';
import { isTraceable } from '../trace/bound.ts';
import type { Trace } from '../trace/trace.ts';
import { type Change, changesBetween } from './changes.ts';

/** Why a version of the mappings makes no bundle of a message. */
interface Failure {
  readonly code: ErrorCode;
  readonly details: readonly ErrorDetail[];
}

/** What a version of the mappings makes of a message. */
export type Made =
  | { readonly mapping: string; readonly digest: string; readonly bundle: Bundle }
  | { readonly failure: Failure };

/** How two versions of the mappings treat one message. */
export interface Comparison {
  readonly before: Made;
  readonly after: Made;
  /** None where either side makes no bundle. */
  readonly changes: readonly Change[];
  /** What forbids sending the new bundle. */
  readonly faults: readonly ErrorDetail[];
}

/** Maps an assessment. A mapping that fails is an answer too: such a message would be held. */
export function make(mappings: Mappings, assessment: Assessment, context: MessageContext): Made {
  try {
    const { mapping, digest, bundle } = mappings.map(assessment, context);
    return { mapping, digest, bundle };
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    return { failure: { code: error.code, details: error.details } };
  }
}

/** Compares what two versions made of one assessment. `validate` gives the faults that forbid sending a bundle. */
export function compare(
  before: Made,
  after: Made,
  validate: (bundle: Bundle) => readonly ErrorDetail[],
): Comparison {
  return {
    before,
    after,
    changes: 'bundle' in before && 'bundle' in after ? changesBetween(before.bundle, after.bundle) : [],
    faults: 'bundle' in after ? validate(after.bundle) : [],
  };
}

/** Why a version makes no bundle, where it makes none. */
export function failureOf(made: Made): Failure | undefined {
  return 'failure' in made ? made.failure : undefined;
}

/** Whether the two versions treat the message differently. */
export function isDifferent({ before, after, changes }: Comparison): boolean {
  return changes.length > 0 || failureOf(before)?.code !== failureOf(after)?.code;
}

/** A change with the rules (`file:line:column`) that give the element on each side. */
export interface ExplainedChange extends Change {
  readonly oldRule?: string;
  readonly newRule?: string;
}

/**
 * Finds the rules of changed elements. It costs many times a mapping, so only what is shown is explained, and an
 * assessment of more values than are traced while others wait is not.
 */
export function explain(
  changes: readonly Change[],
  versions: { readonly before: Mappings; readonly after: Mappings },
  assessment: Assessment,
  context: MessageContext,
): readonly ExplainedChange[] {
  if (changes.length === 0 || !isTraceable(assessment)) return changes;
  const old = rulesOf(versions.before.trace(assessment, context));
  const young = rulesOf(versions.after.trace(assessment, context));
  return changes.map((change) => {
    const oldRule = change.before && old(change.before.path);
    const newRule = change.after && young(change.after.path);
    return {
      ...change,
      ...(oldRule === undefined ? {} : { oldRule }),
      ...(newRule === undefined ? {} : { newRule }),
    };
  });
}

/** The rule of an element; that of its first inner element where it is a branch. */
function rulesOf({ elements }: Trace): (path: string) => string | undefined {
  const rules = new Map(elements.map(({ element, rule }) => [element, rule]));
  return (path) =>
    rules.get(path) ??
    elements.find(({ element }) => element.startsWith(`${path}.`) || element.startsWith(`${path}[`))?.rule;
}
