import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { mapping } from '../../src/cli/mapping.ts';
import { contract, definitions, sourceSchema } from '../mapping/folder.ts';
import { temporaryFolder } from '../temporary.ts';
import { project, read } from './pages.ts';

const BLOCK = /^```(.*)\n([\s\S]*?)^```$/gm;
const ELIDED = '…';

it.each(['tutorial', 'tutorial-mapping'])('docs/%s.md shows what its commands print', async (name) => {
  const folder = temporaryFolder();
  const page = read(`docs/${name}.md`);
  const parts: string[] = [];
  let end = 0;
  let printed: string[] | undefined;
  for (const { 0: block, 1: info = '', 2: content = '', index } of page.matchAll(BLOCK)) {
    parts.push(page.slice(end, index));
    end = index + block.length;
    const [language, path, append] = info.split(' ');
    if (path !== undefined) save(join(folder, path), content, append !== undefined);
    if (language === 'sh') printed = await run(content, folder);
    const isOutput = language === '' && printed !== undefined;
    parts.push(isOutput ? `\`\`\`\n${shown(content, printed ?? [])}\`\`\`` : block);
    if (isOutput) printed = undefined;
  }
  await expect(parts.join('') + page.slice(end)).toMatchFileSnapshot(`../../docs/${name}.md`);
});

function save(path: string, content: string, append: boolean): void {
  mkdirSync(dirname(path), { recursive: true });
  (append ? appendFileSync : writeFileSync)(path, content);
}

/** Does what the commands of a block say, in a folder; what needs a running bridge is passed over. */
async function run(commands: string, folder: string): Promise<string[] | undefined> {
  if (/^(curl|npm ci|(\w+=\S+ )?npm start)\b|\| *$/m.test(commands)) return undefined;
  const lines: string[] = [];
  const tell = (line: string): void => void lines.push(...line.replaceAll(`${folder}/`, '').split('\n'));
  for (const command of commands.trim().split('\n')) {
    const [program = '', ...words] = command.split(' ');
    if (program === 'cp')
      cpSync(join(project, 'mappings'), join(folder, words.at(-1) ?? ''), { recursive: true });
    else if (program === 'mkdir') mkdirSync(join(folder, words.at(-1) ?? ''), { recursive: true });
    else if (program === 'sed') substitute(command, folder);
    else if (command.startsWith('npm run --silent bridge -- mapping ')) {
      const args = words.slice(5).map((word) => (word.startsWith('my-mappings') ? join(folder, word) : word));
      await mapping(
        args,
        { out: tell, err: tell },
        { definitions: () => definitions, sourceSchema: () => sourceSchema, assessment: contract.assessment },
      );
    } else throw new Error(`the tutorial has a command that its test does not know: ${command}`);
  }
  return lines;
}

/** `sed -i` with plain substitutions. */
function substitute(command: string, folder: string): void {
  const file = join(folder, command.split(' ').at(-1) ?? '');
  let text = readFileSync(file, 'utf8');
  for (const [, find = '', put = ''] of command.matchAll(/'s\/((?:[^/\\]|\\.)*)\/([^/]*)\/'/g)) {
    const changed = text.replace(new RegExp(find, 'm'), put);
    if (changed === text) throw new Error(`nothing is changed by: ${command}`);
    text = changed;
  }
  writeFileSync(file, text);
}

/** What was printed; where the page leaves lines out, the page as it is when the others are there in their order. */
function shown(content: string, printed: readonly string[]): string {
  const lines = content.split('\n').slice(0, -1);
  if (!lines.includes(ELIDED)) return printed.map((line) => `${line}\n`).join('');
  let at = 0;
  for (const line of lines) {
    if (line === ELIDED) continue;
    const found = printed.indexOf(line, at);
    if (found < 0) return `${printed.join('\n')}\n`;
    at = found + 1;
  }
  return content;
}
