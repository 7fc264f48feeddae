import { parseArgs } from 'node:util';
import { table } from '../../src/cli/table.ts';
import { type Cluster, startCluster } from './running-cluster.ts';

/** Runs several bridges on one PostgreSQL and Redis until it is interrupted; see docs/how-to/run-several-nodes.md. */

const USAGE = `Usage: npm run cluster -- [--bridges N] [--lease SECONDS] [--json]

  --bridges N      how many bridges (default 2)
  --lease SECONDS  after which the work of a dead bridge is taken up (default 10)
  --json           print addresses and process ids as one line of JSON, and no counts`;

const SAMPLE = 'mappings/symptom-assessment/samples/uti-fi.json';
/** Milliseconds between two looks at the books. */
const PACE = 1000;

const out = (line: string) => void process.stdout.write(`${line}\n`);

function lines({ bridges, twin, postgres, redis }: Cluster): readonly string[] {
  const [one, other] = [bridges[0]?.url, bridges.at(-1)?.url];
  return [
    ...table(
      ['what', 'address', 'process'],
      [
        ...bridges.map(({ url, pid }, i) => [`bridge ${i + 1}`, url, String(pid)]),
        ['twin of Apotti', `${twin.url}/twin`, String(twin.pid)],
        ['PostgreSQL', `127.0.0.1:${postgres.port}`, ''],
        ['Redis', `127.0.0.1:${redis.port}`, ''],
      ],
    ),
    'send a sample to one bridge, and read its state at another:',
    `  curl -s -H 'Content-Type: application/json' --data-binary @${SAMPLE} ${one}/v1/assessments`,
    `  curl -s ${other}/v1/operations/messages`,
    'kill a bridge (kill -9 and its process): the others take up its work. Ctrl-C ends all.',
  ];
}

/** The books as one bridge that lives tells them, or undefined when none answers. */
async function booksOf({ bridges }: Cluster): Promise<string | undefined> {
  for (const { url } of bridges) {
    const response = await fetch(`${url}/v1/operations/ledger`).catch(() => undefined);
    if (response?.ok !== true) continue;
    const { accepted, states, balanced } = (await response.json()) as {
      accepted: number;
      states: Record<string, number>;
      balanced: boolean;
    };
    const counts = Object.entries(states).flatMap(([state, count]) =>
      count > 0 ? [`${state} ${count}`] : [],
    );
    return [`accepted ${accepted}`, ...counts, ...(balanced ? [] : ['THE BOOKS DO NOT BALANCE'])].join(' · ');
  }
  return undefined;
}

/** Shows the books when they change, until it is told to end. */
async function showCounts(cluster: Cluster, ended: () => boolean): Promise<void> {
  for (let shown = ''; !ended(); ) {
    const books = (await booksOf(cluster)) ?? 'no bridge can read the books';
    if (books !== shown && !ended()) out(books);
    shown = books;
    await new Promise((resolve) => setTimeout(resolve, PACE));
  }
}

/** Resolves with what ended that nothing can go on without; tells of a bridge that ended while another lives. */
async function brokenDown({ bridges, twin }: Cluster, ended: () => boolean): Promise<string> {
  let left = bridges.length;
  const lastBridge = Promise.withResolvers<string>();
  for (const [i, bridge] of bridges.entries()) {
    void bridge.ended.then(() => {
      left -= 1;
      if (ended()) return;
      process.stderr.write(`bridge ${i + 1} has ended; its work is taken up after its lease\n`);
      if (left === 0) lastBridge.resolve('no bridge is left');
    });
  }
  return Promise.race([lastBridge.promise, twin.ended.then(() => 'the twin has ended')]);
}

const { values } = parseArgs({
  options: {
    bridges: { type: 'string', default: '2' },
    lease: { type: 'string', default: '10' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const bridges = Number(values.bridges);
if (values.help || !/^[1-9]\d?$/.test(values.bridges) || !/^[1-9]\d{0,3}$/.test(values.lease)) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(values.help ? 0 : 2);
}
const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<void>();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupt());

if (!values.json) process.stderr.write('starting PostgreSQL, Redis, the twin and the bridges …\n');
// The twin answers at once: a write that a killed bridge was at need not be waited for as long as Apotti's.
const environment = { LEASE: values.lease, RECORD_TIMEOUT: '2' };
const cluster = await startCluster({ bridges, environment });
let ending = false;
try {
  if (values.json) {
    const { postgres, redis, twin } = cluster;
    const addressOf = ({ url, pid }: { url: string; pid: number }) => ({ url, pid });
    out(
      JSON.stringify({
        bridges: cluster.bridges.map(addressOf),
        twin: addressOf(twin),
        postgres: { port: postgres.port },
        redis: { port: redis.port },
      }),
    );
  } else {
    for (const line of lines(cluster)) out(line);
    void showCounts(cluster, () => ending);
  }
  const why = await Promise.race([interrupted, brokenDown(cluster, () => ending)]);
  if (why !== undefined) {
    process.stderr.write(`${why}: ending all\n`);
    process.exitCode = 1;
  }
} finally {
  ending = true;
  await cluster.stop();
}
