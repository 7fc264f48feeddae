import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Note, notesOf } from '../sandbox/notes.ts';
import { demonstration, type Kind } from '../sandbox/omaolo/omaolo.ts';
import type { Person } from '../sandbox/population.ts';
import { createTwin, type Twin } from '../sandbox/twin.ts';
import { type ChildBridge, startChildBridge } from './child-bridge.ts';
import { type Expectation, expectationOf } from './demo-expectation.ts';
import { reportLines } from './demo-report.ts';
import type { DemoResult, Sent } from './demo-result.ts';
import type { RunningIo } from './io.ts';

const USAGE = `Usage: bridge demo [--kill N] [--seed N] [--json]

Starts a bridge and the twin of Apotti on free ports, sends fifty varied assessments of artificial persons, and shows
where each of them is. Ends with 0 when all are where they should be, 1 when one is not, 2 on wrong use.
  --kill N   kill -9 the bridge N times on the way, at random moments, and start it again
  --seed N   which persons, answers and moments (default 1)
  --json     print the result as JSON`;

/** How long everything may take to come where it should be, in milliseconds. */
const PATIENCE = 120_000;
const PEOPLE = 40;

/** The part of an assessment that the demonstration reads back. */
interface Body {
  readonly id: string;
  readonly edition: number;
  readonly kind: { readonly id: string; readonly title?: string };
  readonly client: { readonly hetu?: string };
  readonly sections: readonly {
    questions: readonly { text: string; answers: readonly Record<string, unknown>[] }[];
  }[];
}

interface Receipt {
  readonly status: number;
  readonly id?: string;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

/** Sends until there is an answer: a killed bridge gives none, and the same may be sent again. */
async function send(url: string, body: object): Promise<Receipt> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    try {
      const response = await fetch(`${url}/v1/assessments`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const receipt = (await response.json()) as { id?: string };
      return { status: response.status, ...(receipt.id === undefined ? {} : { id: receipt.id }) };
    } catch (error) {
      if (Date.now() > end) throw error;
      await pause(50);
    }
  }
}

/** The words of each answer that the note must hold as they are. */
function wordsOf(body: Body): readonly string[] {
  return body.sections.flatMap(({ questions }) =>
    questions.flatMap(({ text, answers }) => [
      text,
      ...answers.flatMap((answer) => {
        const word = answer['display'] ?? answer['label'] ?? answer['title'] ?? answer['value'];
        return typeof word === 'boolean' || word === undefined ? [] : [String(word)];
      }),
    ]),
  );
}

function notesAbout(notes: readonly Note[], { id, edition }: Body): readonly Note[] {
  return notes.filter(({ text }) => {
    const lines = text.split('\n');
    return (
      lines.some((line) => line.endsWith(`: ${id}`)) &&
      lines.some((line) => /^\S+: \d+$/.test(line) && line.endsWith(`: ${edition}`))
    );
  });
}

/** Kills the bridge at random moments and starts it again, until the number is reached. */
async function killer(
  times: number,
  restart: () => Promise<void>,
  progress: (kills: number) => void,
): Promise<void> {
  for (let kills = 1; kills <= times; kills += 1) {
    await pause(30 + Math.random() * 400);
    await restart();
    progress(kills);
  }
}

function problemsOf(
  expected: Expectation,
  receipt: Receipt,
  now: { state?: string; cause?: string },
  notes: readonly Note[],
  body: Body,
): readonly string[] {
  const problems: string[] = [];
  if (!expected.statuses.includes(receipt.status)) problems.push(`answered ${receipt.status}`);
  const { standing } = expected;
  if (standing !== undefined && (now.state !== standing.state || now.cause !== standing.cause)) {
    problems.push(`is ${now.state} ${now.cause ?? ''}`.trim());
  }
  const wanted = standing?.state === 'delivered' ? 1 : 0;
  if (notes.length !== wanted) problems.push(`${notes.length} notes in the record, not ${wanted}`);
  const [note] = notes;
  if (note !== undefined) {
    const lost = wordsOf(body).filter((word) => !note.text.includes(word));
    if (lost.length > 0) problems.push(`${lost.length} texts are not in the note word for word`);
  }
  return problems;
}

interface Stage {
  readonly twin: Twin;
  readonly people: readonly Person[];
  bridge(): ChildBridge;
  restart(): Promise<void>;
  close(): Promise<void>;
}

async function setStage(seed: number): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'bridge-demo-'));
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'demo', alg: 'ES384', use: 'sig' };
  const twin = await createTwin({
    population: { seed, count: PEOPLE },
    clientId: 'bridge-demo',
    publicKeys: [jwk],
    postSearch: true,
  });
  const keyFile = join(folder, 'client.pem');
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  const variables = {
    PORT: String(await freePort()),
    DATA_DIR: join(folder, 'data'),
    RECORD_URL: twin.fhirUrl,
    RECORD_TOKEN_URL: twin.tokenUrl,
    RECORD_CLIENT_ID: 'bridge-demo',
    RECORD_KEY_FILE: keyFile,
    RECORD_KEY_ID: 'demo',
    HETU_POLICY: 'artificial',
    LOG_LEVEL: 'error',
  };
  const start = () => startChildBridge(variables, () => undefined);
  let bridge = await start();
  return {
    twin,
    people: twin.people,
    bridge: () => bridge,
    async restart() {
      await bridge.kill();
      bridge = await start();
    },
    async close() {
      await bridge.stop();
      await twin.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function read<T>(url: string): Promise<T> {
  const response = await fetch(url);
  return (await response.json()) as T;
}

async function kindsOf(url: string): Promise<readonly [Kind, ...Kind[]]> {
  const { kinds } = await read<{ kinds: (Kind & { status: string })[] }>(`${url}/v1/mappings`);
  const [first, ...others] = kinds
    .filter(({ status }) => status === 'active')
    .map(({ id, titles }) => ({ id, version: '1', titles }));
  if (first === undefined) throw new Error('the catalogue has no active kind');
  return [first, ...others];
}

/** Sends all, watches until each is where it should be or patience ends, and says what is wrong. */
async function play(
  stage: Stage,
  wishes: { seed: number; kills: number },
  progress: (text: string) => void,
): Promise<DemoResult> {
  const { seed, kills } = wishes;
  const { url } = stage.bridge();
  const [anybody, ...others] = stage.people;
  if (anybody === undefined) throw new Error('the twin has no people');
  const sendings = demonstration({
    seed,
    people: [anybody, ...others],
    kinds: await kindsOf(url),
    now: new Date(),
  });
  const situations = new Map(stage.people.map(({ hetu, situation }) => [hetu, situation]));
  const cast = sendings.map(({ shows, body }) => {
    const told = body as Body;
    const situation = situations.get(told.client.hetu ?? '') ?? 'unknown';
    return { shows, body: told, expected: expectationOf(shows, situation) };
  });

  const killing = killer(kills, stage.restart, (count) =>
    progress(`killed and started again: ${count} of ${kills}`),
  );
  const receipts: Receipt[] = [];
  for (const [i, { body }] of cast.entries()) {
    receipts.push(await send(url, body));
    progress(`sent ${i + 1} of ${cast.length}`);
  }
  await killing;

  const end = Date.now() + PATIENCE;
  for (;;) {
    const notes = notesOf(stage.twin.store);
    const sent = await Promise.all(
      cast.map(async ({ shows, body, expected }, i): Promise<Sent> => {
        const receipt = receipts[i] ?? { status: 0 };
        const now: { state?: string; cause?: string; explanation?: string } =
          receipt.id === undefined ? {} : await read(`${url}/v1/assessments/${receipt.id}`);
        const about = receipt.id === undefined ? [] : notesAbout(notes, body);
        return {
          shows,
          assessment: body.id,
          edition: body.edition,
          title: body.kind.title ?? body.kind.id,
          ...receipt,
          ...(now.state === undefined ? {} : { state: now.state }),
          ...(now.cause === undefined ? {} : { cause: now.cause }),
          ...(now.explanation === undefined ? {} : { explanation: now.explanation }),
          expected,
          notes: about.length,
          problems: problemsOf(expected, receipt, now, about, body),
        };
      }),
    );
    const ledger = await read<DemoResult['ledger']>(`${url}/v1/operations/ledger`);
    const arrived = sent.filter(({ problems }) => problems.length === 0).length;
    progress(`where it should be: ${arrived} of ${sent.length}`);
    const ok = arrived === sent.length && ledger.balanced;
    if (ok || Date.now() > end) return { ok, seed, kills, sent, ledger, notes: notes.length };
    await pause(200);
  }
}

function whole(text: string, most: number): number | undefined {
  return /^\d{1,9}$/.test(text) && Number(text) <= most ? Number(text) : undefined;
}

function parse(args: string[]): { seed: number; kills: number; json: boolean } | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        kill: { type: 'string', default: '0' },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
      },
    });
    const kills = whole(values.kill, 1000);
    const seed = whole(values.seed, 999_999_999);
    return kills === undefined || seed === undefined ? undefined : { kills, seed, json: values.json };
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The command `bridge demo`. @returns the exit status */
export async function demo(args: string[], io: RunningIo): Promise<number> {
  const asked = parse(args);
  if (asked === undefined) {
    io.err(USAGE);
    return 2;
  }
  const lively = process.stderr.isTTY;
  let last = '';
  const progress = (text: string) => {
    if (text === last) return;
    last = text;
    if (lively) process.stderr.write(`\r\u001b[2K${text}`);
    else if (/(0|1) of|killed/.test(text)) io.err(text);
  };
  progress('starting bridge and twin');
  const stage = await setStage(asked.seed);
  try {
    const played = play(stage, asked, progress);
    const result = await Promise.race([played, io.until.then(() => undefined)]);
    if (lively) process.stderr.write('\r\u001b[2K');
    if (result === undefined) return 130;
    for (const line of asked.json ? [JSON.stringify(result)] : reportLines(result)) io.out(line);
    return result.ok ? 0 : 1;
  } finally {
    await stage.close();
  }
}
