import { describe, expect, it } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { queue } from '../../src/cli/queue.ts';
import { redrive } from '../../src/cli/redrive.ts';
import type { Doors } from '../http/doors.ts';
import { act, holdOne, withMessages } from '../http/sent.ts';

async function listening(count: number): Promise<{ doors: Doors; url: string }> {
  const doors = await withMessages(count);
  return { doors, url: await doors.app.listen({ host: '127.0.0.1', port: 0 }) };
}

async function run(command: (args: string[], io: Io) => Promise<number>, ...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const status = await command(args, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { status, out: out.join('\n'), err: err.join('\n') };
}

const mended = ['--cause', 'patient-unknown', '--by', 'Aino Hoitaja', '--why', 'patients opened'];

describe('bridge queue', () => {
  it('shows what is where, who paused, and what is held for what', async () => {
    const { doors, url } = await listening(3);
    await holdOne(doors);
    await act(doors, 'pause', { why: 'upgrade' });
    const { status, out } = await run(queue, '--url', url);
    expect(status).toBe(0);
    expect(out).toMatch(/^delivery +paused by Aino Hoitaja since \S+: upgrade$/m);
    expect(out).toMatch(/^record system +closed$/m);
    expect(out).toMatch(/^alarms +none$/m);
    expect(out).toMatch(/^news to tell +1 to sender since \S+$/m);
    expect(out).toMatch(/^P1 +2 +\S+$/m);
    expect(out).toMatch(/^patient-unknown +1$/m);
  });

  it('says so when all is calm, and gives the answer itself as JSON', async () => {
    const { url } = await listening(0);
    expect((await run(queue, '--url', url)).out).toMatch(/^delivery +goes on$/m);
    const { out } = await run(queue, '--url', url, '--json');
    expect(JSON.parse(out)).toMatchObject({ wakes: { kind: 'in-process' }, unfinished: [] });
  });

  it('says that nobody answers', async () => {
    const { doors, url } = await listening(0);
    await doors.app.close();
    expect(await run(queue, '--url', url)).toMatchObject({ status: 1, err: `No bridge answers at ${url}.` });
  });

  it.each([['--url', 'nowhere'], ['--color'], ['more']])('shows how it is used: %s', async (...args) => {
    expect(await run(queue, ...args)).toMatchObject({ status: 2, err: expect.stringMatching(/^Usage:/) });
  });
});

describe('bridge redrive', () => {
  it('shows what would go, then sends it', async () => {
    const { doors, url } = await listening(3);
    const ids = [await holdOne(doors), await holdOne(doors)];
    const dry = await run(redrive, ...mended, '--dry-run', '--limit', '1', '--url', url);
    expect(dry.status).toBe(0);
    expect(dry.out).toContain(ids[0]);
    expect(dry.out).not.toContain(ids[1]);
    expect(dry.out).toMatch(/^1 of 2 held messages would go \(dry run: nothing was done\)\.$/m);
    expect((await doors.log.ledger()).held).toEqual({ 'patient-unknown': 2 });
    const gone = await run(redrive, ...mended, '--go', '--spacing', 'PT5S', '--url', url);
    expect(gone.out).toMatch(/^2 of 2 held messages go again\.$/m);
    expect((await doors.log.ledger()).held).toEqual({});
    expect(await doors.log.acts(1)).toMatchObject([{ act: 'redrive', who: 'Aino Hoitaja' }]);
  });

  it('says what the bridge refuses, and where', async () => {
    const { url } = await listening(0);
    const refused = await run(redrive, '--by', 'Aino', '--dry-run', '--spacing', 'soon', '--url', url);
    expect(refused.status).toBe(1);
    expect(refused.err).toMatch(/^\/why SENDER: must have required property 'why'/m);
    expect(refused.err).toMatch(/^\/spacing SENDER:/m);
  });

  it('gives the answer itself as JSON', async () => {
    const { url } = await listening(0);
    const { out } = await run(redrive, ...mended, '--dry-run', '--json', '--url', url);
    expect(JSON.parse(out)).toEqual({ dryRun: true, matching: 0, messages: [] });
  });

  it.each([[[]], [['--dry-run', '--go']], [['--everything', '--go']]])(
    'wants to be told whether to do it: %j',
    async (args) => {
      expect(await run(redrive, ...mended, ...args)).toMatchObject({ status: 2, out: '' });
    },
  );
});
