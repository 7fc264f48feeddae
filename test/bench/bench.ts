import { parseArgs } from 'node:util';
import { acceptingBench } from './accepting.ts';
import { clusterBench } from './cluster.ts';
import { type Figure, figureLines, reached } from './figures.ts';
import { growthBench } from './growth.ts';
import { mappingBench } from './mapping.ts';
import { reloadBench } from './reload.ts';
import { startingBench } from './starting.ts';
import { type Store, stores } from './stores.ts';
import { urgentBench } from './urgent.ts';
import { validationBench } from './validation.ts';
import { wholePathBench } from './whole-path.ts';

/** Measures what the bridge promises, beside references measured in the same run. */

interface Wishes {
  readonly long: boolean;
  readonly stores: readonly Store[];
}

const parts: Readonly<Record<string, (wishes: Wishes) => Promise<readonly Figure[]>>> = {
  accepting: acceptingBench,
  mapping: async () => (await mappingBench()).map(judged),
  validation: async () => (await validationBench()).map(judged),
  'whole-path': () => wholePathBench(),
  urgent: urgentBench,
  growth: growthBench,
  cluster: () => clusterBench(),
  starting: () => startingBench(),
  reload: () => reloadBench({ seconds: 30, rate: 100 }),
};

const USAGE = `Usage: npm run bench -- [--only NAME]… [--store NAME]… [--long] [--json]

  --only NAME   one of: ${Object.keys(parts).join(', ')}
  --store NAME  one of: ${stores.join(', ')} (default: all; for accepting, urgent and growth)
  --long        also what takes long
  --json        print the figures as JSON`;

function isStore(name: string): boolean {
  return stores.some((store) => store === name);
}

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
    store: { type: 'string', multiple: true, default: [] },
    long: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const wanted = stores.filter((store) => values.store.length === 0 || values.store.includes(store));
const names = values.only.length === 0 ? Object.keys(parts) : values.only;
const unknown =
  names.some((name) => parts[name] === undefined) || values.store.some((name) => !isStore(name));
if (values.help || unknown) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(values.help ? 0 : 2);
}
// An exit clears the ground; a signal alone would not.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const figures: Figure[] = [];
for (const name of names) {
  process.stderr.write(`measuring ${name} …\n`);
  figures.push(...((await parts[name]?.({ long: values.long, stores: wanted })) ?? []));
}
if (values.json) {
  process.stdout.write(`${JSON.stringify(figures.map((each) => ({ ...each, reached: reached(each) })))}\n`);
} else {
  process.stdout.write(`${figureLines(figures).join('\n')}\n`);
}
