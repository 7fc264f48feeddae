import { describe, expect, test } from 'vitest';
import { twin } from '../../src/cli/twin.ts';

/** Runs the command; `during` sees what was printed, then the command is told to stop. */
async function run(args: string[], during: (out: string[]) => Promise<void> = async () => undefined) {
  const out: string[] = [];
  const err: string[] = [];
  const { promise: until, resolve: stop } = Promise.withResolvers<void>();
  const { promise: printed, resolve: print } = Promise.withResolvers<void>();
  const code = twin(args, {
    out: (line) => {
      out.push(line);
      print();
    },
    err: (line) => void err.push(line),
    until,
  });
  await Promise.race([printed, code]);
  try {
    await during(out);
  } finally {
    stop();
  }
  return { code: await code, out, err };
}

describe('bridge twin', () => {
  test('prints addresses that answer, as one line of JSON, and stops when told', async () => {
    let address = '';
    const { code } = await run(['--port', '0', '--json', '--post-search', '--open'], async (out) => {
      const { url, fhirUrl, tokenUrl } = JSON.parse(out[0] ?? '');
      address = `${fhirUrl}/metadata`;
      expect(tokenUrl).toBe(`${url}/Interconnect-FHIR-EKO01/oauth2/token`);
      expect((await fetch(address)).status).toBe(200);
      const search = { method: 'POST', body: new URLSearchParams({ identifier: '1' }) };
      expect((await fetch(`${fhirUrl}/Patient/_search`, search)).status).toBe(200);
    });
    expect(code).toBe(0);
    await expect(fetch(address)).rejects.toThrow();
  });

  test('tells a newcomer where to look', async () => {
    const { out } = await run(['--port', '0', '--patients', '3']);
    expect(out.join('\n')).toMatch(/3 artificial persons[\s\S]*\/twin\n[\s\S]*curl -s http/);
  });

  test.each([
    [['--port', 'many']],
    [['--port', '70000']],
    [['--patients', '-1']],
    [['--unknown']],
    [['extra']],
  ])('%j is a usage error', async (args) => {
    const { code, out, err } = await run(args);
    expect(code).toBe(2);
    expect(out).toEqual([]);
    expect(err.join('\n')).toContain('Usage: bridge twin');
  });

  test('a taken port is told, not thrown', async () => {
    await run(['--port', '0', '--json'], async (out) => {
      const { port } = new URL(JSON.parse(out[0] ?? '').url);
      const second = await run(['--port', port]);
      expect(second.code).toBe(1);
      expect(second.err.join()).toContain('cannot start');
    });
  });
});
