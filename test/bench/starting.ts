import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Figure, median } from './figures.ts';
import type { FillInput } from './fill-process.ts';
import { keyFileIn } from './messages.ts';
import { type Ground, onGround } from './processes.ts';
import { ledgerOf } from './whole-path.ts';

const STARTS = 5;
const UNFINISHED = 100_000;
/** Milliseconds after which memory is read: what was only for the start is then gone or will stay. */
const SETTLE = 5000;
const PATIENCE = 60_000;
/** Nobody listens there: port 9 is for discarding. */
const NOWHERE = 'http://127.0.0.1:9';

/** Starting with nothing to do, and after a kill with much to do while the record system is away. */
export function startingBench(): Promise<readonly Figure[]> {
  return onGround(async (ground) => {
    const key = join(ground.folder, 'client.pem');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const idle = join(ground.folder, 'idle');
    mkdirSync(idle);
    keyFileIn(idle);
    const times: number[] = [];
    const memories: number[] = [];
    for (let i = 0; i < STARTS; i += 1) {
      const { child, seconds } = await start(ground, idle, key);
      times.push(seconds);
      if (i === 0) {
        await pause(SETTLE);
        memories.push(child.memory());
      }
      await child.end();
    }

    const full = join(ground.folder, 'full');
    mkdirSync(full);
    keyFileIn(full);
    const input: FillInput = { folder: full, count: UNFINISHED };
    const filling = await ground.start('fill-process.ts', input);
    await filling.kill();
    const begun = performance.now();
    const { child, url, seconds } = await start(ground, full, key);
    const working = await workBegins(url, begun);
    await pause(SETTLE);
    const memory = child.memory();
    await child.end();

    return [
      {
        name: 'start, until it listens',
        value: median(times),
        unit: 's',
        wanted: { atMost: 1.5 },
        reference: `of ${STARTS}: ${times.map((each) => each.toFixed(2)).join(', ')}`,
      },
      {
        name: `start after kill -9 with ${UNFINISHED} unfinished, until the first is worked on`,
        value: working,
        unit: 's',
        wanted: { atMost: 10 },
        reference: `listening after ${seconds.toFixed(2)} s`,
      },
      { name: 'memory, idle', value: median(memories), unit: 'MB', wanted: { atMost: 250 } },
      {
        name: `memory with ${UNFINISHED} unfinished, the record system away`,
        value: memory,
        unit: 'MB',
        wanted: { atMost: 400 },
      },
    ];
  });
}

async function start(ground: Ground, folder: string, keyFile: string) {
  const begun = performance.now();
  const child = await ground.start('../../src/bridge.js', undefined, {
    args: ['start', '--json'],
    env: {
      PORT: '0',
      DATA_DIR: folder,
      RECORD_URL: NOWHERE,
      RECORD_TOKEN_URL: `${NOWHERE}/token`,
      RECORD_CLIENT_ID: 'bench',
      RECORD_KEY_FILE: keyFile,
      RECORD_KEY_ID: 'bench',
      HETU_POLICY: 'artificial',
      LOG_LEVEL: 'error',
    },
  });
  const { url }: { url: string } = JSON.parse(child.ready);
  return { child, url, seconds: (performance.now() - begun) / 1000 };
}

/** Seconds until a message is no longer as it was accepted. */
async function workBegins(url: string, begun: number): Promise<number> {
  for (;;) {
    const { states } = await ledgerOf(url);
    const seconds = (performance.now() - begun) / 1000;
    if ((states['received'] ?? 0) < UNFINISHED) return seconds;
    if (seconds * 1000 > PATIENCE) throw new Error('no message was worked on');
    await pause(20);
  }
}
