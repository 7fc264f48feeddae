import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { faults } from '../../src/sandbox/faults.ts';
import { type Counts, createCheck, type Stated, type Violation } from './check.ts';
import { type Doors, observationsIn, openDoors, read, struckIn } from './doors.ts';
import { createSender, openSenderLog } from './sender.ts';
import type { Bridge, Stage } from './stage.ts';
import { type Happened, happen, troubles } from './trouble.ts';
import { startWatch } from './watch.ts';
import { caseOf, peopleOf } from './workload.ts';

/** A storm: many messages through killed bridges to a record system that fails, and what became of each. */

export interface StormWish {
  readonly seed: number;
  readonly messages: number;
  readonly kills: number;
  /** Milliseconds. */
  readonly redisAway: number;
  readonly freeze: number;
  /** Chance of each fault at each call to the record system. */
  readonly faultChance: number;
  /** More rules of faults, as the twin takes them. */
  readonly faults?: readonly object[];
  /** Milliseconds without any progress after which what is not where it shall be is called lost. */
  readonly patience: number;
  /** Sends in so many lines at a time. */
  readonly lines: number;
  /** Ends as soon as anything is wrong. */
  readonly stopsAtFirst?: boolean;
  /** Sends no new cases after so many milliseconds. */
  readonly most?: number;
}

export interface StormResult {
  readonly counts: Counts;
  readonly troubles: readonly Happened[];
  readonly struck: Readonly<Record<string, number>>;
  readonly states: Readonly<Record<string, number>>;
  /** Milliseconds: all, and of it until the last message was sent. */
  readonly took: number;
  readonly sending: number;
  readonly violations: readonly Violation[];
  /** The sender was ahead of the record by at most so many messages. */
  readonly mostWaiting: number;
  /** What the API says of the messages in the violations, with their histories; of the first of them where there are many. */
  readonly offenders: readonly unknown[];
}

interface Ledger {
  readonly accepted: number;
  readonly states: Readonly<Record<string, number>>;
  readonly held: Readonly<Record<string, number>>;
}

const UNDER_WAY = ['received', 'mapped', 'delivering', 'waiting', 'unknown'] as const;
/** Held by faults of the twin, or since a long run outlasts the wait of P0 for an encounter: mended when that is over. */
const MENDED = ['record-refused', 'search-incomplete', 'encounter-missing'] as const;

/** Rules by which each fault strikes now and then; the slow ones do their work late, too. */
function faultRules(seed: number, probability: number): readonly object[] {
  const rule = (fault: string, nth: number, more: object = {}) => ({
    ...{ fault, probability, seed: seed * 100 + nth, seconds: 1, ms: 2_500 },
    ...more,
  });
  return [
    ...faults.map(({ name }, nth) => rule(name, nth, name === 'drip' ? { ms: 500 } : {})),
    // Done when nobody waits for it any more: the worst of all.
    rule('slow', 90, { done: false, resource: 'DocumentReference', method: 'POST' }),
    rule('401', 91, { resource: 'token', probability: 0.2 }),
    rule('503', 92, { resource: 'token', probability: 0.2 }),
  ];
}

const hand = { by: 'verify', why: 'what stood in the way is gone' };

/** Mends what faults left to a person: sends it again, by the public API. */
async function redrive(doors: Doors, url: string): Promise<void> {
  for (const cause of MENDED) {
    const body = { ...hand, cause, limit: 1000, spacing: 0, dryRun: false };
    await doors.call('POST', `${url}/v1/operations/redrive`, { body });
  }
}

/** Hurries those whose encounter is open now. */
async function hurry(doors: Doors, url: string): Promise<void> {
  const query = 'state=waiting&cause=encounter-missing&limit=200';
  const { messages } = await read<{ messages: readonly Stated[] }>(
    doors,
    `${url}/v1/operations/messages?${query}`,
  );
  for (const { id } of messages) {
    await doors.call('POST', `${url}/v1/operations/messages/${id}/retry`, { body: hand });
  }
}

const SHOWN = 20;

async function offendersOf(
  doors: Doors,
  url: string,
  violations: readonly Violation[],
): Promise<readonly unknown[]> {
  const assessments = [...new Set(violations.flatMap(({ assessment }) => assessment ?? []))];
  const found: unknown[] = [];
  for (const assessment of assessments.slice(0, SHOWN)) {
    const query = `${url}/v1/operations/messages?assessment=${assessment}`;
    const { messages } = await read<{ messages: readonly Stated[] }>(doors, query);
    for (const { id } of messages) found.push(await read(doors, `${url}/v1/operations/messages/${id}`));
  }
  return found;
}

function underWay({ states }: Ledger): number {
  return UNDER_WAY.reduce((sum, state) => sum + (states[state] ?? 0), 0);
}

function mendable({ held }: Ledger): number {
  return MENDED.reduce((sum, cause) => sum + (held[cause] ?? 0), 0);
}

/** Runs a storm on a stage whose bridges have not begun. `say` is told how far it is. */
export async function storm(
  stage: Stage,
  wish: StormWish,
  say: (line: string) => void,
): Promise<StormResult> {
  const { twinUrl, bridges, folder } = stage;
  const doors = openDoors();
  const check = createCheck();
  const ending = new AbortController();
  const people = peopleOf(stage.people);
  const ids: string[] = [];
  const begun = Date.now();
  const log = openSenderLog(join(folder, 'sender.jsonl'), check);
  const urls = bridges.map(({ url }) => url);
  let count = 0;
  const sender = createSender({
    ...{ doors, log, urls, seed: wish.seed, signal: ending.signal },
    answered(_, id) {
      // A sample of all, which does not grow.
      count += 1;
      if (ids.length < 1000) ids.push(id);
      else ids[Math.floor(Math.random() * Math.min(count, 1000))] = id;
    },
  });
  const watch = startWatch({
    ...{ doors, check, twinUrl, urls },
    anyMessage: () => ids[Math.floor(Math.random() * ids.length)],
  });
  const planned = troubles({
    ...{ seed: wish.seed, messages: wish.messages, kills: wish.kills, bridges: bridges.length },
    ...{ servers: stage.servers !== undefined, redisAway: wish.redisAway, freeze: wish.freeze },
  });
  const happened: Happened[] = [];
  let waiting = 0;
  let mostWaiting = 0;

  const enough = () => wish.stopsAtFirst === true && check.violations().length > 0;
  const working = (): Bridge | undefined => bridges.find((bridge) => bridge.running());
  const attempted = () => check.counts().attempted;
  /**
   * The sender does not run far ahead of the troubles, or they would strike nothing. While something is away for long,
   * it goes on: that is what is to be seen.
   */
  const gate = () => {
    const next = planned[happened.length];
    if (next === undefined) return wish.messages;
    const isLong = next.is === 'redis-away' || next.is === 'freeze';
    return next.after + Math.ceil(wish.messages * Math.max(isLong ? 0.08 : 0, 2 / Math.max(1, wish.kills)));
  };

  async function ledger(): Promise<Ledger | undefined> {
    for (const { url } of bridges) {
      const found = await read<Ledger>(doors, `${url}/v1/operations/ledger`).catch(() => undefined);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  let nth = 0;
  async function line(): Promise<void> {
    while (attempted() < wish.messages && !ending.signal.aborted) {
      if (enough()) return;
      if (wish.most !== undefined && Date.now() - begun > wish.most) return;
      // Nor far ahead of the record, or the end would be calm.
      if (attempted() >= gate() || waiting > Math.max(1_000, wish.messages / 10)) {
        await pause(10);
        continue;
      }
      nth += 1;
      await sender.send(caseOf(wish.seed, nth - 1, people));
    }
  }

  async function trouble(): Promise<void> {
    for (const each of planned) {
      while (attempted() < each.after && !sent && !ending.signal.aborted) await pause(5);
      if (ending.signal.aborted) return;
      happened.push(await happen(stage, each, { progress: check.counts, signal: ending.signal }));
    }
  }

  /** Mends now and then, and says how far it is. */
  async function tend(): Promise<void> {
    let told = 0;
    while (!ending.signal.aborted) {
      const books = await ledger();
      for (const violation of check.violations().slice(told)) say(`BROKEN ${JSON.stringify(violation)}`);
      told = check.violations().length;
      if (books !== undefined) {
        waiting = underWay(books);
        mostWaiting = Math.max(mostWaiting, waiting);
        const delivered = books.states['delivered'] ?? 0;
        const seconds = (Date.now() - begun) / 1000;
        const left = sent ? underWay(books) : wish.messages - attempted();
        const rate = delivered / seconds;
        say(
          `sent ${attempted()} of ${wish.messages}, in the record ${delivered}, troubles ${happened.length} of ${planned.length}, wrong ${check.violations().length}, about ${Math.ceil(left / Math.max(rate, 1))} s to go`,
        );
      }
      const bridge = working();
      if (bridge !== undefined && books !== undefined) {
        // A bridge may be killed while a person is at it: then they try again.
        if (mendable(books) > 0) await redrive(doors, bridge.url).catch(() => undefined);
        if (sent) await hurry(doors, bridge.url).catch(() => undefined);
      }
      await pause(1_000, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  }

  /** Waits until nothing is under way; gives up when nothing moves any more. */
  async function settle(): Promise<void> {
    let before = '';
    let moved = Date.now();
    for (;;) {
      const books = await ledger();
      if (enough()) return;
      if (books !== undefined) {
        if (underWay(books) === 0 && mendable(books) === 0) return;
        const now = JSON.stringify(books.states);
        if (now !== before) moved = Date.now();
        before = now;
      }
      if (Date.now() - moved > wish.patience) return;
      await pause(200);
    }
  }

  let sent = false;
  try {
    await Promise.all(bridges.map((bridge) => bridge.start()));
    await doors.call('POST', `${twinUrl}/twin/faults`, {
      body: [...(wish.faults ?? []), ...faultRules(wish.seed, wish.faultChance)],
    });
    const tending = tend();
    const troubling = trouble();
    // Where a process does not start again nothing more can be shown.
    troubling.catch(() => ending.abort());
    await Promise.all(Array.from({ length: wish.lines }, line));
    sent = true;
    const sending = Date.now() - begun;
    await troubling;
    const struck = await struckIn(doors, twinUrl);
    await doors.call('DELETE', `${twinUrl}/twin/faults`);
    for (const { patient } of people.waiting) {
      await doors.call('POST', `${twinUrl}/twin/encounters`, { body: { patient } });
    }
    await settle();
    ending.abort();
    await tending;
    await watch.stop();
    await watch.readAll();
    const books = await ledger();
    const violations = check.end({ observations: await observationsIn(doors, twinUrl) });
    return {
      ...{ counts: check.counts(), troubles: happened, struck, sending, mostWaiting, violations },
      ...{ states: books?.states ?? {}, took: Date.now() - begun },
      offenders: await offendersOf(doors, bridges[0].url, violations),
    };
  } finally {
    ending.abort();
    await watch.stop().catch(() => undefined);
    await log.close();
    await doors.close();
  }
}
