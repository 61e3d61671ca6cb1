/** Tables of metrics and parameters, with DVC's columns and rounding. */
import { relative, join } from 'node:path';
import { pythonFloat, pythonStr } from '../formats/dvc/python-text.ts';
import { pythonJson } from '../formats/dvc/python-json.ts';
import { Float, isMapping, Timestamp, type Value } from '../formats/dvc/value.ts';
import type { ShownDiff } from '../pipelines/index.ts';
import type { Io } from './command.ts';

export interface TableStyle {
  readonly markdown: boolean;
  /** Digits after the point; undefined: as they are. */
  readonly precision: number | undefined;
  readonly noPath: boolean;
  /** A last column with what was added. */
  readonly withChange?: boolean;
}

export function printDiff(io: Io, diff: ShownDiff, title: string, revisions: readonly [string, string], style: TableStyle): void {
  const header = [...(style.noPath ? [] : ['Path']), title, ...revisions, ...(style.withChange === true ? ['Change'] : [])];
  const rows: string[][] = [];
  for (const [path, changes] of diff) {
    for (const [key, change] of changes) {
      const values = [change.old, change.new, ...(style.withChange === true ? [change.diff ?? null] : [])];
      rows.push([...(style.noPath ? [] : [path]), key, ...values.map((value) => cell(value, style.precision))]);
    }
  }
  printRows(io, header, rows, style.markdown);
}

export function cell(value: Value, precision: number | undefined): string {
  if (value === null) return '-';
  if (value instanceof Float && precision !== undefined) return roundedFloat(value.value, precision);
  return pythonStr(value);
}

/** Python's `round`; a number too small for the precision keeps its leading digits rather than becoming 0.0. */
function roundedFloat(value: number, precision: number): string {
  const rounded = Number.isFinite(value) ? Number(value.toFixed(Math.min(precision, 100))) : value;
  return pythonFloat(rounded === 0 && value !== 0 ? Number(value.toPrecision(precision)) : rounded);
}

export function printRows(io: Io, header: readonly string[], rows: readonly (readonly string[])[], markdown: boolean): void {
  if (rows.length === 0) return;
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => [...(row[column] ?? '')].length)));
  const padded = (cells: readonly string[], between: string): string =>
    cells.map((text, column) => text + ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...text].length))).join(between);
  if (!markdown) {
    io.stdout([header, ...rows].map((row) => `${padded(row, '  ').trimEnd()}\n`).join(''));
    return;
  }
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  io.stdout(`${[`| ${padded(header, ' | ')} |`, rule, ...rows.map((row) => `| ${padded(row, ' | ')} |`)].join('\n')}\n\n`);
}

/** Python's JSON, so that `1.0`, NaN and big integers stay what they are; dates as text. */
export function printJson(io: Io, value: Value): void {
  io.stdout(`${pythonJson(datesAsText(value), { sortKeys: false })}\n`);
}

function datesAsText(value: Value): Value {
  if (value instanceof Timestamp) return value.text;
  if (Array.isArray(value)) return value.map(datesAsText);
  return isMapping(value) ? new Map([...value].map(([key, item]) => [key, datesAsText(item)])) : value;
}

/** Paths relative to the root, made relative to the working directory. */
export function relativeKeys<T>(root: string, cwd: string, files: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...files].map(([path, value]) => [relative(cwd, join(root, path)), value]));
}
