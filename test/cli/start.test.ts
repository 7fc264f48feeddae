import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Assessment } from '../../src/assessment/assessment.ts';
import { createKeyFile } from '../../src/log/key-file.ts';
import { temporaryFolder } from '../temporary.ts';

/** Starts the bridge as `npm start` does, on free ports, and gives the lines it prints until it is ready. */
async function startBridge(dataDir: string, environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['src/bridge.js', 'start'], {
    env: { PORT: '0', TWIN_PORT: '0', DATA_DIR: dataDir, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const errors: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  const exited = once(child, 'exit').then(([code]): number | null => code);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.includes('curl ')) break;
  }
  return { child, lines, errors, exited };
}

function addressIn(lines: readonly string[], pattern: RegExp): string {
  const found = lines.map((line) => pattern.exec(line)?.[1]).find((address) => address !== undefined);
  if (found === undefined) throw new Error(`no line matches ${pattern}: ${lines.join('\n')}`);
  return found;
}

/** Does what the printed curl line does. */
async function curl(line: string): Promise<Response> {
  const [, file, url] = /--data-binary @(\S+) (\S+)$/.exec(line) ?? [];
  if (file === undefined || url === undefined) throw new Error(`not a curl line: ${line}`);
  return fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: readFileSync(file),
  });
}

interface Delivered {
  readonly state: string;
  readonly acceptedAt: string;
  readonly deliveredAt: string;
  readonly steps: readonly { readonly name: string; readonly state: string }[];
}

async function delivered(address: URL): Promise<Delivered> {
  for (let look = 0; look < 1600; look += 1) {
    const message = (await (await fetch(address)).json()) as Delivered;
    if (message.state === 'delivered') return message;
    await pause(50);
  }
  throw new Error('it was never delivered');
}

function wordsOf({ sections }: Assessment): readonly string[] {
  return sections
    .flatMap(({ questions }) => questions)
    .flatMap((question) => [
      question.text,
      ...question.answers.flatMap((answer) => {
        if ('label' in answer) return [answer.label];
        if ('title' in answer) return [answer.title];
        if ('display' in answer && answer.display !== undefined) return [answer.display];
        return 'value' in answer && typeof answer.value !== 'boolean' ? [String(answer.value)] : [];
      }),
    ]);
}

describe('starting the bridge with nothing configured', () => {
  it('takes the assessment of the printed curl line and has it in the record within two seconds, word for word', async () => {
    const { lines } = await startBridge(join(temporaryFolder(), 'data'));
    const bridge = addressIn(lines, /listening .* on (http:\S+)/);
    const twin = addressIn(lines, /its page +(http:\S+)\/twin/);
    const line = lines.at(-1) ?? '';
    const response = await curl(line);
    expect(response.status).toBe(202);
    const message = await delivered(new URL(response.headers.get('location') ?? '', bridge));
    expect(message.steps.map(({ name, state }) => [name, state])).toEqual(
      ['DocumentReference', 'Observation', 'Observation-2', 'Observation-3'].map((name) => [name, 'done']),
    );
    expect(Date.parse(message.deliveredAt) - Date.parse(message.acceptedAt)).toBeLessThan(2000);
    const notes = (await (await fetch(`${twin}/twin/notes`)).json()) as { text: string }[];
    expect(notes).toHaveLength(1);
    const sample: Assessment = JSON.parse(readFileSync(/@(\S+)/.exec(line)?.[1] ?? '', 'utf8'));
    const words = wordsOf(sample);
    expect(words.length).toBeGreaterThan(10);
    expect(words.filter((word) => !notes[0]?.text.includes(word))).toEqual([]);
  });

  it('says what it made, keeps it readable by its owner only, and stops when asked', async () => {
    const data = join(temporaryFolder(), 'data');
    const { child, lines, errors, exited } = await startBridge(data);
    expect(lines.join('\n')).toContain('made a data key');
    expect([data, join(data, 'data.key')].map((path) => statSync(path).mode & 0o077)).toEqual([0, 0]);
    expect(lines.join('\n') + errors.join('\n')).not.toContain(
      readFileSync(join(data, 'data.key'), 'utf8').split(' ').at(-1)?.trim(),
    );
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
  });

  it('has its messages and its record again after a kill -9', async () => {
    const data = join(temporaryFolder(), 'data');
    const before = await startBridge(data);
    await curl(before.lines.at(-1) ?? '');
    before.child.kill('SIGKILL');
    await before.exited;
    const after = await startBridge(data);
    const again = await curl(after.lines.at(-1) ?? '');
    expect(again.status).toBe(200);
    const bridge = addressIn(after.lines, /listening .* on (http:\S+)/);
    await delivered(new URL(again.headers.get('location') ?? '', bridge));
    const ledger = await (await fetch(`${bridge}/v1/operations/ledger`)).json();
    expect(ledger).toMatchObject({ accepted: 1, states: { delivered: 1 }, balanced: true });
    const twin = addressIn(after.lines, /its page +(http:\S+)\/twin/);
    expect(await (await fetch(`${twin}/twin/notes`)).json()).toHaveLength(1);
    // A write that the kill left without an answer is looked up only when the record system can be done with it.
  }, 120_000);
});

describe('a start that cannot be', () => {
  it.each([
    ['a wrong variable', { PORT: 'eighty' }, /OPERATOR configuration-invalid[\s\S]*PORT: must be integer/],
    ['an address for others', { HOST: '0.0.0.0' }, /HOST: callers cannot be signed in yet/],
    ['no mappings', { MAPPINGS_DIR: '/nowhere' }, /OPERATOR mapping-invalid/],
    ['no route', { ROUTE: 'nowhere' }, /OPERATOR mapping-invalid[\s\S]*nowhere/],
    [
      'no data key',
      { DATA_KEY_FILE: '/nowhere/key' },
      /configuration-invalid[\s\S]*\/nowhere\/key: the file of data keys cannot be read/,
    ],
    [
      'no secret for news',
      { WEBHOOK_URL: 'http://127.0.0.1:9', WEBHOOK_SECRET_FILE: '/nowhere/secret' },
      /configuration-invalid[\s\S]*\/nowhere\/secret: the file of the secrets that sign news cannot be read/,
    ],
    [
      'an address of Redis that is none',
      { REDIS_URL: 'redis://one,two' },
      /configuration-invalid[\s\S]*the address of Redis/,
    ],
  ])('says why and what to do: %s', async (_what, environment, told) => {
    const { errors, exited } = await startBridge(join(temporaryFolder(), 'data'), environment);
    expect(await exited).toBe(1);
    expect(errors.join('\n')).toMatch(told);
    expect(errors.join('\n')).not.toMatch(/^\s+at /m);
  });

  it('says that the database cannot be reached, and does not tell its password', async () => {
    const folder = temporaryFolder();
    const key = join(folder, 'data.key');
    createKeyFile(key);
    const database = { DATABASE_URL: 'postgres://bridge:salainen@127.0.0.1:9/bridge', DATA_KEY_FILE: key };
    const { errors, exited } = await startBridge(join(folder, 'data'), database);
    expect(await exited).toBe(1);
    expect(errors.join('\n')).toMatch(/BRIDGE log-unavailable/);
    expect(errors.join('\n')).not.toContain('salainen');
  });

  it('names file, line and column of each mistake in a mapping, and does not start', async () => {
    const mappings = join(temporaryFolder(), 'mappings');
    cpSync('mappings', mappings, { recursive: true });
    const file = join(mappings, 'shared/document-reference.yaml');
    const template = readFileSync(file, 'utf8');
    writeFileSync(file, template.replace('times.sent', 'times.snet').replace('docStatus:', 'docStatsu:'));
    const { errors, exited } = await startBridge(join(temporaryFolder(), 'data'), { MAPPINGS_DIR: mappings });
    expect(await exited).toBe(1);
    const place = (word: string) => {
      const lines = template.split('\n');
      const line = lines.findIndex((text) => text.includes(word));
      return `mappings/shared/document-reference.yaml:${line + 1}:`;
    };
    const told = errors.join('\n');
    expect(told).toContain('OPERATOR mapping-invalid');
    expect(told).toContain(place('times.sent'));
    expect(told).toContain(place('docStatus:'));
    expect(told).toContain('sent');
  });

  it('names the address when another process listens there', async () => {
    const { lines } = await startBridge(join(temporaryFolder(), 'data'));
    const port = new URL(addressIn(lines, /listening .* on (http:\S+)/)).port;
    const { errors, exited } = await startBridge(join(temporaryFolder(), 'data'), { PORT: port });
    expect(await exited).toBe(1);
    expect(errors.join('\n')).toContain('address-in-use');
  });
});
