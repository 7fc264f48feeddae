import { v7 } from 'uuid';
import { onTestFinished } from 'vitest';
import type { LogOptions, MessageLog } from '../../../src/log/log.ts';
import type { By, Choice, Claim, Ending, NewMessage } from '../../../src/log/message.ts';
import type { NewsClaim, Recipient } from '../../../src/log/outbox.ts';

/** A store that a log can be opened on again and again, as after a crash. */
export interface LogStore {
  /** Without options nobody is told any news. */
  open(options?: Partial<LogOptions>): Promise<MessageLog>;
}

/** What each part of the suite works with. */
export interface Suite {
  readonly name: string;
  /** An empty store, gone when the test is over. */
  readonly makeStore: () => LogStore;
  /** A log on an empty store, closed when the test is over. */
  readonly openLog: (options?: Partial<LogOptions>) => Promise<MessageLog>;
}

export function suite(name: string, makeStore: () => LogStore): Suite {
  return { name, makeStore, openLog: (options) => opened(makeStore(), options) };
}

/** A log that is closed when the test is over. */
export async function opened(store: LogStore, options?: Partial<LogOptions>): Promise<MessageLog> {
  const log = await store.open(options);
  onTestFinished(() => log.close());
  return log;
}

export const NOON = Date.UTC(2026, 10, 21, 12);
export const LEASE = 30_000;
export const LATER = NOON + 1e9;
export const ADA: By = { who: 'Ada', why: 'the cause was mended' };

export function newMessage(changes: Partial<NewMessage> = {}): NewMessage {
  const id = v7();
  return {
    id,
    source: 'omaolo',
    assessment: id,
    edition: 1,
    kind: 'uti',
    kindVersion: '1',
    title: 'Virtsatietulehdus',
    urgency: 4,
    sentAt: NOON,
    acceptedAt: NOON,
    trial: false,
    correlation: `c-${id}`,
    format: 'assessment',
    payload: Buffer.from('{"answer":"kyllä"}'),
    ...changes,
  };
}

/** Accepts a message and gives it. */
export async function accepted(log: MessageLog, changes: Partial<NewMessage> = {}): Promise<NewMessage> {
  const message = newMessage(changes);
  await log.accept(message);
  return message;
}

export function claimAll(log: MessageLog, now = NOON): Promise<readonly Claim[]> {
  return log.claim({ now, lease: LEASE, limit: 1000 });
}

export async function claimOne(log: MessageLog, now = NOON): Promise<Claim> {
  const [claim] = await log.claim({ now, lease: LEASE, limit: 1 });
  if (claim === undefined) throw new Error('there was nothing to claim');
  return claim;
}

/** Writes a message as a worker does, up to a step whose answer is still out. */
export async function beginWriting(log: MessageLog, claim: Claim, at = NOON): Promise<number> {
  if (claim.state === 'received' || claim.mapped === undefined) {
    await log.mapped(claim, { mapping: 'symptom', digest: 'd1', bundle: '{}', at });
  }
  return log.intend(claim, { name: 'note', at });
}

export async function deliver(log: MessageLog, claim: Claim, at = NOON): Promise<void> {
  const attempt = await beginWriting(log, claim, at);
  await log.settle(claim, { name: 'note', attempt, state: 'done', at, location: 'DocumentReference/1' });
  await log.finish(claim, { state: 'delivered' }, at);
}

export const held = { state: 'held', cause: 'patient-unknown' } as const satisfies Ending;
export const inDoubt = { state: 'held', cause: 'record-outcome-unknown' } as const satisfies Ending;

/** A message that is held for its patient, or as `ending` says. */
export async function acceptedAndHeld(
  log: MessageLog,
  changes: Partial<NewMessage> = {},
  ending: Ending = held,
): Promise<NewMessage> {
  const message = await accepted(log, changes);
  await log.finish(await claimOne(log), ending, NOON);
  return message;
}

/** A message that is held with a write in doubt. */
export async function heldInDoubt(log: MessageLog, changes: Partial<NewMessage> = {}): Promise<NewMessage> {
  const message = await accepted(log, changes);
  const claim = await claimOne(log);
  const attempt = await beginWriting(log, claim);
  await log.settle(claim, { name: 'note', attempt, state: 'unknown', at: NOON });
  await log.finish(claim, inDoubt, NOON);
  return message;
}

/** Sends all news that may be sent, again and again until there is none, and gives it in the order of sending. */
export async function sendNews(
  log: MessageLog,
  to: Recipient = 'sender',
  now = LATER,
): Promise<readonly NewsClaim[]> {
  const sent: NewsClaim[] = [];
  for (;;) {
    const news = await log.claimNews({ to, now, lease: LEASE, limit: 1000 });
    if (news.length === 0) return sent;
    for (const each of news) await log.newsSent(each, now);
    sent.push(...news);
  }
}

/** News in words: its type, and the cause where it has one. */
export function told(news: readonly NewsClaim[]): readonly string[] {
  return news.map(({ type, cause = '' }) => (cause === '' ? type : `${type} ${cause}`));
}

export const PATIENT: Choice = { patient: 'Patient/7' };
