import { createWriteStream } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type Random, random } from '../../src/sandbox/random.ts';
import type { Attempt } from './check.ts';
import type { Doors } from './doors.ts';
import type { Case, Edition } from './workload.ts';

/** The sender: it sends until it has an answer, and writes each attempt into a log of its own, which nothing changes. */

export interface SenderLog {
  promised(edition: Edition): void;
  tried(attempt: Attempt): void;
  close(): Promise<void>;
}

/** A log in a file, one JSON object a line; `hears` is told the same. */
export function openSenderLog(file: string, hears: Pick<SenderLog, 'promised' | 'tried'>): SenderLog {
  const stream = createWriteStream(file, { flags: 'a' });
  const write = (line: object) => void stream.write(`${JSON.stringify({ at: Date.now(), ...line })}\n`);
  return {
    promised(edition) {
      const { body: _, otherBody: __, ...told } = edition;
      write({ promised: told });
      hears.promised(edition);
    },
    tried(attempt) {
      write({ tried: attempt });
      hears.tried(attempt);
    },
    close: () => new Promise((resolve) => stream.end(resolve)),
  };
}

export interface SenderParts {
  readonly doors: Doors;
  readonly log: SenderLog;
  /** Addresses of the bridges; any takes any message. */
  readonly urls: readonly string[];
  readonly seed: number;
  /** Told the bridge's id of an edition that was answered. */
  readonly answered: (edition: Edition, id: string) => void;
  /** Ends all sending early. */
  readonly signal: AbortSignal;
}

/** Answers that ask to come again: 408 comes of a bridge that was stopped while a request arrived. */
export const COME_AGAIN: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

export interface Sender {
  /** Sends all editions of a case in their order, with what goes beside them. */
  send(one: Case): Promise<void>;
}

export function createSender(parts: SenderParts): Sender {
  const { doors, log, urls, signal } = parts;
  const next: Random = random(parts.seed);

  /** One attempt. A bridge that is away or frozen gives no answer: then the other one is asked. */
  async function attempt(
    about: Pick<Attempt, 'act' | 'assessment' | 'edition'>,
    url: string,
    body?: string,
  ): Promise<Attempt> {
    const { assessment, edition } = about;
    let made: Attempt;
    try {
      const { status, body: answer } = await doors.call('POST', url, {
        correlation: `${assessment}.${edition}`,
        ...(body === undefined ? {} : { body }),
      });
      const { id } = (answer ?? {}) as { id?: string };
      made = { ...about, status, ...(id === undefined ? {} : { id }) };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      made = about;
    }
    log.tried(made);
    return made;
  }

  /** Tries at one bridge after the other until there is an answer that is one. */
  async function until(
    about: Pick<Attempt, 'act' | 'assessment' | 'edition'>,
    path: string,
    body?: string,
  ): Promise<Attempt | undefined> {
    let turn = Math.floor(next() * urls.length);
    for (let wait = 20; !signal.aborted; wait = Math.min(500, wait * 2)) {
      const made = await attempt(about, `${urls[turn % urls.length]}${path}`, body);
      if (made.status !== undefined && !COME_AGAIN.has(made.status)) return made;
      turn += 1;
      await pause(wait);
    }
    return undefined;
  }

  async function sendEdition(edition: Edition): Promise<void> {
    const { assessment, body, otherBody, repeats, conflicts, withdraws } = edition;
    const about = { assessment, edition: edition.edition };
    log.promised(edition);
    // Some senders do not wait: the same goes out twice at once.
    const twice = repeats > 1 ? until({ act: 'repeat', ...about }, '/v1/assessments', body) : undefined;
    const made = await until({ act: 'send', ...about }, '/v1/assessments', body);
    await twice;
    if (made?.id === undefined) return;
    parts.answered(edition, made.id);
    if (withdraws) await until({ act: 'withdraw', ...about }, `/v1/assessments/${made.id}/withdrawal`);
    if (repeats > 0) await until({ act: 'repeat', ...about }, '/v1/assessments', body);
    if (conflicts) await until({ act: 'conflict', ...about }, '/v1/assessments', otherBody);
  }

  return {
    async send({ editions }) {
      for (const edition of editions) await sendEdition(edition);
    },
  };
}
