import type { Assessment } from '../../assessment/assessment.ts';
import type { Trace } from './trace.ts';

/** How much of some samples their mapping reads. */
export interface Coverage {
  readonly mapping: string;
  readonly samples: number;
  /** Values of the samples: their texts, numbers, truths. */
  readonly values: number;
  /** How many of the values are of answers. */
  readonly answers: number;
  /** Those that neither stand in the bundle nor decide what does. */
  readonly unread: readonly { readonly sample: string; readonly pointer: string }[];
}

/** A branch of a template that no sample takes. */
export interface IdleBranch {
  readonly rule: string;
  readonly what: string;
}

/** A sample with what its mapping makes of it. */
export interface TracedSample {
  readonly sample: string;
  readonly assessment: Assessment;
  readonly trace: Trace;
}

/** The coverage of each mapping that has samples, in their order. */
export function coverageOf(samples: readonly TracedSample[]): readonly Coverage[] {
  const byMapping = Map.groupBy(samples, ({ trace }) => trace.mapping);
  return [...byMapping].map(([mapping, traced]) => {
    const read = traced.map(({ sample, assessment, trace }) => {
      const seen = sourcesOf(trace);
      const pointers = pointersOf(assessment, '');
      const unread = pointers.filter((pointer) => !seen.has(pointer));
      return { pointers, unread: unread.map((pointer) => ({ sample, pointer })) };
    });
    return {
      mapping,
      samples: traced.length,
      values: read.flatMap(({ pointers }) => pointers).length,
      answers: read.flatMap(({ pointers }) => pointers.filter(isOfAnswer)).length,
      unread: read.flatMap(({ unread }) => unread),
    };
  });
}

/** Whether a JSON pointer leads into an answer. */
export function isOfAnswer(pointer: string): boolean {
  return /^\/sections\/\d+\/questions\/\d+\/answers\//.test(pointer);
}

/** The branches that no sample takes; a fragment's counts as taken wherever it was. */
export function idleBranches(samples: readonly TracedSample[]): readonly IdleBranch[] {
  const branches = samples.flatMap(({ trace }) => trace.branches);
  const taken = new Set(branches.filter((branch) => branch.taken).map(key));
  const idle = branches.filter((branch) => !taken.has(key(branch)));
  return [...new Map(idle.map((branch) => [key(branch), branch])).values()];
}

function key({ rule, what }: IdleBranch): string {
  return `${rule} ${what}`;
}

function sourcesOf({ elements }: Trace): ReadonlySet<string> {
  const origins = elements.flatMap((element) => [element, ...(element.parts ?? [])]);
  return new Set(origins.flatMap(({ sources, decidedBy }) => [...sources, ...decidedBy]));
}

/** The JSON pointers (RFC 6901) of the values in a value. */
function pointersOf(value: unknown, pointer: string): readonly string[] {
  if (typeof value !== 'object' || value === null) return [pointer];
  return Object.entries(value).flatMap(([name, inner]) =>
    pointersOf(inner, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}
