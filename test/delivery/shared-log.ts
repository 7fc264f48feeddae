import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { MessageLog } from '../../src/log/log.ts';
import { openSqliteLog } from '../../src/log/sqlite.ts';

/** A log that tests of a file use one after the other. */
export interface LentLog {
  readonly log: MessageLog;
  /** Gives it back: to the next test where nothing is left that a delivery would claim, else it is gone. */
  giveBack(): Promise<void>;
}

const idle: { readonly log: MessageLog; readonly folder: string }[] = [];

afterAll(async () => {
  for (const each of idle.splice(0)) await end(each);
});

/** A message log in which nothing is to be done. Opening one takes a thread, and longer than most tests. */
export async function lendLog(): Promise<LentLog> {
  const own = idle.pop() ?? (await open());
  return {
    log: own.log,
    async giveBack() {
      const { states } = await own.log.ledger();
      const left = states.received + states.mapped + states.delivering + states.waiting + states.unknown;
      if (left === 0) idle.push(own);
      else await end(own);
    },
  };
}

async function open() {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-'));
  const keys = [{ id: 'k', bytes: randomBytes(32) }];
  return { log: await openSqliteLog({ file: join(folder, 'log.sqlite'), keys }), folder };
}

async function end({ log, folder }: (typeof idle)[number]): Promise<void> {
  await log.close();
  rmSync(folder, { recursive: true, force: true });
}
