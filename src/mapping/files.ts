import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Report } from './place.ts';
import { readYaml, type Yaml } from './yaml.ts';

/** The files of a mappings folder, named in messages from the folder's own name on. */
export interface Files {
  /** A file's YAML, read once; undefined when it is not there or not YAML, which is reported the first time. */
  yaml(path: string, report: Report): Yaml | undefined;
  /** Names and paths of the files of a subfolder with an ending, sorted; none when it is not there. */
  list(folder: string, ending: string): { name: string; path: string; label: string }[];
  /** The subfolders, sorted. */
  folders(): string[];
  exists(path: string): boolean;
  /** How a file is named in messages. */
  label(path: string): string;
}

/** Opens a mappings folder; paths are relative to it. */
export function openFiles(folder: string): Files {
  const label = (path: string): string => join(basename(folder), path);
  const read = new Map<string, Yaml | undefined>();
  const yamlOf = (path: string, report: Report): Yaml | undefined => {
    const full = join(folder, path);
    if (existsSync(full)) return readYaml(readFileSync(full, 'utf8'), label(path), report);
    report({ file: label(path), line: 1, column: 1 }, 'The file is not there.');
    return undefined;
  };
  return {
    label,
    // A folder that is not there has none; its missing files are then reported.
    folders: () =>
      (existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [])
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .sort(),
    exists: (path) => existsSync(join(folder, path)),
    yaml: (path, report) => {
      if (!read.has(path)) read.set(path, yamlOf(path, report));
      return read.get(path);
    },
    list: (sub, ending) => {
      if (!existsSync(join(folder, sub))) return [];
      return readdirSync(join(folder, sub))
        .filter((name) => name.endsWith(ending))
        .sort()
        .map((name) => ({
          name: name.slice(0, -ending.length),
          path: join(folder, sub, name),
          label: label(join(sub, name)),
        }));
    },
  };
}

/** A JSON file's content; undefined when it is not JSON, which is reported. */
export function readJson(path: string, label: string, report: Report): unknown {
  try {
    const content: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return content;
  } catch (error) {
    report({ file: label, line: 1, column: 1 }, `The file is not JSON: ${String(error)}`);
    return undefined;
  }
}

/** The path of an `$include`, relative to the mappings folder; undefined when it leads out of the folder. */
export function includedPath(from: string, path: string): string | undefined {
  const joined = join(dirname(from), path);
  return path.startsWith('/') || joined.startsWith('..') ? undefined : joined;
}
