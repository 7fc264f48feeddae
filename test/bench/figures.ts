import { table } from '../../src/cli/table.ts';

/** One thing that was measured. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it is compared with, measured in the same run, or how it came about. */
  readonly reference?: string;
  /** What it shall reach. */
  readonly wanted?: { readonly atMost: number } | { readonly atLeast: number };
}

/** Whether a figure reaches what is wanted; undefined where nothing is. */
export function reached({ value, wanted }: Figure): boolean | undefined {
  if (wanted === undefined) return undefined;
  return 'atMost' in wanted ? value <= wanted.atMost : value >= wanted.atLeast;
}

function number(value: number): string {
  const digits = Math.abs(value) >= 100 || Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function row(figure: Figure): readonly string[] {
  const { name, value, unit, reference = '', wanted } = figure;
  const limit =
    wanted === undefined
      ? ''
      : 'atMost' in wanted
        ? `≤ ${number(wanted.atMost)}`
        : `≥ ${number(wanted.atLeast)}`;
  const is = reached(figure);
  return [name, number(value), unit, limit, is === undefined ? '' : is ? 'yes' : 'NO', reference];
}

/** The lines of a table for people. */
export function figureLines(figures: readonly Figure[]): readonly string[] {
  return table(['what', 'figure', 'unit', 'wanted', 'reached', 'beside it'], figures.map(row));
}

/** The value below which the given share (0 to 1) of all lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
