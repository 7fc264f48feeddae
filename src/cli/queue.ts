import { parseArgs } from 'node:util';
import type { readQueue } from '../http/operations-queue.ts';
import type { Ledger } from '../operations/ledger.ts';
import type { Io } from './io.ts';
import { ask, DEFAULT_URL } from './operations-client.ts';
import { table } from './table.ts';

export const queueUsage = `Usage: bridge queue [--url URL] [--json]

Shows what is where in a running bridge, and what stands in the way.
  --url URL  where the bridge is (default ${DEFAULT_URL})
  --json     the answer of the bridge as it is
Ends with 0, or with 1 when the bridge does not answer, 2 on wrong use.`;

type Queue = Awaited<ReturnType<typeof readQueue>>;

/**
 * The command `bridge queue`.
 * @returns the exit status
 */
export async function queue(args: string[], io: Io): Promise<number> {
  const asked = parse(args);
  if (asked === undefined) {
    io.err(queueUsage);
    return 2;
  }
  const seen = await ask(asked.url, 'queue', io);
  if (seen === undefined) return 1;
  if (asked.json) {
    io.out(JSON.stringify(seen));
    return 0;
  }
  const ledger = await ask(asked.url, 'ledger', io);
  if (ledger === undefined) return 1;
  // Both are answers of a bridge after its own contract.
  for (const line of lines(seen as Queue, ledger as Ledger)) io.out(line);
  return 0;
}

function lines(seen: Queue, { held, waiting }: Ledger): readonly string[] {
  return [
    ...facts(seen).map(([name = '', fact = '']) => `${name.padEnd(16)}${fact}`.trimEnd()),
    ...counted(
      ['class', 'not in the record', 'oldest accepted'],
      seen.unfinished.map(({ class: name = 'none', count, oldest }) => [name, String(count), oldest]),
    ),
    ...counted(['held for', 'messages'], entries(held)),
    ...counted(['waiting for', 'messages'], entries(waiting)),
  ];
}

function facts({ paused, record, wakes, alarms, news }: Queue): readonly (readonly string[])[] {
  const { state, explanation = '', until } = record;
  const way = [state, explanation, until === undefined ? '' : `Until ${until}.`];
  const standing = alarms.filter(({ count }) => count > 0);
  return [
    ['delivery', paused ? `paused by ${paused.who} since ${paused.since}: ${paused.why}` : 'goes on'],
    ['record system', way.filter((part) => part !== '').join(' ')],
    ...[...record.gaps, ...record.lookUpGaps].map((gap) => ['', gap]),
    ['queue', `${wakes.kind}${wakes.connected ? '' : ', not connected'}, ${wakes.waiting} wakes`],
    ['alarms', list(standing.map(({ class: name, count }) => `${count} of ${name}`))],
    ['news to tell', list(news.map(({ to, count, oldest }) => `${count} to ${to} since ${oldest}`))],
  ];
}

function list(parts: readonly string[]): string {
  return parts.length === 0 ? 'none' : parts.join(', ');
}

function entries(counts: Readonly<Record<string, number>>): readonly (readonly string[])[] {
  return Object.entries(counts).map(([name, count]) => [name, String(count)]);
}

function counted(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return rows.length === 0 ? [] : ['', ...table(head, rows)];
}

function parse(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: { url: { type: 'string', default: DEFAULT_URL }, json: { type: 'boolean', default: false } },
    });
    return URL.canParse(values.url) ? values : undefined;
  } catch {
    // Whatever parseArgs objects to, the usage text answers.
    return undefined;
  }
}
