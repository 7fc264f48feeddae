import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';
import type { MatrixResult } from './matrix.ts';
import type { StormResult } from './storm.ts';
import type { Happened, Victim } from './trouble.ts';

/** The statement of a run: what was done to the bridge, and what became of what it had accepted. */

interface MatrixPart extends MatrixResult {
  readonly store: string;
  readonly how: 'killed' | 'frozen';
}

interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly memory: string;
  readonly system: string;
  readonly node: string;
}

export interface Statement {
  readonly date: string;
  readonly commit: string;
  readonly machine: Machine;
  readonly seed: number;
  readonly form: 'short' | 'long';
  readonly matrix: readonly MatrixPart[];
  readonly storm?: StormResult;
  readonly ok: boolean;
}

/** The commit that is checked out, with a word where files differ from it; `unknown` outside of a checkout. */
export function commit(folder: string): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, encoding: 'utf8' }).trim();
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `${git('rev-parse', 'HEAD')}${changed ? ' with changes' : ''}`;
  } catch {
    return 'unknown';
  }
}

export function machine(): Machine {
  const [processor] = cpus();
  return {
    cores: cpus().length,
    processor: processor?.model ?? 'unknown',
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    system: `${type()} ${release()}`,
    node: process.version,
  };
}

/** kill -9 by victim. */
function killsOf(troubles: readonly Happened[]): Readonly<Record<Victim, number>> {
  const kills = { bridge: 0, redis: 0, postgres: 0 };
  for (const { trouble } of troubles) {
    if (trouble.is === 'kill') for (const { kind } of trouble.victims) kills[kind] += 1;
    if (trouble.is === 'redis-away') kills.redis += 1;
  }
  return kills;
}

const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1);
const clock = (time: number) => new Date(time).toISOString().slice(11, 19);

const OUTAGES: Readonly<Record<Exclude<Happened['trouble']['is'], 'kill'>, string>> = {
  flush: 'Redis forgot everything (FLUSHALL)',
  freeze: 'a bridge was stopped and went on (SIGSTOP, SIGCONT)',
  'redis-away': 'Redis was away (kill -9)',
  'postgres-restart': 'PostgreSQL was restarted',
};

function counted(counts: Readonly<Record<string, number>>): string {
  const shown = Object.entries(counts).filter(([, count]) => count > 0);
  return shown.map(([name, count]) => `${count} ${name}`).join(', ') || 'none';
}

function matrixLines({ store, how, cells, held, states, struck, took, violations }: MatrixPart) {
  const faults = Object.values(struck).reduce((sum, count) => sum + count, 0);
  return `| ${store}, ${how} | ${cells} | ${held} | ${faults} | ${counted(states)} | ${seconds(took)} s | ${violations.length} |`;
}

function stormLines({ counts, troubles, struck, states, took, sending, mostWaiting }: StormResult) {
  const outages = troubles.flatMap(({ trouble, from, to, during }) =>
    trouble.is === 'kill'
      ? []
      : [
          `| ${clock(from)} | ${OUTAGES[trouble.is]} | ${seconds(to - from)} s | ${during.acknowledged} | ${during.recorded} |`,
        ],
  );
  const { bridge, redis, postgres } = killsOf(troubles);
  return [
    '## Storm',
    '',
    `Two bridges on one PostgreSQL (fsync on) and one Redis (append-only file), ${counts.attempted} editions sent; ${counts.repeats} were sent again, ${counts.conflicts} with other content, ${counts.withdrawn} were withdrawn in time.`,
    '',
    '| What | |',
    '| --- | --- |',
    `| acknowledged | ${counts.acknowledged} |`,
    `| notes in the record | ${counts.notes} |`,
    `| where they stand at the end | ${counted(states)} |`,
    `| kill -9 | ${bridge + redis + postgres}: bridge ${bridge}, Redis ${redis}, PostgreSQL ${postgres} |`,
    `| faults that struck | ${counted(struck)} |`,
    `| times the books were read | ${counts.samples} |`,
    `| took | ${seconds(took)} s, of it ${seconds(sending)} s sending: ${((counts.acknowledged * 1000) / took).toFixed(0)} editions a second |`,
    `| most under way at a time | ${mostWaiting} |`,
    '',
    ...(outages.length === 0
      ? []
      : [
          '| At (UTC) | Outage | Lasted | Acknowledged meanwhile | Into the record meanwhile |',
          '| --- | --- | --- | --- | --- |',
          ...outages,
          '',
        ]),
  ];
}

/** The statement for people. */
export function statementText(statement: Statement): string {
  const { date, form, matrix, storm, machine: on, seed, ok } = statement;
  const violations = [...matrix.flatMap((part) => part.violations), ...(storm?.violations ?? [])];
  return [
    `# Verification of ${date.slice(0, 10)}`,
    '',
    ok
      ? 'Nothing was lost, invented, doubled or out of order; every state that was stated was the real one; the books balanced whenever they were read.'
      : `**${violations.length} promises were broken.**`,
    '',
    `${form === 'long' ? 'Long' : 'Short'} form, seed ${seed}, commit ${statement.commit}, begun ${date}.`,
    `${on.cores} cores (${on.processor}), ${on.memory}, ${on.system}, Node.js ${on.node}.`,
    '',
    ...(matrix.length === 0
      ? []
      : [
          '## Matrix',
          '',
          'Every crash point × every fault of the record system × the call that it strikes: one message each.',
          '',
          '| Log, and the process | Cells | At their crash point | Faults that struck | Where they stand | Took | Wrong |',
          '| --- | --- | --- | --- | --- | --- | --- |',
          ...matrix.map(matrixLines),
          '',
        ]),
    ...(storm === undefined ? [] : stormLines(storm)),
    ...(violations.length === 0
      ? []
      : [
          '## Broken promises',
          '',
          ...violations.map(
            ({ promise, what, assessment, edition }) =>
              `- ${promise}: ${assessment === undefined ? '' : `${assessment} edition ${edition} `}${what}`,
          ),
          '',
        ]),
  ].join('\n');
}
