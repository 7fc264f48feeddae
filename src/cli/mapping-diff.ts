import { parseArgs } from 'node:util';
import type { Assessment } from '../assessment/assessment.ts';
import type { ErrorDetail } from '../errors.ts';
import type { Definitions } from '../fhir/definitions.ts';
import { createValidator } from '../fhir/validator.ts';
import type { JsonSchema } from '../mapping/check/shape.ts';
import { loadMappings } from '../mapping/mappings.ts';
import { readSamples, sampleContext } from '../mapping/samples.ts';
import {
  type Comparison,
  compare,
  type ExplainedChange,
  explain,
  failureOf,
  isDifferent,
  make,
} from '../mapping/versions/compare.ts';
import { createTally, type Tally } from '../mapping/versions/tally.ts';
import type { Io } from './io.ts';
import { lineChanges } from './line-changes.ts';
import { table } from './table.ts';

/** What `mapping diff` needs of the rest of the bridge. */
export interface DiffDependencies {
  definitions(): Definitions;
  sourceSchema(): JsonSchema;
  /** Checks an assessment of a file. @throws BridgeError `assessment-invalid` */
  check(value: unknown, file: string): Assessment;
  /** Reads an assessment from a file of its own. @throws BridgeError */
  read(file: string): Assessment;
}

interface Asked {
  readonly old: string;
  readonly new: string;
  readonly messages: readonly string[];
}

/** What was asked for; undefined on wrong use. */
export function parseDiff(args: readonly string[]): Asked | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { messages: { type: 'string', multiple: true, default: [] } },
    });
    const [old, young, ...more] = positionals;
    // Files may follow one `--messages`, as a shell makes them of a pattern.
    if (old === undefined || young === undefined || (more.length > 0 && values.messages.length === 0)) {
      return undefined;
    }
    return { old, new: young, messages: [...values.messages, ...more] };
  } catch {
    // Whatever parseArgs objects to, the usage text answers.
    return undefined;
  }
}

/**
 * Maps the samples of both folders, and further assessments, by both versions and tells what is different, with values.
 * @returns the exit status: 1 when something is different or could not be sent
 */
export function diffFolders(asked: Asked, deps: DiffDependencies, io: Io): number {
  const definitions = deps.definitions();
  const load = (folder: string) => loadMappings({ folder, definitions, sourceSchema: deps.sourceSchema() });
  const versions = { before: load(asked.old), after: load(asked.new) };
  const validator = createValidator(definitions);
  const tally = createTally();
  const counts = { same: 0, different: 0, invalid: 0, failed: 0 };
  for (const [name, assessment] of assessmentsOf(asked, deps)) {
    const context = sampleContext(assessment);
    const before = make(versions.before, assessment, context);
    const after = make(versions.after, assessment, context);
    const compared = compare(before, after, (bundle) =>
      validator
        .validate(bundle)
        .filter(({ severity }) => severity === 'error' || severity === 'fatal')
        .map(({ diagnostics, expression }) => ({ text: diagnostics, at: expression })),
    );
    const failure = failureOf(after);
    tally.add(compared.changes);
    counts[isDifferent(compared) ? 'different' : 'same'] += 1;
    if (failure !== undefined) counts.failed += 1;
    if (compared.faults.length > 0) counts.invalid += 1;
    if (isDifferent(compared) || failure !== undefined || compared.faults.length > 0) {
      show(name, compared, explain(compared.changes, versions, assessment, context), io);
    }
  }
  return summary(counts, tally, io);
}

/** The samples of both folders by name, those of the new one before those of the old, and what else was named. */
function assessmentsOf({ old, new: young, messages }: Asked, { check, read }: DiffDependencies) {
  const samples = [old, young].flatMap((folder) =>
    readSamples(folder, check).map(({ file, assessment }): [string, Assessment] => [file, assessment]),
  );
  return new Map([...samples, ...messages.map((file): [string, Assessment] => [file, read(file)])]);
}

function show(name: string, compared: Comparison, changes: readonly ExplainedChange[], io: Io): void {
  io.out(name);
  for (const change of changes) showChange(change, io);
  for (const [side, made] of [
    ['old', compared.before],
    ['new', compared.after],
  ] as const) {
    const failure = failureOf(made);
    if (failure) showFaults(`  the ${side} version makes no bundle (${failure.code})`, failure.details, io);
  }
  if (compared.faults.length > 0) showFaults('  the new bundle could not be sent', compared.faults, io);
}

function showFaults(title: string, details: readonly ErrorDetail[], io: Io): void {
  io.out(title);
  for (const { text, at } of details) io.out(`    ${at === undefined ? '' : `${at} `}${text}`);
}

function showChange({ kind, element, before, after, oldRule, newRule }: ExplainedChange, io: Io): void {
  io.out(`  ${kind} ${element}`);
  const rules = [oldRule, newRule].filter((rule) => rule !== undefined);
  if (rules.length > 0) io.out(`    ${[...new Set(rules)].join(' → ')}`);
  for (const { kind: side, line } of lineChanges(linesOf(element, before), linesOf(element, after))) {
    io.out(`    ${side === 'added' ? '+' : '-'} ${line}`);
  }
}

/** A value as lines: texts in base64 as what they hold, and JSON. */
function linesOf(element: string, side: { readonly value: unknown } | undefined): string[] {
  if (side === undefined) return [];
  const { value } = side;
  if (typeof value === 'string' && element.endsWith('.data')) {
    return Buffer.from(value, 'base64').toString('utf8').split('\n');
  }
  return (JSON.stringify(value, undefined, 2) ?? '').split('\n');
}

function summary(
  counts: Readonly<Record<'same' | 'different' | 'invalid' | 'failed', number>>,
  tally: Tally,
  io: Io,
): number {
  const { same, different, invalid, failed } = counts;
  const rows = tally
    .elements()
    .map(({ element, ...numbers }) => [
      element,
      ...[numbers.messages, numbers.added, numbers.removed, numbers.changed].map(String),
    ]);
  if (rows.length > 0) {
    for (const line of ['', ...table(['element', 'assessments', 'added', 'removed', 'changed'], rows), '']) {
      io.out(line);
    }
  }
  io.out(
    `${same + different} assessments: ${same} same, ${different} different; the new version makes ${invalid} bundles that could not be sent, and ${failed} none.`,
  );
  return different + invalid + failed > 0 ? 1 : 0;
}
