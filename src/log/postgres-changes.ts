import type { By } from './message.ts';
import { senderNews } from './news.ts';
import type { News } from './outbox.ts';
import type { Statement, Transaction, Value } from './postgres-database.ts';
import {
  bundles,
  changing,
  combined,
  events,
  news,
  type Part,
  packed,
  set,
  settling,
  steps,
} from './postgres-parts.ts';
import { int, type Row, text } from './rows.ts';
import type { State } from './state.ts';

type Setting = { readonly [Column in (typeof changing)[number]]?: string | number | null };

/** A line of a message's history. `note` is in plain words without personal data. */
interface Line {
  readonly at: number;
  readonly type: string;
  readonly cause?: string;
  readonly note?: string | undefined;
  readonly by?: By;
}

interface StepRow {
  readonly n: number;
  readonly name: string;
  readonly attempt: number;
  readonly state: string;
  readonly intended_at?: number;
  readonly ended_at?: number;
  readonly location?: string | null;
  readonly error?: string | null;
  readonly search?: string | null;
}

/** A case: the source and its own id of the assessment. */
export interface Case {
  readonly source: string;
  readonly assessment: string;
}

export function caseKey({ source, assessment }: Case): string {
  return `${source}\n${assessment}`;
}

export function caseOf(row: Row): Case {
  return { source: text(row, 'source'), assessment: text(row, 'assessment') };
}

/** What a transaction changes, gathered from locked rows and written by one statement. */
export interface Changes {
  /** The row as it is by now. */
  row(n: number): Row;
  /** Those of a case, as they are by now. */
  editions(of: Case): readonly Row[];
  set(n: number, to: Setting): void;
  /** Something that leaves the message in its state. */
  happened(n: number, line: Line): void;
  /** The message came into this state: its sender may have to be told. */
  changed(n: number, to: Setting & { readonly state: State }, line: Line): void;
  intended(step: StepRow): void;
  /** How a write ended, or what is known of it since. */
  settled(step: StepRow): void;
  bundle(n: number, sealed: Uint8Array): void;
  /** The statement that writes it all, beside `more`; undefined when there is nothing to write. */
  statement(
    more?: readonly Part[],
  ): { readonly sql: Statement; readonly values: readonly Value[] } | undefined;
}

/** Changes of the messages whose rows (`messages` and `states`) are given, locked. */
export function createChanges(locked: readonly Row[], tellsSender: boolean): Changes {
  const rows = new Map(locked.map((row) => [int(row, 'n'), row]));
  const cases = Map.groupBy(rows.keys(), (n) => caseKey(caseOf(row(n))));
  const touched = new Set<number>();
  const lines: unknown[] = [];
  const told: unknown[] = [];
  const intended: StepRow[] = [];
  const settled = new Map<string, StepRow>();
  const bundled = new Map<number, Uint8Array>();

  function row(n: number): Row {
    const found = rows.get(n);
    if (found === undefined) throw new Error('a message is changed that was not locked');
    return found;
  }

  function happened(n: number, { at, type, cause = '', note, by }: Line): void {
    const line = { at, type, cause: cause === '' ? null : cause, note, who: by?.who, why: by?.why };
    lines.push({ n, ...line, state: row(n)['state'] });
  }

  function toSet(n: number, to: Setting): void {
    rows.set(n, { ...row(n), ...to });
    touched.add(n);
  }

  function tell(n: number, at: number, type: News['type']): void {
    const { source, assessment, cause } = row(n);
    told.push({ recipient: 'sender', n, source, assessment, type, at, cause });
  }

  function part(name: string, sql: Part['sql'], given: readonly unknown[]): readonly Part[] {
    return given.length === 0 ? [] : [{ name, sql, values: [JSON.stringify(given)] }];
  }

  return {
    row,
    editions: (of) => (cases.get(caseKey(of)) ?? []).map(row),
    set: toSet,
    happened,
    changed(n, to, line) {
      const cause = line.cause ?? '';
      toSet(n, { ...to, cause });
      happened(n, line);
      if (!tellsSender) return;
      const last = row(n)['told'] === null ? undefined : text(row(n), 'told');
      const found = senderNews(to.state, cause, last);
      if (found === undefined) return;
      toSet(n, { told: found.told });
      tell(n, line.at, found.type);
    },
    intended: (step) => void intended.push(step),
    settled: (step) => void settled.set(`${step.n} ${step.attempt} ${step.name}`, step),
    bundle: (n, sealed) => void bundled.set(n, sealed),
    statement(more = []) {
      const { places, bytes } = packed([...bundled.values()]);
      const written = [...bundled.keys()].map((n, i) => ({ n, ...places[i] }));
      const parts = [
        ...more,
        ...part(
          'set',
          set,
          [...touched].map((n) => ({
            n,
            ...Object.fromEntries(changing.map((column) => [column, row(n)[column]])),
          })),
        ),
        ...part('events', events, lines),
        ...part('steps', steps, intended),
        ...part('settled', settling, [...settled.values()]),
        ...part('news', news, told),
        ...(written.length === 0
          ? []
          : [{ name: 'bundles', sql: bundles, values: [JSON.stringify(written), bytes] }]),
      ];
      return parts.length === 0 ? undefined : combined(parts);
    },
  };
}

/** Writes the changes in a transaction that goes on. */
export async function write(tx: Transaction, changes: Changes): Promise<void> {
  const found = changes.statement();
  if (found !== undefined) await tx.query(found.sql, found.values);
}
