import { parseArgs } from 'node:util';
import { acceptingBench } from './accepting.ts';
import { type Figure, figureLines, reached } from './figures.ts';
import { growthBench } from './growth.ts';
import { mappingBench } from './mapping.ts';
import { reloadBench } from './reload.ts';
import { startingBench } from './starting.ts';
import { urgentBench } from './urgent.ts';
import { validationBench } from './validation.ts';
import { wholePathBench } from './whole-path.ts';

/** Measures what the bridge promises, beside references measured in the same run. */

const parts: Readonly<Record<string, (options: { long: boolean }) => Promise<readonly Figure[]>>> = {
  accepting: () => acceptingBench(),
  mapping: async () => (await mappingBench()).map(judged),
  validation: async () => (await validationBench()).map(judged),
  'whole-path': () => wholePathBench(),
  urgent: () => urgentBench(),
  growth: ({ long }) => growthBench({ long }),
  starting: () => startingBench(),
  reload: () => reloadBench({ seconds: 30, rate: 100 }),
};

const USAGE = `Usage: npm run bench -- [--only NAME]… [--long] [--json]

  --only NAME  one of: ${Object.keys(parts).join(', ')}
  --long       also what takes long
  --json       print the figures as JSON`;

/** A figure whose reference begins with a limit: `≤ 5` or `≥ 90`. */
function judged(figure: Omit<Figure, 'wanted'>): Figure {
  const { reference, ...rest } = figure;
  const [, sign, limit] = /^([≤≥]) (\d+)/.exec(reference ?? '') ?? [];
  if (limit === undefined) return figure;
  return { ...rest, wanted: sign === '≤' ? { atMost: Number(limit) } : { atLeast: Number(limit) } };
}

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    long: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const names = values.only.length === 0 ? Object.keys(parts) : values.only;
if (values.help || names.some((name) => parts[name] === undefined)) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(values.help ? 0 : 2);
}
// An exit clears the ground; a signal alone would not.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const figures: Figure[] = [];
for (const name of names) {
  process.stderr.write(`measuring ${name} …\n`);
  figures.push(...((await parts[name]?.({ long: values.long })) ?? []));
}
if (values.json) {
  process.stdout.write(`${JSON.stringify(figures.map((each) => ({ ...each, reached: reached(each) })))}\n`);
} else {
  process.stdout.write(`${figureLines(figures).join('\n')}\n`);
}
