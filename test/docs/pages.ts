import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The project's folder. */
export const project = join(import.meta.dirname, '..', '..');

/** All pages of the documentation, as paths below the project's folder. */
export const pages: readonly string[] = globSync(
  ['README.md', 'docs/**/*.md', 'docker/*.md', 'mappings/README.md', 'profiles/README.md'],
  { cwd: project },
).sort();

export function read(path: string): string {
  return readFileSync(join(project, path), 'utf8');
}

/** A fenced block of a page: what stands behind its opening fence, and its content. */
export interface Block {
  readonly info: string;
  readonly content: string;
}

export function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, info = '', content = '']) => ({
    info: info.trim(),
    content,
  }));
}

/** A page without its fenced blocks. */
export function proseOf(page: string): string {
  return page.replace(/^```.*\n[\s\S]*?^```$/gm, '');
}

/** The cells of each row of the tables of a text, heads and rules aside. */
export function rowsOf(text: string): readonly (readonly string[])[] {
  const lines = text.split('\n');
  return lines.flatMap((line, i) => {
    const isHead = /^\|( ?-+ ?\|)+$/.test(lines[i + 1] ?? '');
    if (!line.startsWith('|') || isHead || /^\|( ?-+ ?\|)+$/.test(line)) return [];
    return [
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    ];
  });
}

/** The text of a page from a heading to the next of the same level. */
export function sectionOf(page: string, heading: string): string {
  const level = /^#+/.exec(heading)?.[0] ?? '#';
  const begin = page.indexOf(`${heading}\n`);
  if (begin < 0) throw new Error(`there is no heading ${heading}`);
  const rest = page.slice(begin + heading.length);
  const end = rest.search(new RegExp(`^${level} `, 'm'));
  return end < 0 ? rest : rest.slice(0, end);
}

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
