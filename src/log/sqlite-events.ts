import type { DatabaseSync } from 'node:sqlite';
import type { State } from './state.ts';

/** Appends a line to the history of message `n`. `note` is in plain words without personal data. */
export type EventWriter = (
  n: number,
  at: number,
  type: string,
  state: State,
  cause?: string,
  note?: string,
) => void;

export function createEventWriter(db: DatabaseSync): EventWriter {
  const insert = db.prepare(
    `INSERT INTO events (n, seq, at, type, state, cause, note)
     SELECT ?1, coalesce(max(seq), 0) + 1, ?2, ?3, ?4, ?5, ?6 FROM events WHERE n = ?1`,
  );
  return (n, at, type, state, cause, note) => {
    insert.run(n, at, type, state, cause === '' ? null : (cause ?? null), note ?? null);
  };
}
