import type { MessageLog } from '../log/log.ts';

/** Messages that are cleared by one call, so that the log is never busy with it for long. */
const AT_ONCE = 500;

/** Clears the content of all messages that were finished longer than `keep` milliseconds ago. Gives how many. */
export async function pruneFinished(
  log: Pick<MessageLog, 'prune'>,
  { keep, now }: { readonly keep: number; readonly now: number },
): Promise<number> {
  let cleared = 0;
  for (;;) {
    const count = await log.prune({ before: now - keep, limit: AT_ONCE });
    cleared += count;
    if (count < AT_ONCE) return cleared;
  }
}
