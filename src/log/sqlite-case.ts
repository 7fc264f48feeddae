import type { DatabaseSync } from 'node:sqlite';
import { nextToGo, type Place } from './editions.ts';
import type { Due } from './message.ts';
import { type EditionRow, editionRow, type Row, text } from './rows.ts';
import type { HistoryWriter } from './sqlite-history.ts';

/** The editions of a case, inside the caller's transaction. */
export interface CaseOrder {
  /** All editions of the message's case that count for its order, itself included. */
  editions(source: string, assessment: string): readonly EditionRow[];
  /** Lets later editions wait that have not begun. */
  stepAside(aside: Place<EditionRow>['aside'], at: number): void;
  /** Lets the edition go whose turn it is after the message of this row is finished or held. */
  wakeNext(row: Row, at: number): readonly Due[];
}

export function createCaseOrder(db: DatabaseSync, history: HistoryWriter): CaseOrder {
  const find = db.prepare(
    `SELECT n, id, urgency, edition, state, cause, leased, mapping FROM messages
     WHERE source = ? AND assessment = ? AND state NOT IN ('trial', 'withdrawn')`,
  );
  const setAside = db.prepare(
    `UPDATE messages SET state = 'waiting', cause = 'earlier-edition', waiting_since = ?, ready = 0, due_at = NULL
     WHERE n = ?`,
  );
  const release = db.prepare(
    `UPDATE messages SET state = 'received', cause = '', waiting_since = NULL, ready = 1, due_at = NULL
     WHERE n = ?`,
  );

  function editions(source: string, assessment: string): readonly EditionRow[] {
    return find.all(source, assessment).map(editionRow);
  }

  return {
    editions,

    stepAside(aside, at) {
      for (const { n } of aside) {
        setAside.run(at, n);
        history.changed(n, { at, type: 'waiting', state: 'waiting', cause: 'earlier-edition' });
      }
    },

    wakeNext(row, at) {
      const next = nextToGo(editions(text(row, 'source'), text(row, 'assessment')));
      if (next === undefined) return [];
      release.run(next.n);
      history.changed(next.n, { at, type: 'woken', state: 'received' });
      return [{ id: next.id, urgency: next.urgency, due: at }];
    },
  };
}
