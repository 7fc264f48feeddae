import { BridgeError } from '../errors.ts';
import { placeAgain } from './editions.ts';
import type { By, Choice, MessageHistory, MessageLog, Pause, RedriveOrder } from './log.ts';
import { editionsOf, lockMessages, stepAside, wakeNext } from './postgres-cases.ts';
import { type Changes, caseOf, createChanges } from './postgres-changes.ts';
import { type Database, statement, type Transaction, type Value } from './postgres-database.ts';
import { ADVISORY, advisory } from './postgres-schema.ts';
import { redriveNote, redriven } from './redrive.ts';
import { resolved } from './resolution.ts';
import { actOf, choice, int, optional, type Row, state, step, text } from './sqlite-rows.ts';
import { transitions } from './state.ts';

const stepsOf = statement('SELECT s.* FROM messages m JOIN steps s ON s.n = m.n WHERE m.id = $1');
const lockActs = statement(`SELECT pg_advisory_xact_lock(${ADVISORY}, ${advisory.acts})`);
const insertAct = statement('INSERT INTO acts (at, act, who, why, note) VALUES ($1, $2, $3, $4, $5)');
const newestActs = statement('SELECT * FROM acts ORDER BY seq DESC LIMIT $1');
const lastPause = statement("SELECT * FROM acts WHERE act <> 'redrive' ORDER BY seq DESC LIMIT 1");

/** A message that something is done to, with its case locked. */
interface Held {
  readonly changes: Changes;
  readonly row: Row;
  readonly steps: readonly Row[];
}

function pauseIn([row]: readonly Row[]): Pause | undefined {
  if (row === undefined || actOf(row) !== 'pause') return undefined;
  return { at: int(row, 'at'), who: text(row, 'who'), why: text(row, 'why') };
}

/** Sends a message on from its start, as soon as its case allows. */
function again(changes: Changes, row: Row, by: By, at: number, event: { type: string; due?: number }): void {
  const editions = editionsOf(changes, caseOf(row));
  const { state: next, cause, aside } = placeAgain(int(row, 'edition'), editions);
  stepAside(changes, aside, at);
  const goes = next === 'received';
  const due = goes ? (event.due ?? null) : null;
  const to = {
    state: next,
    waiting_since: goes ? null : at,
    attempts: 0,
    ready: goes && due === null ? 1 : 0,
    due_at: due,
  };
  changes.changed(int(row, 'n'), to, { at, type: event.type, cause, by });
}

function finish(
  changes: Changes,
  row: Row,
  to: 'delivered' | 'withdrawn',
  at: number,
  event: { readonly type: string; readonly by?: By },
): void {
  const delivered = to === 'delivered' ? at : null;
  changes.changed(
    int(row, 'n'),
    { state: to, waiting_since: null, ready: 0, due_at: null, delivered_at: delivered, ended_at: at },
    { at, ...event },
  );
  wakeNext(changes, row, at);
}

async function write(tx: Transaction, changes: Changes): Promise<void> {
  const found = changes.statement();
  if (found !== undefined) await tx.query(found.sql, found.values);
}

/** The messages that fit an order, the most urgent first, and how many they are. */
function matching({ cause, kind, urgency, from, to, limit }: RedriveOrder) {
  const values: Value[] = [limit, cause];
  const conditions: string[] = [];
  const where = (condition: string, value: string | number | undefined) => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(`AND ${condition} $${values.length}`);
  };
  where('m.kind =', kind);
  where('s.urgency =', urgency);
  where('s.accepted_at >=', from);
  where('s.accepted_at <', to);
  const sql = `SELECT m.id, s.urgency, count(*) OVER () AS matching
    FROM states s JOIN messages m ON m.n = s.n
    WHERE s.cause <> '' AND s.cause = $2 AND s.state = 'held' ${conditions.join(' ')}
    ORDER BY s.urgency, s.sent_at, s.title, s.n LIMIT $1`;
  return { sql, values };
}

type Acts = 'withdraw' | 'hurry' | 'resolve' | 'redrive' | 'pause' | 'resume' | 'paused' | 'acts';

/** What people and senders do to messages and to delivery as a whole. */
export function createActs(
  db: Database,
  tellsSender: boolean,
  read: (id: string) => Promise<MessageHistory | undefined>,
): Pick<MessageLog, Acts> {
  /** Does something to one message, and gives its history then. @throws BridgeError `not-found`, what `act` throws. */
  async function to(id: string, act: (held: Held) => void): Promise<MessageHistory> {
    await db.transaction(async (tx) => {
      const [rows, steps] = await Promise.all([lockMessages(tx, [id]), tx.query(stepsOf, [id])]);
      const row = rows.find((each) => each['id'] === id);
      if (row === undefined) throw new BridgeError('not-found');
      const changes = createChanges(rows, tellsSender);
      act({ changes, row, steps });
      await write(tx, changes);
    });
    const after = await read(id);
    if (after === undefined) throw new BridgeError('not-found');
    return after;
  }

  async function turn(act: 'pause' | 'resume', { who, why }: By, at: number): Promise<void> {
    await db.transaction(async (tx) => {
      const [, last] = await Promise.all([tx.query(lockActs), tx.query(lastPause)]);
      if ((pauseIn(last) === undefined) === (act === 'pause')) {
        await tx.query(insertAct, [at, act, who, why, null]);
      }
    });
  }

  return {
    withdraw: (id, at) =>
      to(id, ({ changes, row, steps }) => {
        const now = state(row);
        if (now === 'withdrawn') return;
        const begun = row['leased'] === 1 || steps.length > 0;
        if (begun || !transitions[now].includes('withdrawn')) throw new BridgeError('withdrawal-too-late');
        finish(changes, row, 'withdrawn', at, { type: 'withdrawn' });
      }),

    hurry: (id, by, at) =>
      to(id, ({ changes, row }) => {
        if (row['due_at'] === null || row['leased'] === 1) return;
        changes.set(int(row, 'n'), { ready: 1, due_at: null });
        changes.happened(int(row, 'n'), { at, type: 'hurried', by });
      }),

    resolve: (id, resolution, by, at) =>
      to(id, ({ changes, row, steps }) => {
        const n = int(row, 'n');
        const change = resolved(
          {
            state: state(row),
            leased: row['leased'] === 1,
            steps: steps.map(step),
            ...optional<'chosen', Choice>('chosen', row, 'chosen', choice),
          },
          resolution,
        );
        const location = resolution.act === 'filed' ? (resolution.location ?? null) : null;
        for (const { name, attempt } of change.settled) {
          changes.settled({ n, name, attempt, state: change.settledAs, ended_at: at, location });
        }
        if (change.chosen !== undefined) changes.set(n, { chosen: JSON.stringify(change.chosen) });
        if (change.becomes === 'again') again(changes, row, by, at, { type: change.event });
        else finish(changes, row, change.becomes, at, { type: change.event, by });
      }),

    redrive: (order, by, at) =>
      db.transaction(async (tx) => {
        const { sql, values } = matching(order);
        const found = await tx.query(sql, values);
        const count = found[0] === undefined ? 0 : int(found[0], 'matching');
        const ids = found.map((row) => ({ id: text(row, 'id'), urgency: int(row, 'urgency') }));
        if (order.dryRun) return { matching: count, messages: redriven(ids, order, at) };
        const rows = await lockMessages(
          tx,
          ids.map(({ id }) => id),
        );
        // Between the two statements somebody may have sent one of them on.
        const held = new Map(
          rows
            .filter((row) => row['state'] === 'held' && row['cause'] === order.cause)
            .map((row) => [text(row, 'id'), row]),
        );
        const messages = redriven(
          ids.filter(({ id }) => held.has(id)),
          order,
          at,
        );
        const changes = createChanges(rows, tellsSender);
        for (const { id, due } of messages) {
          const row = held.get(id);
          if (row !== undefined) again(changes, row, by, at, { type: 'redriven', due });
        }
        await write(tx, changes);
        const note = redriveNote(order, count, messages.length);
        await tx.query(insertAct, [at, 'redrive', by.who, by.why, note]);
        return { matching: count, messages };
      }),

    pause: (by, at) => turn('pause', by, at),
    resume: (by, at) => turn('resume', by, at),
    paused: async () => pauseIn(await db.query(lastPause)),

    acts: async (limit) =>
      (await db.query(newestActs, [limit])).map((row) => ({
        at: int(row, 'at'),
        act: actOf(row),
        who: text(row, 'who'),
        why: text(row, 'why'),
        ...optional('note', row, 'note', text),
      })),
  };
}
