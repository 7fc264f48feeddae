import type { DatabaseSync } from 'node:sqlite';
import type { By } from './message.ts';
import type { NewsWriter } from './sqlite-news.ts';
import type { State } from './state.ts';

/** A line of a message's history. `note` is in plain words without personal data. */
interface Line {
  readonly at: number;
  readonly type: string;
  readonly state: State;
  readonly cause?: string;
  readonly note?: string | undefined;
  readonly by?: By;
}

/** Writes what happened to message `n`. */
export interface HistoryWriter {
  /** Something that leaves the message in its state. */
  happened(n: number, line: Line): void;
  /** The message came into `line.state`: its sender may have to be told. */
  changed(n: number, line: Line): void;
}

export function createHistoryWriter(db: DatabaseSync, news: NewsWriter): HistoryWriter {
  const insert = db.prepare(
    `INSERT INTO events (n, seq, at, type, state, cause, note, who, why)
     SELECT ?1, coalesce(max(seq), 0) + 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM events WHERE n = ?1`,
  );

  function happened(n: number, { at, type, state, cause = '', note, by }: Line): void {
    insert.run(
      n,
      at,
      type,
      state,
      cause === '' ? null : cause,
      note ?? null,
      by?.who ?? null,
      by?.why ?? null,
    );
  }

  return {
    happened,
    changed(n, line) {
      happened(n, line);
      news.forSender(n, line.at, line.state, line.cause ?? '');
    },
  };
}
