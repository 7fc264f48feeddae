import { execFile } from 'node:child_process';
import { describe, expect, it } from 'vitest';

interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

function bridge(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['src/bridge.js', ...args], (_error, out, err) => {
      resolve({ status: child.exitCode ?? -1, out, err });
    });
  });
}

describe('the command line', () => {
  it.each(['start', 'demo', 'twin', 'mapping', 'queue', 'redrive', 'validate', 'conformance'])(
    'explains %s when asked',
    async (command) => {
      const { status, out, err } = await bridge(command, '--help');
      expect({ status, err }).toEqual({ status: 0, err: '' });
      expect(out).toMatch(new RegExp(`^Usage: bridge ${command}`));
    },
  );

  it('lists its commands when asked, and says so when used wrongly', async () => {
    expect(await bridge('--help')).toMatchObject({ status: 0, out: expect.stringContaining('conformance') });
    for (const args of [[], ['nonsense'], ['toString']]) {
      const { status, out, err } = await bridge(...args);
      expect({ status, out }).toEqual({ status: 2, out: '' });
      expect(err).toContain('Usage: bridge COMMAND');
    }
  });

  it.each(['start', 'demo', 'twin', 'mapping', 'queue', 'redrive', 'validate', 'conformance'])(
    'says how to use %s when it was used wrongly',
    async (command) => {
      const { status, err } = await bridge(command, '--nonsense');
      expect(status).toBe(2);
      expect(err).toContain(`Usage: bridge ${command}`);
    },
  );
});
