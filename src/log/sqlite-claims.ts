import type { DatabaseSync } from 'node:sqlite';
import { BridgeError } from '../errors.ts';
import { lastPlaceIsFree } from './fairness.ts';
import type { MessageLog } from './log.ts';
import type { Choice, Claim, Due, Lease } from './message.ts';
import { choice, int, optional, type Row, state, step, text, waitReason } from './rows.ts';
import type { Sealing } from './sealing.ts';
import type { CaseOrder } from './sqlite-case.ts';
import type { ContentReader } from './sqlite-content.ts';
import type { HistoryWriter } from './sqlite-history.ts';
import { assertTransition, type State } from './state.ts';

type Arguments<Method extends keyof MessageLog> = Parameters<MessageLog[Method]>;

const encoder = new TextEncoder();

/** P0 to P8, and 9 for kinds without a class. */
const classes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

function firstOf(urgency: number): string {
  return `SELECT n FROM messages WHERE ready = 1 AND urgency = ${urgency} ORDER BY sent_at, title LIMIT 1`;
}

/** What claims need of the rest of the log. */
interface Surroundings {
  readonly sealing: Sealing;
  readonly content: ContentReader;
  readonly history: HistoryWriter;
  readonly order: CaseOrder;
  readonly paused: () => unknown;
}

/** The worker's side of the log, inside the caller's transaction. Each call checks before its first write. */
export function createClaims(db: DatabaseSync, { sealing, content, history, order, paused }: Surroundings) {
  const wake = db.prepare(
    'UPDATE messages SET ready = 1, leased = 0, due_at = NULL WHERE due_at IS NOT NULL AND due_at <= ?',
  );
  const pick = db.prepare('SELECT * FROM messages WHERE ready = 1 ORDER BY urgency, sent_at, title LIMIT ?');
  // The first of each class has the index at hand; the oldest of them is the oldest of all.
  const oldest = db.prepare(
    `SELECT * FROM messages WHERE n IN (${classes
      .map((urgency) => `SELECT n FROM (${firstOf(urgency)})`)
      .join(' UNION ALL ')})
     ORDER BY sent_at, urgency, title LIMIT 1`,
  );
  const allDue = db.prepare(
    `SELECT * FROM (
       SELECT * FROM (SELECT id, urgency, sent_at, title, accepted_at AS due FROM messages WHERE ready = 1
         ORDER BY urgency, sent_at, title LIMIT ?)
       UNION ALL SELECT id, urgency, sent_at, title, due_at FROM messages WHERE due_at IS NOT NULL AND due_at <= ?)
     ORDER BY urgency, sent_at, title LIMIT ?`,
  );
  const lease = db.prepare(
    'UPDATE messages SET ready = 0, leased = 1, due_at = ?, fence = fence + 1, attempts = attempts + 1 WHERE n = ?',
  );
  const readSteps = db.prepare(
    `SELECT * FROM steps s WHERE n = ?
       AND attempt = (SELECT max(attempt) FROM steps t WHERE t.n = s.n AND t.name = s.name)
     ORDER BY intended_at`,
  );
  const nextReady = db.prepare('SELECT 1 FROM messages WHERE ready = 1 LIMIT 1');
  const nextDue = db.prepare('SELECT min(due_at) AS due FROM messages WHERE due_at IS NOT NULL');
  const held =
    db.prepare(`SELECT n, id, source, assessment, urgency, state, cause, waiting_since, key_id, data_key FROM messages
     WHERE id = ? AND fence = ? AND leased = 1`);
  const extendLease = db.prepare('UPDATE messages SET due_at = ? WHERE n = ?');
  const setMapped = db.prepare(
    "UPDATE messages SET state = 'mapped', cause = '', waiting_since = NULL, mapping = ?, digest = ? WHERE n = ?",
  );
  const saveBundle = db.prepare(
    'INSERT INTO bundles (n, sealed) VALUES (?, ?) ON CONFLICT DO UPDATE SET sealed = excluded.sealed',
  );
  const setState = db.prepare(
    'UPDATE messages SET state = ?, cause = ?, waiting_since = ?, ready = ?, leased = ?, due_at = ?, delivered_at = ? WHERE n = ?',
  );
  const setDelivering = db.prepare(
    "UPDATE messages SET state = 'delivering', cause = '', waiting_since = NULL WHERE n = ?",
  );
  const lastAttempt = db.prepare(
    'SELECT coalesce(max(attempt), 0) AS attempt FROM steps WHERE n = ? AND name = ?',
  );
  const insertStep = db.prepare(
    "INSERT INTO steps (n, name, attempt, state, intended_at, search) VALUES (?, ?, ?, 'intended', ?, ?)",
  );
  const settleStep = db.prepare(
    'UPDATE steps SET state = ?, ended_at = ?, location = ?, error = ? WHERE n = ? AND name = ? AND attempt = ?',
  );
  const releaseLeases = db.prepare(
    'UPDATE messages SET ready = 1, leased = 0, due_at = NULL WHERE leased = 1',
  );

  /** @throws BridgeError `internal` when the lease is no longer the caller's. */
  function underFence({ id, fence }: Lease): Row {
    const row = held.get(id, fence);
    if (row === undefined) {
      throw new BridgeError('internal', [
        { text: 'the lease of this message has ended or another worker has it' },
      ]);
    }
    return row;
  }

  function claimed(row: Row): Claim {
    return {
      ...content.read(row),
      fence: int(row, 'fence') + 1,
      assessment: text(row, 'assessment'),
      edition: int(row, 'edition'),
      kindVersion: text(row, 'kind_version'),
      urgency: int(row, 'urgency'),
      sentAt: int(row, 'sent_at'),
      state: state(row),
      ...optional('reason', row, 'cause', waitReason),
      attempts: int(row, 'attempts'),
      ...optional('waitingSince', row, 'waiting_since', int),
      ...optional<'chosen', Choice>('chosen', row, 'chosen', choice),
      steps: readSteps.all(int(row, 'n')).map(step),
    };
  }

  /** The messages of a claim: the most urgent, and in its fair place the oldest. */
  function chosen(limit: number, fair: 'yield' | 'insist' | undefined): readonly Row[] {
    const urgent = pick.all(limit);
    const urgencies = urgent.map((row) => int(row, 'urgency'));
    if (!lastPlaceIsFree(urgencies, { limit, ...(fair === undefined ? {} : { fair }) })) return urgent;
    const last = oldest.get();
    if (last === undefined || urgent.some((row) => row['n'] === last['n'])) return urgent;
    return [...urgent.slice(0, -1), last];
  }

  /** A message that cannot be opened is held: it must not stand before all others. */
  function readable(row: Row, now: number): Claim | undefined {
    try {
      return claimed(row);
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      const n = int(row, 'n');
      setState.run('held', error.code, null, 0, 0, null, null, n);
      history.changed(n, { at: now, type: 'held', state: 'held', cause: error.code });
      order.wakeNext(row, now);
      return undefined;
    }
  }

  return {
    /** Ends all leases: for the start, when no worker can be alive. */
    releaseLeases(): void {
      releaseLeases.run();
    },

    calls: {
      claim({ now, lease: length, limit, fair }: Arguments<'claim'>[0]): readonly Claim[] {
        if (paused() !== undefined) return [];
        wake.run(now);
        return chosen(limit, fair).flatMap((row) => {
          const claim = readable(row, now);
          if (claim === undefined) return [];
          lease.run(now + length, int(row, 'n'));
          return [claim];
        });
      },

      nextDue(): number | undefined {
        if (paused() !== undefined) return undefined;
        if (nextReady.get() !== undefined) return 0;
        const row = nextDue.get();
        return row === undefined || row['due'] === null ? undefined : int(row, 'due');
      },

      due({ now, limit }: Arguments<'due'>[0]): readonly Due[] {
        if (paused() !== undefined) return [];
        return allDue.all(limit, now, limit).map((row) => ({
          id: text(row, 'id'),
          urgency: int(row, 'urgency'),
          due: int(row, 'due'),
        }));
      },

      extend(given: Lease, until: number): void {
        extendLease.run(until, int(underFence(given), 'n'));
      },

      mapped(...[given, result]: Arguments<'mapped'>): void {
        const row = underFence(given);
        assertTransition(state(row), 'mapped');
        const n = int(row, 'n');
        const sealed = sealing.seal(content.key(row), given.id, 'bundle', encoder.encode(result.bundle));
        setMapped.run(result.mapping, result.digest, n);
        saveBundle.run(n, sealed);
        const note = `${result.mapping} ${result.digest}`;
        history.changed(n, { at: result.at, type: 'mapped', state: 'mapped', note });
      },

      intend(...[given, wanted]: Arguments<'intend'>): number {
        const row = underFence(given);
        assertTransition(state(row), 'delivering');
        const n = int(row, 'n');
        const last = lastAttempt.get(n, wanted.name);
        const attempt = (last === undefined ? 0 : int(last, 'attempt')) + 1;
        const search = wanted.search === undefined ? null : JSON.stringify(wanted.search);
        insertStep.run(n, wanted.name, attempt, wanted.at, search);
        setDelivering.run(n);
        const note = `${wanted.name}, attempt ${attempt}`;
        history.changed(n, { at: wanted.at, type: 'intended', state: 'delivering', note });
        return attempt;
      },

      settle(...[given, ended]: Arguments<'settle'>): void {
        const row = underFence(given);
        const n = int(row, 'n');
        settleStep.run(
          ended.state,
          ended.at,
          ended.location ?? null,
          ended.error ?? null,
          n,
          ended.name,
          ended.attempt,
        );
        history.happened(n, {
          at: ended.at,
          type: ended.state,
          state: state(row),
          ...(ended.error === undefined ? {} : { cause: ended.error }),
          note: `${ended.name}, attempt ${ended.attempt}`,
        });
      },

      finish(...[given, ending, at]: Arguments<'finish'>): readonly Due[] {
        const row = underFence(given);
        const from: State = state(row);
        assertTransition(from, ending.state);
        const n = int(row, 'n');
        const cause =
          ending.state === 'held' ? ending.cause : ending.state === 'waiting' ? ending.reason : '';
        const since =
          cause === row['cause'] && row['waiting_since'] !== null ? int(row, 'waiting_since') : at;
        const due = ending.state === 'waiting' || ending.state === 'unknown' ? ending.due : null;
        const deliveredAt = ending.state === 'delivered' ? at : null;
        setState.run(
          ending.state,
          cause,
          ending.state === 'waiting' ? since : null,
          0,
          0,
          due,
          deliveredAt,
          n,
        );
        history.changed(n, { at, type: ending.state, state: ending.state, cause, note: ending.note });
        if (due === null) return order.wakeNext(row, at);
        return [{ id: given.id, urgency: int(row, 'urgency'), due }];
      },
    },
  };
}
