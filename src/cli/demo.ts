import { parseArgs } from 'node:util';
import { play } from './demo-play.ts';
import { reportLines } from './demo-report.ts';
import { setStage } from './demo-stage.ts';
import type { RunningIo } from './io.ts';

export const demoUsage = `Usage: bridge demo [--kill N] [--seed N] [--json]

Starts a bridge and the twin of Apotti on free ports, sends fifty varied assessments of artificial persons, and shows
where each of them is. Ends with 0 when all are where they should be, 1 when one is not, 2 on wrong use.
  --kill N   kill -9 the bridge N times on the way, at random moments, and start it again
  --seed N   which persons, answers and moments (default 1)
  --json     print the result as JSON`;

function whole(text: string, most: number): number | undefined {
  return /^\d{1,9}$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}

function parse(args: string[]): { seed: number; kills: number; json: boolean } | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        kill: { type: 'string', default: '0' },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
      },
    });
    const kills = whole(values.kill, 1000);
    const seed = whole(values.seed, 999_999_999);
    return kills === undefined || seed === undefined ? undefined : { kills, seed, json: values.json };
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The command `bridge demo`. @returns the exit status */
export async function demo(args: string[], io: RunningIo): Promise<number> {
  const asked = parse(args);
  if (asked === undefined) {
    io.err(demoUsage);
    return 2;
  }
  const lively = process.stderr.isTTY;
  let last = '';
  const progress = (text: string) => {
    if (text === last) return;
    last = text;
    if (lively) process.stderr.write(`\r\u001b[2K${text}`);
    else if (/(0|1) of|killed/.test(text)) io.err(text);
  };
  progress('starting bridge and twin');
  const stage = await setStage(asked.seed);
  try {
    const played = play(stage, asked, progress);
    const result = await Promise.race([played, io.until.then(() => undefined)]);
    if (lively) process.stderr.write('\r\u001b[2K');
    if (result === undefined) return 130;
    for (const line of asked.json ? [JSON.stringify(result)] : reportLines(result)) io.out(line);
    return result.ok ? 0 : 1;
  } finally {
    await stage.close();
  }
}
