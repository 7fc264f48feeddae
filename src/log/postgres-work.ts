import { BridgeError } from '../errors.ts';
import type { Outcome } from './lane.ts';
import type { MessageLog } from './log.ts';
import type { Due, Ending, Lease } from './message.ts';
import { lockMessages, wakeNext } from './postgres-cases.ts';
import { type Changes, createChanges } from './postgres-changes.ts';
import type { ContentReader } from './postgres-content.ts';
import { type Database, statement, type Transaction } from './postgres-database.ts';
import { int, type Row, state, text } from './rows.ts';
import type { Sealing } from './sealing.ts';
import { assertTransition, isFinal } from './state.ts';

type Rest<Method extends keyof MessageLog> =
  Parameters<MessageLog[Method]> extends [Lease, ...infer Others] ? Others : never;

/** A call under a lease. */
export type WorkCall = { readonly lease: Lease } & (
  | { readonly name: 'extend'; readonly args: Rest<'extend'> }
  | { readonly name: 'mapped'; readonly args: Rest<'mapped'> }
  | { readonly name: 'intend'; readonly args: Rest<'intend'> }
  | { readonly name: 'settle'; readonly args: Rest<'settle'> }
  | { readonly name: 'finish'; readonly args: Rest<'finish'> }
);

/** What a call under a lease gives: an attempt's number, and what may be claimed because of it. */
export interface Written {
  readonly attempt: number;
  readonly due: readonly Due[];
}

const nothing: Written = { attempt: 0, due: [] };

const lastAttempts = statement(`SELECT n, name, max(attempt) AS attempt FROM messages JOIN steps USING (n)
  WHERE id = ANY ($1::text[]) GROUP BY n, name`);

/** The attempts of the steps of these messages so far. */
async function attempts(tx: Transaction, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = ids.length === 0 ? [] : await tx.query(lastAttempts, [ids]);
  return new Map(rows.map((row) => [`${int(row, 'n')} ${text(row, 'name')}`, int(row, 'attempt')]));
}

/** What workers write under their leases, in batches; each call checks before it changes anything. */
export function createWork(
  db: Database,
  {
    sealing,
    content,
    tellsSender,
    gather,
  }: {
    readonly sealing: Sealing;
    readonly content: ContentReader;
    readonly tellsSender: boolean;
    readonly gather: (tx: Transaction) => Promise<unknown>;
  },
) {
  function finish(changes: Changes, row: Row, ending: Ending, at: number): readonly Due[] {
    assertTransition(state(row), ending.state);
    const n = int(row, 'n');
    const cause = ending.state === 'held' ? ending.cause : ending.state === 'waiting' ? ending.reason : '';
    const since = cause === row['cause'] && row['waiting_since'] !== null ? int(row, 'waiting_since') : at;
    const due = ending.state === 'waiting' || ending.state === 'unknown' ? ending.due : null;
    changes.changed(
      n,
      {
        state: ending.state,
        waiting_since: ending.state === 'waiting' ? since : null,
        ready: 0,
        leased: 0,
        due_at: due,
        delivered_at: ending.state === 'delivered' ? at : null,
        ended_at: isFinal(ending.state) ? at : null,
      },
      { at, type: ending.state, cause, note: ending.note },
    );
    if (due === null) return wakeNext(changes, row, at);
    return [{ id: text(row, 'id'), urgency: int(row, 'urgency'), due }];
  }

  function apply(changes: Changes, tries: Map<string, number>, row: Row, call: WorkCall): Written {
    const n = int(row, 'n');
    switch (call.name) {
      case 'extend': {
        const [until] = call.args;
        changes.set(n, { due_at: until });
        return nothing;
      }
      case 'mapped': {
        const [{ mapping, digest, bundle, at }] = call.args;
        assertTransition(state(row), 'mapped');
        const sealed = sealing.seal(content.key(row), call.lease.id, 'bundle', Buffer.from(bundle));
        const note = `${mapping} ${digest}`;
        changes.changed(
          n,
          { state: 'mapped', waiting_since: null, mapping, digest },
          { at, type: 'mapped', note },
        );
        changes.bundle(n, sealed);
        return nothing;
      }
      case 'intend': {
        const [{ name, at, search }] = call.args;
        assertTransition(state(row), 'delivering');
        const attempt = (tries.get(`${n} ${name}`) ?? 0) + 1;
        tries.set(`${n} ${name}`, attempt);
        const sought = search === undefined ? null : JSON.stringify(search);
        changes.intended({ n, name, attempt, state: 'intended', intended_at: at, search: sought });
        const note = `${name}, attempt ${attempt}`;
        changes.changed(n, { state: 'delivering', waiting_since: null }, { at, type: 'intended', note });
        return { ...nothing, attempt };
      }
      case 'settle': {
        const [{ name, attempt, state: to, at, location, error }] = call.args;
        const ended = { ended_at: at, location: location ?? null, error: error ?? null };
        changes.settled({ n, name, attempt, state: to, ...ended });
        const note = `${name}, attempt ${attempt}`;
        changes.happened(n, { at, type: to, ...(error === undefined ? {} : { cause: error }), note });
        return nothing;
      }
      case 'finish':
        return { ...nothing, due: finish(changes, row, ...call.args) };
    }
  }

  /** @throws BridgeError `internal` when the lease is no longer the caller's. */
  function underFence(changes: Changes, byId: Map<string, number>, { id, fence }: Lease): Row {
    const n = byId.get(id);
    const row = n === undefined ? undefined : changes.row(n);
    if (row === undefined || row['fence'] !== fence || row['leased'] !== 1) {
      throw new BridgeError('internal', [
        { text: 'the lease of this message has ended or another worker has it' },
      ]);
    }
    return row;
  }

  return {
    keyOf: ({ lease }: WorkCall) => lease.id,

    run(calls: readonly WorkCall[]): Promise<readonly Outcome<Written>[]> {
      const idsOf = (name?: WorkCall['name']) => [
        ...new Set(
          calls.filter((call) => name === undefined || call.name === name).map(({ lease }) => lease.id),
        ),
      ];
      return db.transaction(async (tx) => {
        const [rows, tries] = await Promise.all([
          lockMessages(tx, idsOf(), idsOf('finish')),
          attempts(tx, idsOf('intend')),
          gather(tx),
        ]);
        const byId = new Map(rows.map((row) => [text(row, 'id'), int(row, 'n')]));
        const changes = createChanges(rows, tellsSender);
        const outcomes = calls.map((call) => {
          try {
            return { value: apply(changes, tries, underFence(changes, byId, call.lease), call) };
          } catch (error) {
            if (error instanceof BridgeError) return { error };
            throw error;
          }
        });
        const write = changes.statement();
        if (write !== undefined) await tx.commit(write.sql, write.values);
        return outcomes;
      });
    },
  };
}
