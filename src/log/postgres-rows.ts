import { type Row, text } from './rows.ts';

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null;
}

/** The rows that a column holds as a JSON array; none where it is NULL. Its members are checked when they are read. */
export function rowsIn(row: Row, column: string): readonly Row[] {
  if (row[column] === null) return [];
  const value: unknown = JSON.parse(text(row, column));
  return Array.isArray(value) ? value.filter(isRow) : [];
}
