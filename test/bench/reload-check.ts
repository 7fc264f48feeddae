import type { MessageLog } from '../../src/log/log.ts';
import { marksOfBundle, marksOfFiles } from './reload-versions.ts';

/** A message as it was mapped. */
interface MappedMessage {
  readonly id: string;
  readonly digest: string;
  /** The canonical bundle as JSON. */
  readonly bundle: string;
}

/** What is wrong with a message, if anything. */
type Verdict = 'sound' | 'mixed' | 'other-version' | 'no-version';

export interface Judgement {
  readonly messages: number;
  /** Messages by version, of those that are sound. */
  readonly versions: ReadonlyMap<string, number>;
  /** Ids of messages that are made of parts of two versions, or stamped with a version that did not make them. */
  readonly wrong: readonly { readonly id: string; readonly verdict: Verdict }[];
}

/**
 * Judges one message: all its marks must be the same, and those of the files of the version it is stamped with.
 * @param files of the version with the message's digest, as the log keeps them; undefined when it has none
 */
function judge(message: MappedMessage, files: string | undefined): Verdict {
  const [mark, ...others] = marksOfBundle(message.bundle);
  if (mark === undefined || others.some((other) => other !== mark)) return 'mixed';
  if (files === undefined) return 'no-version';
  return marksOfFiles(files).every((other) => other === mark) ? 'sound' : 'other-version';
}

const PAGE = 200;

/** Judges every message that a log holds, by what the log itself keeps of the versions. */
export async function judgeLog(log: Pick<MessageLog, 'latest' | 'mappingFiles'>): Promise<Judgement> {
  const versions = new Map<string, number>();
  const files = new Map<string, string | undefined>();
  const wrong: { id: string; verdict: Verdict }[] = [];
  let messages = 0;
  for (let page = await log.latest({ limit: PAGE }); page.length > 0; ) {
    for (const { id, mapped } of page) {
      if (mapped === undefined) continue;
      const { digest, bundle } = mapped;
      if (!files.has(digest)) files.set(digest, await log.mappingFiles(digest));
      const verdict = judge({ id, digest, bundle }, files.get(digest));
      messages += 1;
      if (verdict === 'sound') versions.set(digest, (versions.get(digest) ?? 0) + 1);
      else wrong.push({ id, verdict });
    }
    page = await log.latest({ limit: PAGE, after: page.at(-1)?.id ?? '' });
  }
  return { messages, versions, wrong };
}
