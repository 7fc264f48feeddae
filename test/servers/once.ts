import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** Whether a call of the file system failed because what it would make is there. */
export function isTaken(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'EEXIST' || code === 'ENOTEMPTY';
}

/**
 * Makes a folder by `fill`, unless it is there. It appears whole or not at all, whoever else makes it at the same
 * time: renaming a folder is atomic, and fails when another was first.
 */
export async function once(folder: string, fill: (made: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const made = mkdtempSync(`${folder}-`);
  try {
    await fill(made);
    chmodSync(made, 0o755);
    renameSync(made, folder);
  } catch (error) {
    if (!isTaken(error)) throw error;
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  return folder;
}
