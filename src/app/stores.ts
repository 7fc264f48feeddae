import { join } from 'node:path';
import type { Config } from '../config.ts';
import { readKeyFile } from '../log/key-file.ts';
import type { MessageLog, Recipient } from '../log/log.ts';
import { openSqliteLog } from '../log/sqlite.ts';

/** Whose news the outbox takes: who has no address asks, and nothing is kept for them. */
function recipientsOf({ webhook, alarm }: Config): readonly Recipient[] {
  return [
    ...(webhook === undefined ? [] : (['sender'] as const)),
    ...(alarm === undefined ? [] : (['operations'] as const)),
  ];
}

/**
 * Opens the message log that is configured.
 * @throws BridgeError whose fault is OPERATOR when it cannot be
 */
export function openLog(config: Config): Promise<MessageLog> {
  const keys = readKeyFile(config.dataKeyFile);
  const newsTo = recipientsOf(config);
  return openSqliteLog({ file: join(config.dataDir, 'log.sqlite'), keys, newsTo });
}
