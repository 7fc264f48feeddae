import type { Report } from './place.ts';
import { readYaml, type Yaml } from './yaml.ts';

/**
 * Reads a JSON text with the place of everything in it: JSON is YAML, so the reader of YAML does it once the text is
 * known to be JSON. What is not JSON, members that stand twice, and nulls (FHIR has none) are reported.
 */
export function readJsonText(text: string, file: string, report: Report): Yaml | undefined {
  try {
    JSON.parse(text);
  } catch (error) {
    const { message } = error instanceof Error ? error : { message: '' };
    report(
      placeOf(message, text, file),
      `This is not valid JSON: ${message.replace(/ in JSON at .*$/, '')}.`,
    );
    return undefined;
  }
  // YAML does not like tabs; in JSON they stand between tokens only.
  return readYaml(text.replaceAll('\t', ' '), file, report);
}

/** Where the parser stopped; without a position in its message, the end of the text. */
function placeOf(message: string, text: string, file: string): Parameters<Report>[0] {
  const position = Number(/ at position (\d+)/.exec(message)?.[1] ?? text.length);
  const lines = text.slice(0, position).split('\n');
  return { file, line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
