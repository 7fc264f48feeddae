import type { Bundle } from '@medplum/fhirtypes';
import type { Assessment } from '../assessment/assessment.ts';
import { BridgeError, type ErrorCode, type ErrorDetail } from '../errors.ts';
import type { MessageLog } from '../log/log.ts';
import type { MessageContent } from '../log/message.ts';
import type { MappingFolder } from '../mapping/files/files.ts';
import type { Mappings } from '../mapping/mappings.ts';
import type { Change } from '../mapping/versions/changes.ts';
import {
  type Comparison,
  compare,
  type ExplainedChange,
  explain,
  failureOf,
  isDifferent,
  make,
} from '../mapping/versions/compare.ts';
import { inSlices } from '../mapping/versions/slices.ts';
import { createTally, type ElementTally, type Tally } from '../mapping/versions/tally.ts';

/** Which version to try, over which messages. */
export interface DiffRequest {
  /** Texts that stand in place of those of the live folder, by path; null takes a file away. */
  readonly files: Readonly<Record<string, string | null>>;
  /** So many of the newest messages. */
  readonly last: number;
  readonly kind?: string;
}

export interface DiffOptions {
  readonly log: Pick<MessageLog, 'latest'>;
  readonly live: () => Mappings;
  readonly load: (folder: MappingFolder) => Generator<void, Mappings, void>;
  /** Reads a stored payload. @throws BridgeError `mapping-failed`. */
  readonly read: (stored: MessageContent) => Assessment;
  readonly validate: (bundle: Bundle) => readonly ErrorDetail[];
  /** Whether nobody waits for the answer any more. */
  readonly stopped: () => boolean;
}

/** What would change, without any value of a message. */
export interface DiffReport {
  readonly live: string;
  readonly proposed: string;
  readonly files: { readonly changed: string[]; readonly added: string[]; readonly removed: string[] };
  readonly messages: {
    readonly compared: number;
    readonly same: number;
    readonly different: number;
    /** Of which the proposed version makes a bundle that its profiles forbid. */
    readonly invalid: number;
    /** Of which it makes none. */
    readonly failed: number;
    /** Whose payload cannot be read any more. */
    readonly unreadable: number;
  };
  readonly elements: readonly ElementTally[];
  /** The newest of the messages that are different, invalid or failed; no more than fit into an answer. */
  readonly changes: readonly MessageDiff[];
}

interface MessageDiff {
  readonly id: string;
  readonly kind: string;
  readonly live: Outcome;
  readonly proposed: Outcome;
  readonly elements: readonly ElementDiff[];
  /** How many more elements are different. */
  readonly more: number;
  readonly faults: readonly ErrorDetail[];
}

type Outcome =
  | { readonly mapping: string; readonly digest: string }
  | { readonly failure: ErrorCode; readonly details: readonly ErrorDetail[] };

interface ElementDiff {
  readonly element: string;
  readonly change: Change['kind'];
  readonly oldRule?: string;
  readonly newRule?: string;
}

/** Messages that are read from the log at a time. */
const PAGE = 20;
/** What an answer holds at most: messages, and elements of each. */
const MESSAGES = 100;
const ELEMENTS = 50;

/**
 * Runs a version of the mappings that is not live over stored messages and compares it with the live one. Nothing is
 * stored, and others have their turn meanwhile.
 * @throws BridgeError `mapping-refused` when the version has mistakes
 */
export async function diffOverMessages(request: DiffRequest, options: DiffOptions): Promise<DiffReport> {
  const before = options.live();
  const overlay = overlaid(before.folder, request.files);
  const after = await loaded(overlay.folder, options.load);
  const counts = { compared: 0, same: 0, different: 0, invalid: 0, failed: 0, unreadable: 0 };
  const tally = createTally();
  const changes: MessageDiff[] = [];
  const asked = request.kind === undefined ? {} : { kind: request.kind };
  let last: string | undefined;
  for (let left = request.last; left > 0 && !options.stopped(); left -= PAGE) {
    const page = await options.log.latest({
      ...asked,
      limit: Math.min(PAGE, left),
      ...(last === undefined ? {} : { after: last }),
    });
    if (page.length === 0) break;
    last = page.at(-1)?.id;
    await inSlices(comparePage(page, { before, after }, options, { counts, tally, changes }));
  }
  return {
    live: before.digest,
    proposed: after.digest,
    files: overlay.files,
    messages: counts,
    elements: tally.elements(),
    changes,
  };
}

async function loaded(folder: MappingFolder, load: DiffOptions['load']): Promise<Mappings> {
  try {
    return await inSlices(load(folder));
  } catch (error) {
    if (!(error instanceof BridgeError) || error.code !== 'mapping-invalid') throw error;
    throw new BridgeError('mapping-refused', error.details, { cause: error });
  }
}

interface Found {
  readonly counts: { -readonly [Name in keyof DiffReport['messages']]: number };
  readonly tally: Tally;
  readonly changes: MessageDiff[];
}

function* comparePage(
  page: readonly MessageContent[],
  versions: { readonly before: Mappings; readonly after: Mappings },
  { read, validate }: DiffOptions,
  { counts, tally, changes }: Found,
): Generator<void, void, void> {
  for (const content of page) {
    const assessment = readable(content, read);
    if (assessment === undefined) {
      counts.unreadable += 1;
      continue;
    }
    const { id, source, acceptedAt } = content;
    const context = { messageId: id, source, acceptedAt: new Date(acceptedAt).toISOString() };
    const before = make(versions.before, assessment, context);
    const after = make(versions.after, assessment, context);
    const compared = compare(before, after, validate);
    const failed = failureOf(compared.after) !== undefined;
    const isOther = isDifferent(compared);
    counts.compared += 1;
    counts[isOther ? 'different' : 'same'] += 1;
    if (failed) counts.failed += 1;
    if (compared.faults.length > 0) counts.invalid += 1;
    tally.add(compared.changes);
    if ((isOther || failed || compared.faults.length > 0) && changes.length < MESSAGES) {
      const shown = explain(compared.changes.slice(0, ELEMENTS), versions, assessment, context);
      changes.push(messageDiff(content, compared, shown));
    }
    yield;
  }
}

function readable(content: MessageContent, read: DiffOptions['read']): Assessment | undefined {
  try {
    return read(content);
  } catch (error) {
    if (error instanceof BridgeError) return undefined;
    throw error;
  }
}

function messageDiff(
  { id, kind }: MessageContent,
  { before, after, changes, faults }: Comparison,
  shown: readonly ExplainedChange[],
): MessageDiff {
  return {
    id,
    kind,
    live: outcome(before),
    proposed: outcome(after),
    elements: shown.map(({ element, kind: change, oldRule, newRule }) => ({
      element,
      change,
      ...(oldRule === undefined ? {} : { oldRule }),
      ...(newRule === undefined ? {} : { newRule }),
    })),
    more: changes.length - shown.length,
    faults,
  };
}

function outcome(made: Comparison['before']): Outcome {
  if ('failure' in made) return { failure: made.failure.code, details: made.failure.details };
  return { mapping: made.mapping, digest: made.digest };
}

/** The live folder with some files in place of its own, and which these are. */
function overlaid({ name, files }: MappingFolder, given: DiffRequest['files']) {
  const texts = new Map(files);
  for (const [path, text] of Object.entries(given)) {
    if (text === null) texts.delete(path);
    else texts.set(path, text);
  }
  const sorted = [...texts].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    folder: { name, files: new Map(sorted) },
    files: {
      changed: sorted
        .filter(([path, text]) => files.has(path) && files.get(path) !== text)
        .map(([path]) => path),
      added: sorted.filter(([path]) => !files.has(path)).map(([path]) => path),
      removed: [...files.keys()].filter((path) => !texts.has(path)),
    },
  };
}
