import type { Load, LoadResult } from './load-process.ts';
import type { Ground } from './processes.ts';

/** Sends from a process of its own. @throws Error when an answer was not 202 */
export async function send(ground: Ground, load: Load): Promise<LoadResult> {
  const child = await ground.start('load-process.ts', load);
  const result: LoadResult = JSON.parse(await child.ended());
  const [other] = result.others;
  if (other !== undefined)
    throw new Error(`${result.others.length} answers were not 202, the first ${other}`);
  return result;
}
