import { parseArgs } from 'node:util';

/** What `npm run verify` is asked for. */
export interface VerifyOptions {
  readonly form: 'short' | 'long';
  readonly parts: 'all' | 'matrix' | 'storm';
  readonly seed: number;
  readonly messages: number;
  readonly kills: number;
  /** No new messages after so many minutes. */
  readonly minutes?: number;
  readonly json: boolean;
  /** The statement is also written here: this name with .json and .md. */
  readonly out?: string;
}

export const usage = `Usage: npm run verify -- [--long] [options]

Kills, freezes and starves bridges that share PostgreSQL and Redis, lets the record system fail in every way it can, and
checks from outside what became of every message. Ends with 0 when no promise was broken, 1 when one was, 2 on wrong use.
  --long         200,000 messages and 300 kills in place of 10,000 and 100; Redis is away for five minutes
  --messages N   editions that are sent
  --kills N      kill -9, spread over bridges, Redis and PostgreSQL
  --minutes N    send nothing new after so many minutes
  --seed N       what is sent, what fails and who is killed (default 1): a seed replays
  --only PART    matrix or storm
  --out NAME     write the statement to NAME.json and NAME.md too
  --json         print the statement as JSON`;

function whole(text: string, least: number): number | undefined {
  return /^\d{1,9}$/.test(text) && Number(text) >= least ? Number(text) : undefined;
}

/** Reads the command line; undefined for wrong use. */
export function readOptions(args: readonly string[]): VerifyOptions | undefined {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        long: { type: 'boolean', default: false },
        messages: { type: 'string' },
        kills: { type: 'string' },
        minutes: { type: 'string' },
        seed: { type: 'string', default: '1' },
        only: { type: 'string', default: 'all' },
        out: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const { long, only, out, json } = values;
    const seed = whole(values.seed, 0);
    const messages = whole(values.messages ?? (long ? '200000' : '10000'), 1);
    const kills = whole(values.kills ?? (long ? '300' : '100'), 0);
    const minutes = values.minutes === undefined ? undefined : whole(values.minutes, 1);
    const parts = only === 'all' || only === 'matrix' || only === 'storm' ? only : undefined;
    if (seed === undefined || messages === undefined || kills === undefined || parts === undefined) {
      return undefined;
    }
    if (values.minutes !== undefined && minutes === undefined) return undefined;
    return {
      ...{ form: long ? 'long' : 'short', parts, seed, messages, kills, json },
      ...(minutes === undefined ? {} : { minutes }),
      ...(out === undefined ? {} : { out }),
    };
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
