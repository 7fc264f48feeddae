import type { Files } from './files/files.ts';
import { includedPath } from './files/files.ts';
import { membersOf, textOf } from './files/members.ts';
import type { Place, Report } from './files/place.ts';
import { plain, type Yaml } from './files/yaml.ts';
import { type Need, readNeeds } from './needs.ts';
import { readTemplate } from './template/read-template.ts';
import type { Template } from './template/template.ts';

/** A mapping.yaml with its templates, not yet checked. */
export interface MappingFile {
  readonly name: string;
  readonly needs: readonly Need[];
  readonly resources: readonly { readonly name: string; readonly template: Template }[];
  /** Everything that was read for it, without places and comments, by path. */
  readonly content: Readonly<Record<string, unknown>>;
}

/** Fragments that one resource may include, and how far in each other. */
const LARGEST = 1_000;
const DEEPEST = 20;

/** Reads a mapping's folder; mistakes are reported. */
export function readMappingFile(
  files: Files,
  folder: string,
  read: TemplateReader,
  report: Report,
): MappingFile | undefined {
  const path = `${folder}/mapping.yaml`;
  const yaml = files.yaml(path, report);
  if (!yaml) return undefined;
  const content: Record<string, unknown> = { [path]: plain(yaml) };
  const members = membersOf(yaml, 'A mapping', ['name', 'needs', 'extends', 'resources'], report);
  const name = members.get('name')?.value;
  const base = members.get('extends')?.value;
  const list = members.get('resources')?.value;
  const needs = members.get('needs')?.value;
  if (name?.kind !== 'scalar' || (base === undefined && list === undefined)) {
    if (yaml.kind === 'map') report(yaml.place, 'A mapping has a name and a list of resources.');
    return undefined;
  }
  if (name.value !== folder) report(name.place, `The name of this mapping is that of its folder: ${folder}.`);
  const extended = base ? extendedEntries(path, base, files, content, report) : [];
  const own = list ? entriesOf(path, list, report) : [];
  const resources = overlaid(extended, own).map(({ from, name: each, template: to, place }) => {
    const template = read(from, to, place);
    Object.assign(content, template.content);
    return { name: each, template: template.body };
  });
  return { name: folder, needs: needs ? readNeeds(needs, report) : [], resources, content };
}

/** A resource of a list, by which file its template is named. */
interface Entry {
  readonly from: string;
  readonly name: string;
  readonly template: string;
  readonly place: Place;
}

/** The list of resources that a mapping extends. */
function extendedEntries(
  path: string,
  base: Yaml,
  files: Files,
  content: Record<string, unknown>,
  report: Report,
): readonly Entry[] {
  const named = textOf(base, 'What a mapping extends', report);
  const file = named === undefined ? undefined : includedPath(path, named);
  if (file === undefined || !files.exists(file)) {
    if (named !== undefined) report(base.place, noFile(file, files));
    return [];
  }
  const list = files.yaml(file, report);
  if (!list) return [];
  content[file] = plain(list);
  return entriesOf(file, list, report);
}

function noFile(file: string | undefined, files: Files): string {
  return file === undefined
    ? 'The path leads out of the mappings folder.'
    : `There is no file ${files.label(file)}.`;
}

function entriesOf(from: string, list: Yaml, report: Report): readonly Entry[] {
  if (list.kind !== 'list') {
    if (list.kind !== 'broken') report(list.place, 'A list of resources is expected here.');
    return [];
  }
  const seen = new Set<string>();
  return list.items.flatMap((item) => {
    const entry = resourceEntry(item, report);
    if (!entry) return [];
    if (seen.has(entry.name)) report(item.place, `The resource "${entry.name}" is there twice.`);
    seen.add(entry.name);
    return [{ from, ...entry }];
  });
}

/** A resource of the second list stands in the place of one of the first that has its name, or comes after them. */
function overlaid(first: readonly Entry[], second: readonly Entry[]): readonly Entry[] {
  const entries = new Map(first.map((entry) => [entry.name, entry]));
  for (const entry of second) entries.set(entry.name, entry);
  return [...entries.values()];
}

/** Reads the template of a resource: once, however many mappings use it. */
type TemplateReader = (from: string, path: string, place: Place) => ReadTemplate;

interface ReadTemplate {
  readonly body: Template;
  /** Everything that was read for it, by path. */
  readonly content: Readonly<Record<string, unknown>>;
}

/** A reader for the templates of a folder; mistakes are reported. */
export function templateReader(files: Files, report: Report): TemplateReader {
  const before = new Map<string | undefined, ReadTemplate>();
  return (from, path, place) => {
    const file = includedPath(from, path);
    const known = before.get(file);
    if (known) return known;
    const content: Record<string, unknown> = {};
    const template = fragmentReader(files, content, report)(from, path, place, []);
    const read = { body: template?.body ?? ({ kind: 'broken', place } as const), content };
    if (template) before.set(template.file, read);
    return read;
  };
}

type FragmentReader = (
  from: string,
  path: string,
  place: Place,
  above: readonly string[],
) => { readonly file: string; readonly body: Template } | undefined;

function fragmentReader(files: Files, content: Record<string, unknown>, report: Report): FragmentReader {
  let count = 0;
  const read: FragmentReader = (from, path, place, above) => {
    const file = includedPath(from, path);
    count += 1;
    if (file === undefined || !files.exists(file)) {
      report(place, noFile(file, files));
      return undefined;
    }
    if (above.includes(file)) {
      report(place, `${files.label(file)} includes itself.`);
      return undefined;
    }
    if (above.length > DEEPEST) {
      report(place, `Fragments may include each other ${DEEPEST} deep.`);
      return undefined;
    }
    if (count > LARGEST) {
      report(place, `A resource may include at most ${LARGEST} fragments.`);
      return undefined;
    }
    const yaml = files.yaml(file, report);
    if (!yaml) return undefined;
    content[file] = plain(yaml);
    const body = readTemplate(yaml, {
      report,
      include: (inner, innerPlace) => read(file, inner, innerPlace, [...above, file]),
    });
    return body && { file, body };
  };
  return read;
}

function resourceEntry(
  item: Yaml,
  report: Report,
): { readonly name: string; readonly template: string; readonly place: Place } | undefined {
  const members = membersOf(item, 'A resource of a mapping', ['name', 'template'], report);
  const name = members.get('name')?.value;
  const template = members.get('template')?.value;
  if (name?.kind !== 'scalar' || template?.kind !== 'scalar') {
    if (item.kind === 'map') report(item.place, 'A resource of a mapping has a name and a template.');
    return undefined;
  }
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(String(name.value))) {
    report(name.place, 'The name of a resource has letters and digits only, a letter first.');
  }
  return { name: String(name.value), template: String(template.value), place: template.place };
}
