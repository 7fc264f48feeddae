import { parseArgs } from 'node:util';
import { figureLines, reached } from './figures.ts';
import { reloadBench } from './reload.ts';

/** Rewrites the mappings of a bridge under load for as long as asked; ends with 1 when a promise is broken. */

const USAGE = `Usage: npm run reloads -- [--minutes N] [--rate N] [--plant] [--json]

  --minutes N  how long messages are sent (default 30)
  --rate N     messages a second (default 200)
  --plant      write some versions by halves, to see that they are found
  --json       print the figures as JSON`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '200' },
    plant: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.minutes) * 60;
const rate = Number(values.rate);
if (values.help || !(seconds > 0) || !(rate > 0)) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(values.help ? 0 : 2);
}
// An exit clears the ground; a signal alone would not.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const figures = await reloadBench({ seconds, rate, plant: values.plant });
if (values.json) {
  process.stdout.write(`${JSON.stringify(figures.map((each) => ({ ...each, reached: reached(each) })))}\n`);
} else {
  process.stdout.write(`${figureLines(figures).join('\n')}\n`);
}
process.exitCode = figures.some((figure) => reached(figure) === false) ? 1 : 0;
