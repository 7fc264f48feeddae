import type { Report } from './place.ts';
import { DEEPEST, readYaml, type Yaml } from './yaml.ts';

/**
 * Reads a JSON text with the place of everything in it: JSON is YAML, so the reader of YAML does it once the text is
 * known to be JSON. The first thing that is not JSON, members that stand twice, and nulls (FHIR has none) are reported.
 */
export function readJsonText(text: string, file: string, report: Report): Yaml | undefined {
  const fault = faultIn(text);
  if (fault) {
    const lines = text.slice(0, fault.at).split('\n');
    const place = { file, line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
    report(place, `This is not valid JSON: ${fault.expected} is expected here.`);
    return undefined;
  }
  // YAML does not like tabs; in JSON they stand between tokens only.
  return readYaml(text.replaceAll('\t', ' '), file, report);
}

interface Fault {
  readonly at: number;
  readonly expected: string;
}

/** Where a text stops being JSON (RFC 8259): JSON.parse does not always tell. */
function faultIn(text: string): Fault | undefined {
  const space = /[ \t\r\n]*/y;
  const string = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy;
  const word = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
  const after = (pattern: RegExp, at: number): number | undefined => {
    pattern.lastIndex = at;
    return pattern.test(text) ? pattern.lastIndex : undefined;
  };
  const skip = (at: number): number => after(space, at) ?? at;
  let depth = 0;
  const value = (at: number): number | Fault => {
    const start = skip(at);
    const open = text.charAt(start);
    if (depth === DEEPEST && (open === '{' || open === '[')) return { at: start, expected: 'less nesting' };
    if (open === '{') return several(start + 1, '}', member);
    if (open === '[') return several(start + 1, ']', value);
    return after(string, start) ?? after(word, start) ?? { at: start, expected: 'a value' };
  };
  const member = (at: number): number | Fault => {
    const start = skip(at);
    const name = after(string, start);
    if (name === undefined) return { at: start, expected: 'a name in double quotes' };
    const colon = skip(name);
    return text.charAt(colon) === ':' ? value(colon + 1) : { at: colon, expected: '":"' };
  };
  const several = (at: number, close: string, one: typeof value): number | Fault => {
    if (text.charAt(skip(at)) === close) return skip(at) + 1;
    depth += 1;
    for (let next = at; ; ) {
      const end = one(next);
      if (typeof end === 'object') return end;
      const separator = skip(end);
      if (text.charAt(separator) === close) {
        depth -= 1;
        return separator + 1;
      }
      if (text.charAt(separator) !== ',') return { at: separator, expected: `"," or "${close}"` };
      next = separator + 1;
    }
  };
  const end = value(0);
  if (typeof end === 'object') return end;
  return skip(end) === text.length ? undefined : { at: skip(end), expected: 'the end of the file' };
}
