import { fill, openLog } from './messages.ts';
import { askedToEnd, say } from './processes.ts';

/** Fills a log, begins with some of it, and waits to be killed. */

export interface FillInput {
  readonly folder: string;
  readonly count: number;
}

const { folder, count }: FillInput = JSON.parse(process.argv[2] ?? '');
const log = await openLog(folder);
await fill(log, count);
await log.claim({ now: Date.now(), lease: 60_000, limit: 16 });
say({ filled: count });
await askedToEnd();
