import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Place, Report } from './place.ts';

/** A YAML scalar with its source text, so that a place inside it can be told. */
export interface YamlScalar {
  readonly kind: 'scalar';
  readonly value: string | number | boolean;
  readonly place: Place;
  /** The place of a part of the value: exact where the part stands in the file as it is, else the scalar's. */
  placeOf(part: string, from?: number): Place;
}

/** A member of a YAML map. */
export interface YamlMember {
  readonly key: string;
  readonly keyPlace: Place;
  readonly value: Yaml;
}

export interface YamlMap {
  readonly kind: 'map';
  readonly members: readonly YamlMember[];
  readonly place: Place;
}

interface YamlList {
  readonly kind: 'list';
  readonly items: readonly Yaml[];
  readonly place: Place;
}

/** What could not be read, which was reported: it fits everywhere. */
interface YamlBroken {
  readonly kind: 'broken';
  readonly place: Place;
}

export type Yaml = YamlScalar | YamlMap | YamlList | YamlBroken;

/**
 * Reads one YAML document with the place of everything in it. Syntax errors, duplicate keys, members without
 * a value, aliases and tags are reported; what can be read in spite of them is returned.
 */
export function readYaml(text: string, file: string, report: Report): Yaml | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  for (const problem of [...document.errors, ...document.warnings]) {
    report(placeAt(problem.pos[0]), `This is not valid YAML: ${hint(problem.message)}`);
  }
  if (document.errors.length > 0) return undefined;
  if (document.contents === null) {
    report(placeAt(0), 'The file is empty.');
    return undefined;
  }
  return readNode(document.contents, { text, placeAt, report });
}

/** The plain value of a YAML tree, without places. */
export function plain(yaml: Yaml): unknown {
  if (yaml.kind === 'broken') return undefined;
  if (yaml.kind === 'scalar') return yaml.value;
  if (yaml.kind === 'list') return yaml.items.map(plain);
  return Object.fromEntries(yaml.members.map(({ key, value }) => [key, plain(value)]));
}

interface Reading {
  readonly text: string;
  readonly report: Report;
  placeAt(offset: number): Place;
}

function hint(message: string): string {
  return message.includes('%') || message.includes('reserved character')
    ? `${message}. Put a text that begins with % or {{ in quotes.`
    : message;
}

/** Nesting beyond this is refused, so that no file can exhaust the stack. */
export const DEEPEST = 60;

function readNode(node: Node, reading: Reading, depth = 0): Yaml {
  const { report, placeAt } = reading;
  const start = node.range?.[0] ?? 0;
  const place = placeAt(start);
  if (depth > DEEPEST) {
    report(place, `This is nested more than ${DEEPEST} deep.`);
    return { kind: 'broken', place };
  }
  if (isAlias(node)) {
    report(place, 'Aliases are not part of the mapping language; use $include or $let.');
    return { kind: 'broken', place };
  }
  if (node.tag?.startsWith('!')) {
    report(place, `The tag ${node.tag} is not part of the mapping language.`);
    return { kind: 'broken', place };
  }
  if (isScalar(node)) return readScalar(node.value, start, node.range?.[1] ?? start, place, reading);
  if (isSeq<Node>(node)) {
    return { kind: 'list', place, items: node.items.map((item) => readNode(item, reading, depth + 1)) };
  }
  if (!isMap<Node, Node | null>(node)) return { kind: 'broken', place };
  const members: YamlMember[] = [];
  const seen = new Set<string>();
  for (const { key, value } of node.items) {
    const keyPlace = placeAt(key.range?.[0] ?? start);
    if (!isScalar(key) || typeof key.value === 'object') {
      report(keyPlace, 'A name is expected here. An expression in {{ }} must stand in quotes.');
      return { kind: 'broken', place };
    }
    const name = String(key.value);
    if (seen.has(name)) {
      report(keyPlace, `"${name}" stands twice in this map.`);
      continue;
    }
    seen.add(name);
    if (value === null || (isScalar(value) && value.value === null)) {
      report(keyPlace, `"${name}" has no value; leave the member out, or write '' for an empty text.`);
      members.push({ key: name, keyPlace, value: { kind: 'broken', place: keyPlace } });
    } else members.push({ key: name, keyPlace, value: readNode(value, reading, depth + 1) });
  }
  return { kind: 'map', members, place };
}

function readScalar(
  value: unknown,
  start: number,
  end: number,
  place: Place,
  { text, placeAt, report }: Reading,
): YamlScalar | YamlBroken {
  const number = typeof value === 'number' && Number.isFinite(value);
  if (typeof value !== 'string' && typeof value !== 'boolean' && !number) {
    report(place, "A value is expected here; write '' for an empty text.");
    return { kind: 'broken', place };
  }
  const source = text.slice(start, end);
  return {
    kind: 'scalar',
    value,
    place,
    placeOf: (part, from = 0) => {
      const before = typeof value === 'string' ? occurrences(value.slice(0, from + part.length), part) : 1;
      const found = nth(source, part, before);
      return found < 0 ? place : placeAt(start + found);
    },
  };
}

function occurrences(text: string, part: string): number {
  let count = 0;
  // The search for an empty text would never end.
  for (let at = part === '' ? -1 : text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) count += 1;
  return count;
}

function nth(text: string, part: string, count: number): number {
  let at = -1;
  for (let index = 0; index < count; index += 1) {
    at = text.indexOf(part, at + 1);
    if (at < 0) return -1;
  }
  return at;
}
