import type { DatabaseSync } from 'node:sqlite';
import { BridgeError } from '../errors.ts';
import type { Claim, Lease, MessageLog } from './log.ts';
import type { Sealing } from './sealing.ts';
import type { ContentReader } from './sqlite-content.ts';
import type { EventWriter } from './sqlite-events.ts';
import { int, optional, type Row, state, step, text, waitReason } from './sqlite-rows.ts';
import { assertTransition, isFinal, type State } from './state.ts';

type Arguments<Method extends keyof MessageLog> = Parameters<MessageLog[Method]>;

const encoder = new TextEncoder();

/** The worker's side of the log, inside the caller's transaction. Each call checks before its first write. */
export function createClaims(db: DatabaseSync, sealing: Sealing, content: ContentReader, event: EventWriter) {
  const wake = db.prepare(
    'UPDATE messages SET ready = 1, leased = 0, due_at = NULL WHERE due_at IS NOT NULL AND due_at <= ?',
  );
  const pick = db.prepare('SELECT * FROM messages WHERE ready = 1 ORDER BY urgency, sent_at, title LIMIT ?');
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
    db.prepare(`SELECT n, id, source, assessment, edition, state, cause, waiting_since, key_id, data_key FROM messages
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
  const nextEdition = db.prepare(
    `SELECT n FROM messages WHERE source = ? AND assessment = ? AND edition > ?
       AND state = 'waiting' AND cause = 'earlier-edition' ORDER BY edition LIMIT 1`,
  );
  const release = db.prepare(
    "UPDATE messages SET state = 'received', cause = '', ready = 1, due_at = NULL WHERE n = ?",
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
      steps: readSteps.all(int(row, 'n')).map(step),
    };
  }

  /** A message that cannot be opened is held: it must not stand before all others. */
  function readable(row: Row, now: number): Claim | undefined {
    try {
      return claimed(row);
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      const n = int(row, 'n');
      setState.run('held', error.code, null, 0, 0, null, null, n);
      event(n, now, 'held', 'held', error.code);
      return undefined;
    }
  }

  /** Lets the next edition of the same case go when this one is finished. */
  function wakeNextEdition(row: Row, at: number): void {
    const next = nextEdition.get(text(row, 'source'), text(row, 'assessment'), int(row, 'edition'));
    if (next === undefined) return;
    release.run(int(next, 'n'));
    event(int(next, 'n'), at, 'woken', 'received');
  }

  return {
    wakeNextEdition,

    /** Ends all leases: for the start, when no worker can be alive. */
    releaseLeases(): void {
      releaseLeases.run();
    },

    claim({ now, lease: length, limit }: Arguments<'claim'>[0]): readonly Claim[] {
      wake.run(now);
      return pick.all(limit).flatMap((row) => {
        const claim = readable(row, now);
        if (claim === undefined) return [];
        lease.run(now + length, int(row, 'n'));
        return [claim];
      });
    },

    nextDue(): number | undefined {
      if (nextReady.get() !== undefined) return 0;
      const row = nextDue.get();
      return row === undefined || row['due'] === null ? undefined : int(row, 'due');
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
      event(n, result.at, 'mapped', 'mapped', undefined, `${result.mapping} ${result.digest}`);
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
      event(n, wanted.at, 'intended', 'delivering', undefined, `${wanted.name}, attempt ${attempt}`);
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
      event(n, ended.at, ended.state, state(row), ended.error, `${ended.name}, attempt ${ended.attempt}`);
    },

    finish(...[given, ending, at]: Arguments<'finish'>): void {
      const row = underFence(given);
      const from: State = state(row);
      assertTransition(from, ending.state);
      const n = int(row, 'n');
      const cause = ending.state === 'held' ? ending.cause : ending.state === 'waiting' ? ending.reason : '';
      const since = cause === row['cause'] && row['waiting_since'] !== null ? int(row, 'waiting_since') : at;
      const due = ending.state === 'waiting' || ending.state === 'unknown' ? ending.due : null;
      const deliveredAt = ending.state === 'delivered' ? at : null;
      setState.run(ending.state, cause, ending.state === 'waiting' ? since : null, 0, 0, due, deliveredAt, n);
      event(n, at, ending.state, ending.state, cause, 'note' in ending ? ending.note : undefined);
      if (isFinal(ending.state)) wakeNextEdition(row, at);
    },
  };
}
