import type { CodeSystemRule, Structure, ValueSetRule } from './model.ts';

/** Definitions as a build finds them. */
export interface Sources {
  structures: Structure[];
  valueSets: ValueSetRule[];
  codeSystems: CodeSystemRule[];
}

/** Definitions by url, each read when first asked for. */
export interface Library {
  structure(url: string): Structure | undefined;
  valueSet(url: string): ValueSetRule | undefined;
  codeSystem(url: string): CodeSystemRule | undefined;
}

type Span = [start: number, end: number];
interface Index {
  structures: Record<string, Span>;
  valueSets: Record<string, Span>;
  codeSystems: Record<string, Span>;
  /** Length of all definitions. */
  length: number;
}

const HEAD = 4;

/**
 * Packs definitions into one buffer: the length of an index (32 bits), the index as JSON, then each definition
 * as JSON. A process uses a few dozen of some 3,000, so only these are parsed.
 */
export function pack(sources: Sources): Buffer {
  const parts: Buffer[] = [];
  let end = 0;
  const spans = (definitions: { url: string }[]): Record<string, Span> => {
    const found: Record<string, Span> = {};
    for (const definition of definitions) {
      const bytes = Buffer.from(JSON.stringify(definition));
      found[definition.url] = [end, end + bytes.length];
      end += bytes.length;
      parts.push(bytes);
    }
    return found;
  };
  const index: Index = {
    structures: spans(sources.structures),
    valueSets: spans(sources.valueSets),
    codeSystems: spans(sources.codeSystems),
    length: 0,
  };
  index.length = end;
  const head = Buffer.from(JSON.stringify(index));
  const length = Buffer.alloc(HEAD);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, ...parts]);
}

/**
 * Opens what `pack` made.
 * @throws SyntaxError or RangeError when the bytes are something else or not all there
 */
export function unpack(bytes: Buffer): Library {
  const body = HEAD + bytes.readUInt32LE(0);
  const index: Index = JSON.parse(bytes.toString('utf8', HEAD, body));
  if (bytes.length !== body + index.length) throw new RangeError('The packed definitions are cut short.');
  const reader = <T>(spans: Record<string, Span>): ((url: string) => T | undefined) => {
    const read = new Map<string, T>();
    return (url) => {
      const known = read.get(url);
      const span = known || !Object.hasOwn(spans, url) ? undefined : spans[url];
      if (!span) return known;
      const definition: T = JSON.parse(bytes.toString('utf8', body + span[0], body + span[1]));
      read.set(url, definition);
      return definition;
    };
  };
  return {
    structure: reader<Structure>(index.structures),
    valueSet: reader<ValueSetRule>(index.valueSets),
    codeSystem: reader<CodeSystemRule>(index.codeSystems),
  };
}
