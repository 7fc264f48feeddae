import { type Files, includedPath, type MappingFolder, openFiles } from '../files/files.ts';
import type { Mistake, Place } from '../files/place.ts';
import type { Yaml, YamlMember } from '../files/yaml.ts';

const GENERIC = 'generic';
/** A path below the texts; a name before a parenthesis is a function. */
const TEXT_PATH = /%(?:text|ownText)((?:\.\w+(?![\w(]))*)/g;

/**
 * What a folder holds and nothing uses: templates, ConceptMaps, mappings, texts. No mistakes, but worth a look.
 * @param folder one that loads without mistakes
 */
export function unusedIn(folder: MappingFolder): Mistake[] {
  const files = openFiles(folder);
  const paths = [...folder.files.keys()];
  const mappings = paths.filter((path) => path.endsWith('/mapping.yaml'));
  const use = useOf(files, mappings);
  const unused = (path: string, text: string): Mistake => ({
    place: { file: files.label(path), line: 1, column: 1 },
    text,
  });
  return [
    ...paths
      .filter((path) => isTemplate(path) && !use.templates.has(path))
      .map((path) => unused(path, 'No mapping includes this template.')),
    ...files
      .list('codes', '.json')
      .filter(({ name }) => !use.maps.has(name))
      .map(({ name, path }) => unused(path, `Nothing translates by the ConceptMap "${name}".`)),
    ...mappings
      .filter((path) => !use.mappings.has(path.split('/')[0] ?? ''))
      .map((path) => unused(path, 'No kind goes through this mapping.')),
    ...textKeys(contentOf(files, 'texts/fi.yaml'))
      .filter(({ key }) => ![...use.texts].some((path) => isWithin(path, key) || isWithin(key, path)))
      .map(({ key, place }) => ({ place, text: `No template uses the text "${key}".` })),
  ];
}

function isTemplate(path: string): boolean {
  return /^(?!texts\/|sources\/).+\/.+\.yaml$/.test(path) && !path.endsWith('/mapping.yaml');
}

function isWithin(path: string, other: string): boolean {
  return other === '' || path === other || path.startsWith(`${other}.`);
}

interface Use {
  readonly templates: Set<string>;
  readonly maps: Set<string>;
  readonly mappings: ReadonlySet<string>;
  /** Paths below `%text`; an empty one means all of them. */
  readonly texts: Set<string>;
}

function useOf(files: Files, mappings: readonly string[]): Use {
  const kinds = [...membersBelow(contentOf(files, 'kinds.yaml'))].filter(({ key }) => key === 'mapping');
  const taken = kinds.flatMap(({ value }) => [...textsBelow(value)]);
  const use: Use = {
    templates: new Set(),
    maps: new Set(),
    mappings: new Set([GENERIC, ...taken]),
    texts: new Set(),
  };
  for (const path of mappings) follow(path, files, use);
  const urls = [...use.maps].flatMap((name) => leadsFrom(contentOf(files, `codes/${name}.json`)));
  for (const { name, path } of files.list('codes', '.json')) {
    const [url] = textsOf(contentOf(files, path), 'url');
    if (url !== undefined && urls.includes(url)) use.maps.add(name);
  }
  return use;
}

/** Members that name another file. */
const FOLLOWED = ['$include', 'template', 'extends'];

/** Notes what a file uses, and goes on to the templates that it names. */
function follow(path: string, files: Files, use: Use): void {
  const content = contentOf(files, path);
  for (const text of textsBelow(content)) {
    for (const [, found = ''] of text.matchAll(TEXT_PATH)) use.texts.add(found.slice(1));
  }
  for (const { key, value } of membersBelow(content)) {
    if (key === '$translate') for (const map of textsOf(value, 'map')) use.maps.add(map);
    if (!FOLLOWED.includes(key)) continue;
    for (const text of textsBelow(value)) {
      const next = includedPath(path, text);
      if (next === undefined || use.templates.has(next) || !files.exists(next)) continue;
      use.templates.add(next);
      follow(next, files, use);
    }
  }
}

/** The addresses of the maps that a map leads to. */
function leadsFrom(map: Yaml | undefined): string[] {
  const unmapped = [...membersBelow(map)].filter(({ key }) => key === 'unmapped');
  return unmapped.flatMap(({ value }) => textsOf(value, 'url'));
}

function contentOf(files: Files, path: string): Yaml | undefined {
  // Nothing is reported of a folder that loads without mistakes.
  return files.exists(path) ? files.yaml(path, () => undefined) : undefined;
}

function textsOf(yaml: Yaml | undefined, name: string): string[] {
  const member = yaml?.kind === 'map' ? yaml.members.find(({ key }) => key === name) : undefined;
  return member?.value.kind === 'scalar' ? [String(member.value.value)] : [];
}

function* membersBelow(yaml: Yaml | undefined): Generator<YamlMember> {
  if (yaml?.kind === 'list') for (const item of yaml.items) yield* membersBelow(item);
  for (const member of yaml?.kind === 'map' ? yaml.members : []) {
    yield member;
    yield* membersBelow(member.value);
  }
}

function* textsBelow(yaml: Yaml | undefined): Generator<string> {
  if (yaml?.kind === 'scalar') yield String(yaml.value);
  if (yaml?.kind === 'list') for (const item of yaml.items) yield* textsBelow(item);
  for (const { value } of yaml?.kind === 'map' ? yaml.members : []) yield* textsBelow(value);
}

function textKeys(yaml: Yaml | undefined, above = ''): { key: string; place: Place }[] {
  return (yaml?.kind === 'map' ? yaml.members : []).flatMap(({ key, keyPlace, value }) => {
    const path = above === '' ? key : `${above}.${key}`;
    return value.kind === 'map' ? textKeys(value, path) : [{ key: path, place: keyPlace }];
  });
}
