import { setTimeout as pause } from 'node:timers/promises';
import { notesOf } from '../sandbox/notes.ts';
import { demonstration, type Kind } from '../sandbox/omaolo/omaolo.ts';
import { type Body, notesAbout, problemsOf, type Receipt } from './demo-check.ts';
import { expectationOf } from './demo-expectation.ts';
import type { DemoResult, Sent } from './demo-result.ts';
import type { Stage } from './demo-stage.ts';

/** How long everything may take to come where it should be, in milliseconds. */
const PATIENCE = 120_000;

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

/** An answer of the bridge; its tests hold all of them against openapi.yaml. */
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
export async function play(
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
