import { statement, type Value } from './postgres-database.ts';

/** The columns of `states` that change. */
export const changing = [
  'state',
  'cause',
  'ready',
  'leased',
  'due_at',
  'fence',
  'attempts',
  'waiting_since',
  'delivered_at',
  'ended_at',
  'mapping',
  'digest',
  'chosen',
  'told',
] as const;

/** A part of a statement: common table expressions around one or two parameters, numbered from `first`. */
export interface Part {
  readonly name: string;
  sql(first: number): string;
  readonly values: readonly Value[];
}

export const set: Part['sql'] = (first) => `setting AS (UPDATE states AS s SET
  ${changing.map((column) => `${column} = c.${column}`).join(', ')}
  FROM json_populate_recordset(NULL::states, $${first}) AS c WHERE s.n = c.n)`;

export const events: Part['sql'] = (first) => `history AS (
  INSERT INTO events (n, at, type, state, cause, note, who, why)
  SELECT n, at, type, state, cause, note, who, why FROM json_populate_recordset(NULL::events, $${first}))`;

export const steps: Part['sql'] = (first) => `intending AS (
  INSERT INTO steps (n, name, attempt, state, intended_at, search)
  SELECT n, name, attempt, state, intended_at, search FROM json_populate_recordset(NULL::steps, $${first}))`;

export const settling: Part['sql'] = (first) => `settling AS (UPDATE steps AS s SET state = c.state,
  ended_at = c.ended_at, location = coalesce(c.location, s.location), error = c.error
  FROM json_populate_recordset(NULL::steps, $${first}) AS c
  WHERE s.n = c.n AND s.name = c.name AND s.attempt = c.attempt)`;

export const news: Part['sql'] = (first) => `telling AS (
  INSERT INTO news (recipient, n, source, assessment, type, at, cause)
  SELECT recipient, n, source, assessment, type, at, cause FROM json_populate_recordset(NULL::news, $${first}))`;

export const bundles: Part['sql'] = (first) => `bundling AS (INSERT INTO bundles (n, sealed)
  SELECT n, substr($${first + 1}::bytea, start, size)
  FROM json_to_recordset($${first}) AS c (n bigint, start integer, size integer)
  ON CONFLICT (n) DO UPDATE SET sealed = excluded.sealed)`;

/** One statement of several parts, each of which writes a table. */
export function combined(parts: readonly Part[], result = 'SELECT') {
  let first = 1;
  const values: Value[] = [];
  const expressions: string[] = [];
  for (const part of parts) {
    expressions.push(part.sql(first));
    values.push(...part.values);
    first += part.values.length;
  }
  return { sql: statement(`WITH ${expressions.join(',\n')}\n${result}`), values };
}

/** Many values as one: SQL cuts it again by where each starts (from 1) and how long it is. */
export function packed(values: readonly Uint8Array[]) {
  let start = 1;
  const places = values.map(({ length: size }) => {
    start += size;
    return { start: start - size, size };
  });
  return { places, bytes: Buffer.concat(values) };
}
