import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Versions of the mappings that can be told apart by what they make: each leaves its mark in two templates of the
 * same mapping and in a text file.
 */

const TASK = 'shared/task.yaml';
const PROVENANCE = 'shared/provenance.yaml';
const TEXTS = 'texts/fi.yaml';
const KINDS = 'kinds.yaml';

export interface Versions {
  /** Writes a sound version whose mark is `n`. */
  good(n: number): void;
  /** Writes a version with a mistake, of another sort each time. */
  broken(n: number): void;
  /** A defect on purpose: two files of version `n`, the third of the one before. */
  half(n: number): void;
}

const mark = (n: number): string => `merkki-${n}`;

/** Where the marks stand in the files of a version. */
const PLACES: readonly (readonly [file: string, place: RegExp])[] = [
  [TASK, /^note: \[\{ text: (merkki-\d+) \}\]$/m],
  [PROVENANCE, /^reason: \[\{ text: (merkki-\d+) \}\]$/m],
  [TEXTS, /^ {2}reason: (merkki-\d+)$/m],
];

/** The marks in a version's files, as the message log keeps them (JSON: text by path). */
export function marksOfFiles(files: string): readonly (string | undefined)[] {
  const texts: Readonly<Record<string, string>> = JSON.parse(files);
  return PLACES.map(([file, place]) => place.exec(texts[file] ?? '')?.[1]);
}

/** The marks in a bundle (JSON), in the same order. */
export function marksOfBundle(bundle: string): readonly (string | undefined)[] {
  const { entry = [] }: { entry?: { resource: Marked }[] } = JSON.parse(bundle);
  const of = (type: string) => entry.find(({ resource }) => resource.resourceType === type)?.resource;
  const data = of('DocumentReference')?.content?.[0]?.attachment.data ?? '';
  const note = Buffer.from(data, 'base64').toString();
  return [of('Task')?.note?.[0]?.text, of('Provenance')?.reason?.[0]?.text, /^merkki-\d+$/m.exec(note)?.[0]];
}

interface Marked {
  readonly resourceType: string;
  readonly note?: readonly { text?: string }[];
  readonly reason?: readonly { text?: string }[];
  readonly content?: readonly { attachment: { data?: string } }[];
}

/** Writes versions into a copy of the mappings. */
export function versionsIn(folder: string): Versions {
  const original = new Map(
    [TASK, PROVENANCE, TEXTS, KINDS].map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );
  const text = (file: string) => original.get(file) ?? '';
  const write = (file: string, content: string) => writeFileSync(join(folder, file), content);

  function marked(n: number, textsOf = n): void {
    write(TASK, `${text(TASK)}\nnote: [{ text: ${mark(n)} }]\n`);
    write(PROVENANCE, `${text(PROVENANCE)}\nreason: [{ text: ${mark(n)} }]\n`);
    write(TEXTS, text(TEXTS).replace(/^ {2}reason: .*$/m, `  reason: ${mark(textsOf)}`));
    write(KINDS, text(KINDS));
  }

  const mistakes: readonly (() => void)[] = [
    () => write(TASK, `${text(TASK)}\nstauts: requested\n`),
    () => write(TASK, `${text(TASK)}\nnote: [{ text: "{{ client.nmaes.family }}" }]\n`),
    () => write(TEXTS, text(TEXTS).replace(/^ {2}reason: .*$/m, '')),
    () => write(KINDS, '- not: [closed\n'),
    () => rmSync(join(folder, PROVENANCE)),
  ];
  return {
    good: (n) => marked(n),
    broken(n) {
      marked(n);
      mistakes[n % mistakes.length]?.();
    },
    half: (n) => marked(n, n - 1),
  };
}
