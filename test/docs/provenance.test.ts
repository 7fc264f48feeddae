import { expect, it } from 'vitest';
import { mapping } from '../../src/cli/mapping.ts';
import { traceSample } from '../../src/mapping/samples.ts';
import { searchTrace, type TraceSearch } from '../../src/mapping/trace/search.ts';
import { contract, definitions, mappings, sample, sourceSchema } from '../mappings/live.ts';
import { read } from './pages.ts';

const PAGE = 'docs/how-to/find-where-a-value-came-from.md';
const BLOCK = /^```(\w*)\n([\s\S]*?)^```$/gm;

/** JSON with flat lists and the writes to the record system in one line each. */
function pretty(value: unknown): string {
  return JSON.stringify(value, undefined, 2)
    .replaceAll(
      /\[\s+("[^"]*"(?:,\s+"[^"]*")*)\s+\]/g,
      (_, list: string) => `[${list.replaceAll(/\s+/g, ' ')}]`,
    )
    .replaceAll(
      /\{\s+("step"[^{}]*?)\s+\}/g,
      (_, members: string) => `{ ${members.replaceAll(/\s+/g, ' ')} }`,
    );
}

async function coverage(): Promise<string> {
  const lines: string[] = [];
  const io = { out: (line: string) => void lines.push(line), err: (line: string) => void lines.push(line) };
  const deps = { definitions: () => definitions, sourceSchema: () => sourceSchema };
  await mapping(['test'], io, { ...deps, assessment: contract.assessment });
  const at = lines.findIndex((line) => line.startsWith('symptom-assessment:'));
  return [lines[0], '…', lines[at], lines[at + 1], '  …', lines.at(-1)].join('\n');
}

it(`${PAGE} shows what the bridge answers`, async () => {
  const { elements } = traceSample(sample('uti-fi'), mappings);
  const page = read(PAGE);
  const parts: string[] = [];
  let end = 0;
  let search: TraceSearch = {};
  for (const { 0: block, 1: language, 2: content = '', index } of page.matchAll(BLOCK)) {
    parts.push(page.slice(end, index));
    end = index + block.length;
    const [, parameter, value] = /\?(element|source)=([^']*)'/.exec(content) ?? [];
    if (parameter !== undefined && value !== undefined) search = { [parameter]: value };
    const found = searchTrace(elements, search);
    if (language === 'json') {
      const shown = search.element === undefined ? found.at(-1) : { ...JSON.parse(content), elements: found };
      parts.push(`\`\`\`json\n${pretty(shown)}\n\`\`\``);
    } else parts.push(language === '' ? `\`\`\`\n${await coverage()}\n\`\`\`` : block);
  }
  await expect(parts.join('') + page.slice(end)).toMatchFileSnapshot(`../../${PAGE}`);
});
