import { describe, expect, it } from 'vitest';
import { demo } from '../../src/cli/demo.ts';

async function play(args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const io = {
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    until: new Promise<void>(() => undefined),
  };
  return { status: await demo(args, io), out, err };
}

describe('the demonstration', () => {
  it('ends with each of fifty assessments where it should be', async () => {
    const { status, out } = await play(['--json', '--seed', '3']);
    const result = JSON.parse(out.join(''));
    expect(result.sent.filter(({ problems }: { problems: string[] }) => problems.length > 0)).toEqual([]);
    expect(status).toBe(0);
    expect(result.sent).toHaveLength(50);
    expect(result.ledger.balanced).toBe(true);
    const delivered = result.ledger.states.delivered;
    expect(delivered).toBeGreaterThan(20);
    expect(result.notes).toBe(delivered);
  }, 180_000);

  it('loses nothing and doubles nothing when the bridge is killed on the way', async () => {
    const { status, out } = await play(['--json', '--kill', '4', '--seed', '2']);
    const result = JSON.parse(out.join(''));
    expect(result.sent.filter(({ problems }: { problems: string[] }) => problems.length > 0)).toEqual([]);
    expect(result).toMatchObject({ kills: 4, ledger: { balanced: true } });
    expect(status).toBe(0);
  }, 300_000);

  it('explains itself when it is asked wrongly', async () => {
    for (const args of [['--kill', 'x'], ['--nonsense'], ['stray']]) {
      const { status, err } = await play(args);
      expect(status).toBe(2);
      expect(err.join('\n')).toContain('Usage: bridge demo');
    }
  });
});
