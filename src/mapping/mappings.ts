import type { Bundle } from '@medplum/fhirtypes';
import type { Assessment } from '../assessment/assessment.ts';
import { BridgeError } from '../errors.ts';
import type { Definitions } from '../fhir/definitions.ts';
import { makeBundle, type Program } from './bundle.ts';
import { readConceptMaps } from './check/concept-maps.ts';
import { type JsonSchema, shapeOf } from './check/shape.ts';
import { type Compiler, createCompiler } from './code/compiler.ts';
import { isRepeated, type ResourceCode } from './code/resource.ts';
import { type Kind, readKinds } from './data/catalogue.ts';
import type { Translator, Unmapped } from './data/concept-map.ts';
import { readSurroundings, type Surroundings } from './data/surroundings.ts';
import { digestOf } from './digest.ts';
import {
  type Files,
  type MappingFolder,
  openFiles,
  type ParsedFiles,
  readMappingFolder,
} from './files/files.ts';
import { type Mistake, type Report, showPlace } from './files/place.ts';
import { type MappingFile, readMappingFile, templateReader } from './mapping-file.ts';
import { checkNeeds } from './needs.ts';
import type { MessageContext } from './predefined.ts';
import { type Traceable, traceBundle } from './trace/bundle.ts';
import { type Trace, traceOf } from './trace/trace.ts';

/** The mapping for kinds that the catalogue does not know. */
export const GENERIC = 'generic';

/** A folder of mappings, checked and compiled. */
export interface Mappings {
  /** Changes when anything changes that a bundle depends on. */
  readonly digest: string;
  readonly mappings: readonly MappingVersion[];
  readonly kinds: readonly Kind[];
  /** What all this was made of. */
  readonly folder: MappingFolder;
  /**
   * Makes the canonical bundle of an assessment.
   * @throws BridgeError `mapping-failed` naming the rule by file:line:column; `code-unmapped` naming the ConceptMap
   *   too, when it does not list a code and says to hold
   */
  map(assessment: Assessment, context: MessageContext): Mapped;
  /**
   * Makes the same bundle slowly, and says where each of its elements came from.
   * @throws BridgeError as `map` does
   */
  trace(assessment: Assessment, context: MessageContext): Trace;
}

/** A mapping of a folder. */
interface MappingVersion {
  readonly name: string;
  readonly digest: string;
  /** Paths into the assessment, `recipient.queue`: without each of them an assessment is not complete. */
  readonly needs: readonly string[];
}

/** A canonical bundle with the mapping that made it. */
interface Mapped {
  readonly mapping: string;
  readonly digest: string;
  readonly bundle: Bundle;
  /** Codes that a ConceptMap did not list, in the order they were met. */
  readonly unmapped: readonly Unmapped[];
}

type Compiled = Program & MappingVersion & { readonly traceable: Traceable };

interface LoadOptions {
  /** Its path, or its files as they were at one moment. */
  readonly folder: string | MappingFolder;
  readonly definitions: Definitions;
  /** JSON Schema of the assessment; `$ref`s point into the same document. */
  readonly sourceSchema: JsonSchema;
  /** For loading the same folder again and again. */
  readonly parsed?: ParsedFiles;
  /** Is shown the code of each template: for whoever looks for a fault in it. */
  readonly show?: (code: ResourceCode) => void;
}

/**
 * Loads, checks and compiles a folder of mappings.
 * @throws BridgeError `mapping-invalid` with every mistake of every file at its file:line:column
 */
export function loadMappings(options: LoadOptions): Mappings {
  const steps = loadingMappings(options);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  return step.value;
}

/**
 * The same in steps of some milliseconds, so that a service can answer between them.
 * @throws BridgeError `mapping-invalid`, from its last step
 */
export function* loadingMappings(options: LoadOptions): Generator<void, Mappings, void> {
  const folder = typeof options.folder === 'string' ? readMappingFolder(options.folder) : options.folder;
  const files = openFiles(folder, options.parsed);
  const mistakes: Mistake[] = [];
  const report: Report = (place, text) => mistakes.push({ place, text });
  const surroundings = readSurroundings(files, report);
  yield;
  const maps = readConceptMaps(files, { ...options, base: surroundings.settings.base, report });
  const names = files.folders().filter((name) => files.exists(`${name}/mapping.yaml`));
  if (!names.includes(GENERIC)) {
    report({ file: files.label(GENERIC), line: 1, column: 1 }, `The mapping "${GENERIC}" is not there.`);
  }
  yield;
  const kinds = kindsOf(files, names, report);
  const compiler = createCompiler({ ...options, surroundings, maps, report });
  const read = templateReader(files, report);
  const source = {
    source: shapeOf(options.sourceSchema, options.sourceSchema),
    document: options.sourceSchema,
  };
  const traced = { maps, cardinality: compiler.cardinality, surroundings, evaluators: new Map() };
  const shared = sharedContent(surroundings, maps);
  const compiled: Compiled[] = [];
  for (const name of names) {
    yield;
    const file = readMappingFile(files, name, read, report);
    if (!file) continue;
    checkNeeds(file.needs, source, report);
    const own = kinds.filter(({ mapping }) => mapping === name);
    compiled.push({
      name,
      digest: digestOf([file.content, own, shared]),
      needs: file.needs.map(({ text }) => text),
      resources: yield* compiledResources(file, compiler, mistakes),
      traceable: { resources: file.resources, ...traced },
    });
  }
  if (mistakes.length > 0) throw new BridgeError('mapping-invalid', detailsOf(mistakes));
  return mappingsOf(compiled, kinds, surroundings, folder);
}

function kindsOf(files: Files, names: readonly string[], report: Report): Kind[] {
  const yaml = files.yaml('kinds.yaml', report);
  return yaml ? readKinds(yaml, names, report) : [];
}

/** What every bundle may depend on besides its mapping, for digests. */
function sharedContent(
  { texts, urgency, settings, layouts }: Surroundings,
  maps: ReadonlyMap<string, Translator>,
): unknown {
  const codes = [...maps.values()].map(({ name, source }) => [name, source]);
  return [
    ...[texts, [...urgency.fi], settings.all, codes],
    ...[layouts.names, layouts.byDefault, [...layouts.recipients]],
  ];
}

function* compiledResources(
  { resources }: MappingFile,
  compiler: Compiler,
  mistakes: readonly Mistake[],
): Generator<void, Program['resources'], void> {
  const named = resources.map((each) => ({ ...each, repeated: isRepeated(each.template) }));
  const urls = new Map(named.map(({ name, repeated }) => [name, repeated]));
  for (const { template } of named) {
    yield;
    compiler.check(template, urls);
  }
  const compiled: Program['resources'][number][] = [];
  for (const { name, template, repeated } of mistakes.length > 0 ? [] : named) {
    yield;
    compiled.push({ name, run: compiler.compile(template), repeated });
  }
  return compiled;
}

/** Each mistake once, though a fragment is checked wherever it is included. */
function detailsOf(mistakes: readonly Mistake[]): { text: string; at: string }[] {
  const sorted = mistakes.toSorted(
    ({ place: a }, { place: b }) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column,
  );
  const unique = new Map(
    sorted.map(({ place, text }) => [`${showPlace(place)} ${text}`, { text, at: showPlace(place) }]),
  );
  return [...unique.values()];
}

function mappingsOf(
  compiled: readonly Compiled[],
  kinds: readonly Kind[],
  surroundings: Surroundings,
  folder: MappingFolder,
): Mappings {
  const byName = new Map(compiled.map((mapping) => [mapping.name, mapping]));
  const byId = new Map(kinds.map((kind) => [kind.id, kind]));
  const mappings = compiled.map(({ name, digest, needs }) => ({ name, digest, needs }));
  const mappingOf = ({ kind: { id } }: Assessment): { mapping: Compiled; kind: Kind | undefined } => {
    const kind = byId.get(id);
    const mapping = byName.get(kind?.mapping ?? GENERIC);
    if (mapping) return { mapping, kind };
    throw new BridgeError('mapping-failed', [{ text: 'The mapping of this kind is not loaded.' }]);
  };
  return {
    digest: digestOf([mappings, kinds]),
    mappings,
    kinds,
    folder,
    map: (assessment, context) => {
      const { mapping, kind } = mappingOf(assessment);
      const made = makeBundle(mapping, assessment, context, kind, surroundings);
      return { mapping: mapping.name, digest: mapping.digest, ...made };
    },
    trace: (assessment, context) => {
      const { mapping, kind } = mappingOf(assessment);
      const traced = traceBundle(mapping.traceable, assessment, context, kind);
      return traceOf(mapping, traced);
    },
  };
}
