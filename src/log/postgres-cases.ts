import { nextToGo, type Place, placeAgain } from './editions.ts';
import type { By, Due } from './message.ts';
import { type Case, type Changes, caseOf } from './postgres-changes.ts';
import { statement, type Transaction } from './postgres-database.ts';
import { ADVISORY_CASE } from './postgres-schema.ts';
import { type EditionRow, editionRow, int, type Row } from './rows.ts';

/**
 * The order of cases between processes. Whoever may change which edition of a case goes first takes the lock of the
 * case, then locks the rows of all its editions in a later statement, which therefore sees what others wrote before:
 * two new editions cannot pass each other, and no edition waits for one that has just ended. Locks are taken in one
 * order everywhere: cases by their key, then rows by their number.
 */

const lock = (cases: string) => `SELECT pg_advisory_xact_lock(${ADVISORY_CASE}, key) FROM (
  SELECT DISTINCT hashtext(source || ' ' || assessment) AS key FROM ${cases} ORDER BY key) AS keys`;

const lockNamed = statement(lock('unnest($1::text[], $2::text[]) AS given (source, assessment)'));
const lockOf = statement(lock('messages WHERE id = ANY ($1::text[])'));

/** Of `messages`, what names a message and opens it; the rest does not matter to those who change it. */
const columns = 'm.id, m.source, m.assessment, m.edition, m.correlation, m.key_id, m.data_key, s.*';

const editionsNamed = statement(`SELECT ${columns}
  FROM unnest($1::text[], $2::text[]) AS given (source, assessment)
  JOIN messages m USING (source, assessment) JOIN states s ON s.n = m.n ORDER BY s.n FOR UPDATE OF s`);

const rowsOf = statement(`SELECT ${columns} FROM (
    SELECT n FROM messages WHERE id = ANY ($1::text[])
    UNION SELECT o.n FROM messages c JOIN messages o ON o.source = c.source AND o.assessment = c.assessment
      WHERE c.id = ANY ($2::text[])) AS wanted
  JOIN messages m ON m.n = wanted.n JOIN states s ON s.n = m.n ORDER BY s.n FOR UPDATE OF s`);

/** Locks these cases, each named once, and gives the rows of their editions. */
export async function lockCases(tx: Transaction, cases: readonly Case[]): Promise<readonly Row[]> {
  const names = [cases.map(({ source }) => source), cases.map(({ assessment }) => assessment)];
  const [, rows] = await Promise.all([tx.query(lockNamed, names), tx.query(editionsNamed, names)]);
  return rows;
}

/** Locks these messages and, of those in `whole`, all editions of their cases; gives all the rows. */
export async function lockMessages(
  tx: Transaction,
  ids: readonly string[],
  whole: readonly string[] = ids,
): Promise<readonly Row[]> {
  const locking = whole.length === 0 ? undefined : tx.query(lockOf, [whole]);
  const [rows] = await Promise.all([tx.query(rowsOf, [ids, whole]), locking]);
  return rows;
}

/** The editions of a message's case that count for its order, itself included, as they are by now. */
export function editionsOf(changes: Changes, of: Case): readonly EditionRow[] {
  return changes.editions(of).flatMap((row) => {
    if (row['state'] === 'trial' || row['state'] === 'withdrawn') return [];
    return [editionRow(row)];
  });
}

/** Lets later editions wait that have not begun. */
export function stepAside(changes: Changes, aside: Place<EditionRow>['aside'], at: number): void {
  for (const { n } of aside) {
    const waits = { state: 'waiting', waiting_since: at, ready: 0, due_at: null } as const;
    changes.changed(n, waits, { at, type: 'waiting', cause: 'earlier-edition' });
  }
}

/** Lets the edition go whose turn it is after the message of this row is finished or held. */
export function wakeNext(changes: Changes, row: Row, at: number): readonly Due[] {
  const next = nextToGo(editionsOf(changes, caseOf(row)));
  if (next === undefined) return [];
  const goes = { state: 'received', waiting_since: null, ready: 1, due_at: null } as const;
  changes.changed(next.n, goes, { at, type: 'woken' });
  return [{ id: next.id, urgency: next.urgency, due: at }];
}

/** Sends a message on from its start, as soon as its case allows. */
export function again(
  changes: Changes,
  row: Row,
  by: By,
  at: number,
  event: { type: string; due?: number },
): void {
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

/** Ends a message by a person's act, and lets the next edition of its case go. */
export function finish(
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
