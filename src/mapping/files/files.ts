import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { readJsonText } from './json-text.ts';
import type { Report } from './place.ts';
import { readYaml, type Yaml } from './yaml.ts';

/** The files of a mappings folder that bundles depend on, as they were at one moment. */
export interface MappingFolder {
  /** The folder's own name, which messages begin with. */
  readonly name: string;
  /** The text of each YAML file and each ConceptMap by its path in the folder, sorted; samples, routes and schemas left out. */
  readonly files: ReadonlyMap<string, string>;
}

/** Folders that no bundle depends on: at the top, and of each mapping. */
const ASIDE = ['routes', 'schema'];
const SAMPLES = 'samples';

/** Reads a mappings folder from the disk; one that is not there has no files. */
export function readMappingFolder(folder: string): MappingFolder {
  const paths = existsSync(folder) ? pathsIn(folder, '') : [];
  return {
    name: basename(folder),
    files: new Map(paths.sort().map((path) => [path, readFileSync(join(folder, path), 'utf8')])),
  };
}

/** Names that begin with a dot are left out: editors and volume mounts keep their own things there. */
function pathsIn(folder: string, under: string): string[] {
  return readdirSync(join(folder, under)).flatMap((name) => {
    const path = posix.join(under, name);
    if (name.startsWith('.') || name === SAMPLES || ASIDE.includes(path)) return [];
    if (statSync(join(folder, path)).isDirectory()) return pathsIn(folder, path);
    return path.endsWith('.yaml') || (under === 'codes' && path.endsWith('.json')) ? [path] : [];
  });
}

/** The files of a mappings folder, read as YAML and JSON and named in messages from the folder's own name on. */
export interface Files {
  /** A file's content, read once; undefined when it is not there or not YAML (or JSON), which is reported the first time. */
  yaml(path: string, report: Report): Yaml | undefined;
  /** Names and paths of the files of a subfolder with an ending, sorted; none when it is not there. */
  list(folder: string, ending: string): { name: string; path: string }[];
  /** The subfolders, sorted. */
  folders(): string[];
  exists(path: string): boolean;
  /** How a file is named in messages. */
  label(path: string): string;
}

/** So many characters a file may have, and all files together: reading takes some ten microseconds a character at worst. */
const LONGEST = 100_000;
const LONGEST_TOGETHER = 1_000_000;

/** Files that were read before, by how they are named: what has not changed need not be parsed again. */
export type ParsedFiles = Map<string, { readonly text: string; readonly yaml: Yaml }>;

/** Opens a mappings folder; paths are relative to it. */
export function openFiles({ name: folder, files }: MappingFolder, parsed: ParsedFiles = new Map()): Files {
  const label = (path: string): string => posix.join(folder, path);
  const read = new Map<string, Yaml | undefined>();
  let together = 0;
  const yamlOf = (path: string, report: Report): Yaml | undefined => {
    const text = files.get(path);
    if (text !== undefined) {
      const known = parsed.get(label(path));
      if (known?.text === text) return known.yaml;
      together += text.length;
      if (text.length > LONGEST || together > LONGEST_TOGETHER) {
        report({ file: label(path), line: 1, column: 1 }, tooLong(text.length));
        return undefined;
      }
      const parse = path.endsWith('.json') ? readJsonText : readYaml;
      let isSound = true;
      const yaml = parse(text, label(path), (place, mistake) => {
        isSound = false;
        report(place, mistake);
      });
      // What was reported must be reported again.
      if (isSound && yaml !== undefined) parsed.set(label(path), { text, yaml });
      return yaml;
    }
    report({ file: label(path), line: 1, column: 1 }, 'The file is not there.');
    return undefined;
  };
  return {
    label,
    folders: () => [
      ...new Set([...files.keys()].flatMap((path) => (path.includes('/') ? (path.split('/')[0] ?? []) : []))),
    ],
    exists: (path) => files.has(path),
    yaml: (path, report) => {
      if (!read.has(path)) read.set(path, yamlOf(path, report));
      return read.get(path);
    },
    list: (sub, ending) =>
      [...files.keys()]
        .filter((path) => dirname(path) === sub && path.endsWith(ending))
        .map((path) => ({ name: basename(path, ending), path })),
  };
}

function tooLong(length: number): string {
  return length > LONGEST
    ? `The file has ${length} characters; at most ${LONGEST} are read.`
    : `The files have more than ${LONGEST_TOGETHER} characters together; the rest is not read.`;
}

/** The path of an `$include`, relative to the mappings folder; undefined when it leads out of the folder. */
export function includedPath(from: string, path: string): string | undefined {
  const joined = posix.join(dirname(from), path);
  return path.startsWith('/') || joined.startsWith('..') ? undefined : joined;
}
