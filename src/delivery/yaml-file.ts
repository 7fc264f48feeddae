import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import { BridgeError, type ErrorDetail } from '../errors.ts';
import { duration } from './duration.ts';

/** Where a member of a file stands, by its path: file:line:column. */
export type Place = (path: readonly string[]) => string;

/** A file that keeps to its schema. */
interface CheckedFile<T> {
  readonly content: T;
  /** The place of a value. */
  readonly at: Place;
}

/**
 * Reads a YAML file and checks it against a JSON Schema; `T` is what the schema describes.
 * @throws BridgeError `mapping-invalid` with all mistakes found, each as file:line:column.
 */
export function readYamlFile<T>(file: string, schema: object): CheckedFile<T> {
  const lines = new LineCounter();
  const document = parseDocument(readFileSync(file, 'utf8'), { lineCounter: lines });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const broken = document.errors.map((error) => ({ text: error.code, at: place(error.pos[0]) }));
  if (broken.length > 0) throw new BridgeError('mapping-invalid', broken);

  const content: unknown = document.toJS();
  const ajv = new Ajv({
    allErrors: true,
    formats: { 'iso-duration': (text) => duration(text) !== undefined },
  });
  const keeps = ajv.compile<T>(schema);
  if (!keeps(content)) {
    const details = (keeps.errors ?? []).flatMap((error) => detailOf(error, document, place));
    throw new BridgeError('mapping-invalid', details);
  }
  return { content, at: (path) => place(offsetOf(document.getIn(path, true))) };
}

function detailOf(
  error: ErrorObject,
  document: Document,
  place: (offset: number) => string,
): readonly ErrorDetail[] {
  // `if` only repeats what its branch found.
  if (error.keyword === 'if') return [];
  const extra: unknown = error.params['additionalProperty'];
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const node = document.getIn(path, true);
  const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === extra) : undefined;
  const named = typeof extra === 'string' ? `: ${extra}` : '';
  const allowed: unknown = error.params['allowedValues'];
  const choices = Array.isArray(allowed) ? `: ${allowed.join(', ')}` : '';
  return [
    {
      text: `${path.join('.') || 'the file'} ${error.message ?? 'is not valid'}${named}${choices}`,
      at: place(offsetOf(pair === undefined ? node : pair.key)),
    },
  ];
}

function offsetOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}
