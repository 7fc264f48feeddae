import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Bundle } from '@medplum/fhirtypes';
import type { Assessment } from '../assessment/assessment.ts';
import { projectFolder } from '../config.ts';
import { BridgeError } from '../errors.ts';
import type { Definitions } from '../fhir/definitions.ts';
import type { JsonSchema } from '../mapping/check/shape.ts';
import { loadMappings, type Mappings } from '../mapping/mappings.ts';
import { mapSample } from '../mapping/samples.ts';
import type { Io } from './io.ts';
import { type DiffDependencies, diffFolders, parseDiff } from './mapping-diff.ts';
import { lint } from './mapping-lint.ts';
import { writeSchemas } from './mapping-schema.ts';
import { testSamples } from './mapping-test.ts';

export const mappingUsage = `Usage: bridge mapping lint [DIR]
       bridge mapping schema [DIR]
       bridge mapping test [DIR] [--update] [--coverage] [--min-coverage PERCENT]
       bridge mapping preview FILE [--note] [--mappings DIR]
       bridge mapping diff OLD NEW [--messages FILE…]

lint     checks all templates, texts, codes, settings and routes; tells every mistake at its file:line:column,
         and what nothing uses (which is no mistake)
schema   writes JSON Schemas of all these files to DIR/schema, for editors to complete and check them
test     maps each <mapping>/samples/*.json and compares with the *.bundle.json beside it
         and tells which values of the samples no template reads
         --update    writes what the mapping makes now as the expected bundle
         --coverage  lists all values that are not read, and all branches of templates that no sample takes
         --min-coverage PERCENT  ends with 1 when a mapping reads less of the answers in its samples
preview  prints the canonical bundle of an assessment; with --note the text of its note
diff     maps the samples of two folders, and the assessments in FILE…, by both, and tells element by element
         what is different, with values, rules, and whether the new bundles could be sent
DIR is the folder of mappings (default: this project's).
Ends with 0 when all is well, 1 on mistakes or differences, 2 on wrong use.`;

/** What the command needs of the rest of the bridge; loaded only when it is used. */
export interface MappingDependencies {
  definitions(): Definitions;
  /** JSON Schema of the assessment; its references point into the same document. */
  sourceSchema(): JsonSchema;
  /** @throws BridgeError `assessment-invalid` */
  assessment(value: unknown): Assessment;
}

/**
 * The command `bridge mapping`.
 * @returns the exit status
 */
export async function mapping(args: string[], io: Io, deps: MappingDependencies): Promise<number> {
  const [verb, ...rest] = args;
  const compared = verb === 'diff' ? parseDiff(rest) : undefined;
  const asked = verb === 'diff' ? undefined : parse(args);
  if (!asked && !compared) {
    io.err(mappingUsage);
    return 2;
  }
  try {
    if (!asked) return compared ? diffFolders(compared, diffDependencies(deps), io) : 2;
    if (asked.verb === 'lint') return lint(asked.folder, deps, io);
    if (asked.verb === 'schema') return writeSchemas(asked.folder, deps.definitions(), io);
    const mappings = loadMappings({
      folder: asked.folder,
      definitions: deps.definitions(),
      sourceSchema: deps.sourceSchema(),
    });
    if (asked.verb === 'preview') return preview(asked, mappings, io, deps);
    return testSamples({ ...asked, read: (value, file) => read(value, file, deps) }, mappings, io);
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    io.err(error.message);
    for (const { at, text } of error.details) io.err(at === undefined ? text : `${at} ${text}`);
    return 1;
  }
}

function diffDependencies(deps: MappingDependencies): DiffDependencies {
  const check = (value: unknown, file: string) => read(value, file, deps);
  return { ...deps, check, read: (file) => check(jsonOf(file), file) };
}

interface Asked {
  readonly verb: 'lint' | 'schema' | 'test' | 'preview';
  readonly folder: string;
  readonly file: string;
  readonly update: boolean;
  readonly note: boolean;
  readonly coverage: boolean;
  readonly minCoverage: number;
}

function parse(args: string[]): Asked | undefined {
  const shipped = join(projectFolder, 'mappings');
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        update: { type: 'boolean', default: false },
        note: { type: 'boolean', default: false },
        coverage: { type: 'boolean', default: false },
        'min-coverage': { type: 'string', default: '0' },
        mappings: { type: 'string' },
      },
    });
    const [verb, operand, ...more] = positionals;
    const { update, note, coverage, mappings: folder } = values;
    const minCoverage = Number(values['min-coverage']);
    const options = { update, note, coverage, minCoverage };
    const isOfTest = update || coverage || minCoverage > 0;
    if (more.length > 0 || !(minCoverage >= 0 && minCoverage <= 100)) return undefined;
    if (verb === 'preview' && operand !== undefined && !isOfTest) {
      return { ...options, verb, folder: folder ?? shipped, file: operand };
    }
    if (note || folder !== undefined) return undefined;
    if (verb === 'test' || ((verb === 'lint' || verb === 'schema') && !isOfTest)) {
      return { ...options, verb, folder: operand ?? shipped, file: '' };
    }
    return undefined;
  } catch {
    // Whatever parseArgs objects to, the usage text answers.
    return undefined;
  }
}

function preview({ file, note }: Asked, mappings: Mappings, io: Io, deps: MappingDependencies): number {
  const bundle = mapSample(read(jsonOf(file), file, deps), mappings);
  io.out(note ? noteOf(bundle) : JSON.stringify(bundle, undefined, 2));
  return 0;
}

function jsonOf(file: string): unknown {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return value;
  } catch (error) {
    throw new BridgeError('body-not-json', [{ text: error instanceof Error ? error.message : '', at: file }]);
  }
}

/** An assessment that keeps to the contract; mistakes are told with their file. */
function read(value: unknown, file: string, deps: MappingDependencies): Assessment {
  try {
    return deps.assessment(value);
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    const details = error.details.map(({ text, at = '' }) => ({ text, at: `${file} ${at}` }));
    throw new BridgeError(error.code, details, { cause: error });
  }
}

/** The text of the notes in a bundle. */
function noteOf({ entry = [] }: Bundle): string {
  return entry
    .flatMap(({ resource }) => (resource?.resourceType === 'DocumentReference' ? resource.content : []))
    .map(({ attachment }) => Buffer.from(attachment.data ?? '', 'base64').toString('utf8'))
    .join('\n\n');
}
