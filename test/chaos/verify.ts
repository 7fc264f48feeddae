import { setMaxListeners } from 'node:events';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Violation } from './check.ts';
import { matrix } from './matrix.ts';
import { readOptions, usage, type VerifyOptions } from './options.ts';
import { type Stage, setStage } from './stage.ts';
import { commit, machine, type Statement, statementText } from './statement.ts';
import { storm } from './storm.ts';

/** `npm run verify`: the promises about delivery, kept under kills, freezes, outages and every fault. */

/** People of the twin: enough for a cell each, and so many that nobody's record becomes long. */
const PEOPLE = { matrix: 1_500, storm: { short: 2_000, long: 20_000 } };
const MINUTE = 60_000;

type Say = (line: string) => void;

async function onStage<T>(
  wish: Parameters<typeof setStage>[0],
  use: (stage: Stage) => Promise<T>,
): Promise<T> {
  const stage = await setStage(wish);
  try {
    return await use(stage);
  } finally {
    await stage.close();
  }
}

async function matrices(folder: string, seed: number, say: Say): Promise<Statement['matrix']> {
  const runs = [
    { store: 'sqlite', how: 'killed', bridges: 1 },
    { store: 'postgres', how: 'killed', bridges: 2 },
    { store: 'postgres', how: 'frozen', bridges: 2 },
  ] as const;
  // Each of them waits more than it works.
  return Promise.all(
    runs.map(async ({ store, how, bridges }) => {
      const name = `${store}-${how}`;
      const wish = { store, seed, bridges, people: PEOPLE.matrix, folder: join(folder, `matrix-${name}`) };
      const result = await onStage(wish, (stage) =>
        matrix(stage, how, (line) => say(`matrix ${name}: ${line}`)),
      );
      return { ...result, store: store === 'sqlite' ? 'SQLite' : 'PostgreSQL', how };
    }),
  );
}

function theStorm(folder: string, { form, seed, messages, kills, minutes }: VerifyOptions, say: Say) {
  const wish = {
    ...({ store: 'postgres', seed, bridges: 2, people: PEOPLE.storm[form] } as const),
    folder: join(folder, 'storm'),
  };
  return onStage(wish, (stage) =>
    storm(
      stage,
      {
        ...{ seed, messages, kills, faultChance: 0.001, lines: 64, patience: 2 * MINUTE },
        redisAway: form === 'long' ? 5 * MINUTE : 10_000,
        // Longer than the lease, and than all others wait for a write that may be under way.
        freeze: form === 'long' ? 20_000 : 13_000,
        ...(minutes === undefined ? {} : { most: minutes * MINUTE }),
      },
      say,
    ),
  );
}

/** What the sender wrote about the assessments that are in the violations. */
async function histories(file: string, violations: readonly Violation[]): Promise<readonly string[]> {
  const wanted = new Set(violations.flatMap(({ assessment }) => assessment ?? []));
  const lines: string[] = [];
  if (wanted.size === 0) return lines;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const [, assessment = ''] = /"assessment":"([^"]+)"/.exec(line) ?? [];
    if (wanted.has(assessment)) lines.push(line);
  }
  return lines;
}

async function verify(options: VerifyOptions, say: Say): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-verify-'));
  const date = new Date().toISOString();
  const { parts, seed, form } = options;
  say(`everything is written to ${folder}`);
  const matrixParts = parts === 'storm' ? [] : await matrices(folder, seed, say);
  const stormPart = parts === 'matrix' ? undefined : await theStorm(folder, options, say);
  const violations = [...matrixParts.flatMap((part) => part.violations), ...(stormPart?.violations ?? [])];
  const ok = violations.length === 0;
  const statement: Statement = {
    ...{ date, commit: commit(import.meta.dirname), machine: machine(), seed, form, matrix: matrixParts, ok },
    ...(stormPart === undefined ? {} : { storm: stormPart }),
  };
  const json = JSON.stringify(statement, undefined, 2);
  const text = statementText(statement);
  if (options.out !== undefined) {
    writeFileSync(`${options.out}.json`, `${json}\n`);
    writeFileSync(`${options.out}.md`, text);
  }
  process.stdout.write(`${options.json ? json : text}\n`);
  if (ok) {
    rmSync(folder, { recursive: true, force: true });
    return 0;
  }
  if (stormPart !== undefined) {
    for (const offender of stormPart.offenders) say(JSON.stringify(offender));
    for (const line of await histories(join(folder, 'storm', 'sender.jsonl'), stormPart.violations))
      say(line);
  }
  say(`the logs of all processes are kept in ${folder}; --seed ${seed} does the same again`);
  return 1;
}

const options = readOptions(process.argv.slice(2));
const lively = process.stderr.isTTY;
let last = 0;

/** Progress goes where the statement does not; where nobody watches, a line every ten seconds is enough. */
function say(line: string): void {
  if (lively) process.stderr.write(`${line}\n`);
  else if (!line.startsWith('sent ') || Date.now() - last > 10_000) {
    if (line.startsWith('sent ')) last = Date.now();
    process.stderr.write(`${line}\n`);
  }
}

if (options === undefined) {
  process.stderr.write(`${usage}\n`);
  process.exitCode = 2;
} else {
  // Each of its servers is ended with this process.
  setMaxListeners(50, process);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  process.exitCode = await verify(options, say);
}
