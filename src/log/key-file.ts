import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { BridgeError } from '../errors.ts';
import type { DataKey } from './sealing.ts';

/**
 * The ring of data keys in a file: a line per key, `<id> <32 bytes in base64>`, the newest first.
 * Empty lines and lines that begin with # are passed over.
 */

const LINE = /^(\S+)\s+([A-Za-z0-9+/]{43}=)$/;

/** @throws BridgeError `configuration-invalid` when the file cannot be read or a line is not a key; never with a key. */
export function readKeyFile(file: string): readonly DataKey[] {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new BridgeError(
      'configuration-invalid',
      [{ text: 'the file of data keys cannot be read', at: file }],
      {
        cause,
      },
    );
  }
  return content.split('\n').flatMap((line, i) => {
    if (line.trim() === '' || line.startsWith('#')) return [];
    const [, id, key] = LINE.exec(line.trim()) ?? [];
    if (id === undefined || key === undefined) {
      throw new BridgeError('configuration-invalid', [
        { text: 'this line is not a data key', at: `${file}:${i + 1}` },
      ]);
    }
    return [{ id, bytes: Buffer.from(key, 'base64') }];
  });
}

/** Writes a file with one new key, readable by its owner only. Fails when the file is there already. */
export function createKeyFile(file: string): void {
  const line = `k1 ${randomBytes(32).toString('base64')}\n`;
  writeFileSync(file, `# Data keys of the message log. Without them nothing in it can be read.\n${line}`, {
    flag: 'wx',
    mode: 0o600,
  });
}
