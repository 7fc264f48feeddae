import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createKeyFile, readKeyFile } from '../../src/log/key-file.ts';
import { temporaryFolder } from '../temporary.ts';

const key = (byte: number) => Buffer.alloc(32, byte);
const line = (id: string, byte: number) => `${id} ${key(byte).toString('base64')}`;

function written(content: string): string {
  const file = join(temporaryFolder(), 'data.key');
  writeFileSync(file, content);
  return file;
}

it('makes a file with one key, which only its owner can read', () => {
  const file = join(temporaryFolder(), 'data.key');
  createKeyFile(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const [only, ...others] = readKeyFile(file);
  expect(only).toMatchObject({ id: 'k1' });
  expect(only?.bytes).toHaveLength(32);
  expect(others).toEqual([]);
});

it('never writes over a key: what it sealed would be lost', () => {
  const file = written(line('k7', 7));
  expect(() => createKeyFile(file)).toThrow(expect.objectContaining({ code: 'EEXIST' }));
  expect(readFileSync(file, 'utf8')).toBe(line('k7', 7));
});

it('reads the ring in its order, past remarks and empty lines', () => {
  const file = written(`# newest first\n${line('k2', 2)}\n\n  ${line('k1', 1)}  \r\n`);
  expect(readKeyFile(file)).toEqual([
    { id: 'k2', bytes: key(2) },
    { id: 'k1', bytes: key(1) },
  ]);
});

it('names the line that is no key, and never quotes it', () => {
  const short = Buffer.alloc(31, 1).toString('base64');
  const file = written(`${line('k2', 2)}\nk1 ${short}\n`);
  let thrown: unknown;
  try {
    readKeyFile(file);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code: 'configuration-invalid', details: [{ at: `${file}:2` }] });
  expect(JSON.stringify(thrown) + String(thrown)).not.toContain(short.slice(0, 8));
});

it('says which file cannot be read', () => {
  const file = join(temporaryFolder(), 'nothing.key');
  expect(() => readKeyFile(file)).toThrow(
    expect.objectContaining({
      code: 'configuration-invalid',
      details: [expect.objectContaining({ at: file })],
    }),
  );
});
