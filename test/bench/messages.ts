import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { v7 as uuidV7 } from 'uuid';
import { readKeyFile } from '../../src/log/key-file.ts';
import type { MessageLog } from '../../src/log/log.ts';
import type { NewMessage } from '../../src/log/message.ts';
import { openPostgresLog } from '../../src/log/postgres.ts';
import { openSqliteLog } from '../../src/log/sqlite.ts';
import { fortyAnswers } from './forty-answers.ts';

/** Calls under way at once when a log is filled. */
const WIDTH = 256;

/** A data folder as `bridge start` would make it, with a data key. */
export function keyFileIn(folder: string): string {
  const file = join(folder, 'data.key');
  writeFileSync(file, `bench ${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  return file;
}

/** The log in this database, or else in a file in the folder; the data key is in the folder. */
export function openLog(folder: string, databaseUrl?: string): Promise<MessageLog> {
  const keys = readKeyFile(join(folder, 'data.key'));
  return databaseUrl === undefined
    ? openSqliteLog({ file: join(folder, 'log.sqlite'), keys })
    : openPostgresLog({ url: databaseUrl, keys });
}

/** The assessment of 40 answers as a message, with an id of its own. */
export function newMessage(given: Partial<NewMessage> = {}): NewMessage {
  const id = uuidV7();
  const assessment = { ...fortyAnswers(), id };
  return {
    id,
    source: 'omaolo',
    assessment: id,
    edition: 1,
    kind: assessment.kind.id,
    kindVersion: assessment.kind.version,
    title: assessment.kind.title ?? '',
    urgency: 3,
    sentAt: Date.parse(assessment.times.sent),
    acceptedAt: Date.now(),
    trial: false,
    correlation: uuidV7(),
    format: 'assessment',
    payload: Buffer.from(JSON.stringify(assessment)),
    ...given,
  };
}

/** Does the same `count` times, `WIDTH` at once. */
export async function many(count: number, act: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      next += 1;
      await act(next - 1);
    }
  };
  await Promise.all(Array.from({ length: Math.min(WIDTH, count) }, worker));
}

/** Accepts so many messages, straight into the log. */
export function fill(log: MessageLog, count: number, given: Partial<NewMessage> = {}): Promise<void> {
  return many(count, async () => {
    await log.accept(newMessage(given));
  });
}
