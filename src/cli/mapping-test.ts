import { writeFileSync } from 'node:fs';
import type { Assessment } from '../assessment/assessment.ts';
import type { Mappings } from '../mapping/mappings.ts';
import { mapSample, readSamples, type Sample, sampleDifferences, traceSample } from '../mapping/samples.ts';
import { coverageOf, idleBranches, isOfAnswer, type TracedSample } from '../mapping/trace/coverage.ts';
import type { Io } from './io.ts';

/** What is asked of `bridge mapping test`. */
export interface TestOptions {
  readonly folder: string;
  /** Write what the mapping makes now as the expected bundles. */
  readonly update: boolean;
  /** Tell everything that no template reads, and every branch that no sample takes. */
  readonly coverage: boolean;
  /** Least per cent of the values in the answers of each mapping's samples that must be read. */
  readonly minCoverage: number;
  /** @throws BridgeError `assessment-invalid` naming the file */
  read(value: unknown, file: string): Assessment;
}

/** Values longer than this are cut in what is shown. */
const WIDTH = 160;
/** Lines of a list that is not asked for in full. */
const FEW = 5;

/**
 * Holds the samples against their expected bundles, and tells what of them no template reads.
 * @returns the exit status
 */
export function testSamples(options: TestOptions, mappings: Mappings, io: Io): number {
  const samples = readSamples(options.folder, options.read);
  if (samples.length === 0) {
    io.err('There is no sample.');
    return 1;
  }
  const { update } = options;
  const different = samples.filter((sample) => !compare(sample, update, mappings, io)).length;
  io.out(`${samples.length} samples, ${different} ${update ? 'written' : 'different'}.`);
  const isCovered = tellCoverage(samples, options, mappings, io);
  return (different > 0 && !update) || !isCovered ? 1 : 0;
}

function compare(sample: Sample, update: boolean, mappings: Mappings, io: Io): boolean {
  const found = sampleDifferences(sample, mappings);
  if (found.length === 0) return true;
  if (update) {
    const bundle = mapSample(sample.assessment, mappings);
    writeFileSync(sample.expectedPath, `${JSON.stringify(bundle, undefined, 2)}\n`);
    io.out(`${sample.file}: written`);
    return false;
  }
  if (sample.expected === undefined)
    io.out(`${sample.file}: there is no expected bundle (--update writes it)`);
  else {
    io.out(`${sample.file}: different`);
    for (const { path, expected, actual } of found) {
      io.out(`  ${path}`);
      io.out(`    - ${show(expected)}`);
      io.out(`    + ${show(actual)}`);
    }
  }
  return false;
}

function show(value: unknown): string {
  const text = value === undefined ? '(nothing)' : JSON.stringify(value);
  return text.length > WIDTH ? `${text.slice(0, WIDTH)}…` : text;
}

/** Whether each mapping reads as much of its samples as is asked. */
function tellCoverage(
  samples: readonly Sample[],
  { coverage, minCoverage }: TestOptions,
  mappings: Mappings,
  io: Io,
): boolean {
  const traced = samples.map(
    ({ file, assessment }): TracedSample => ({
      sample: file,
      assessment,
      trace: traceSample(assessment, mappings),
    }),
  );
  const found = coverageOf(traced);
  const short: string[] = [];
  for (const { mapping, samples: count, values, answers, unread } of found) {
    const lost = unread.filter(({ pointer }) => isOfAnswer(pointer)).length;
    const read = `${share(answers, lost)} of the answers' values, ${share(values, unread.length)} of all`;
    io.out(`${mapping}: ${count} samples; read are ${read}.`);
    const lines = unread.map(({ sample, pointer }) => `not read: ${sample} ${pointer}`);
    list(lines, coverage, io);
    if ((answers - lost) * 100 < minCoverage * answers) short.push(mapping);
  }
  const idle = idleBranches(traced).map(({ rule, what }) => `${rule} ${what}`);
  if (idle.length > 0) io.out(`Branches of templates that no sample takes: ${idle.length}.`);
  if (coverage) list(idle, true, io);
  for (const mapping of short)
    io.err(`${mapping}: less than ${minCoverage} % of the answers' values are read.`);
  return short.length === 0;
}

/** How much of some values is read; per cent are cut to one decimal, so that 100 stands for all of them only. */
function share(all: number, unread: number): string {
  const percent = all === 0 ? 100 : Math.floor((1 - unread / all) * 1000) / 10;
  return `${percent} % (${all - unread}/${all})`;
}

function list(lines: readonly string[], whole: boolean, io: Io): void {
  for (const line of whole ? lines : lines.slice(0, FEW)) io.out(`  ${line}`);
  if (!whole && lines.length > FEW) io.out(`  and ${lines.length - FEW} more (--coverage lists all)`);
}
