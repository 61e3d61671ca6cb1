/** CSV as RFC 4180 has it, both ways. */
import type { ColumnSpec, ColumnType } from '../mlmodel/mlmodel.ts';
import { invalidInput } from './problems.ts';

/** An empty field is missing (`null`); one in quotes is a text, even an empty one. */
type Cell = string | null;

/** @throws INPUT_INVALID naming the line where a quote is left open or stands in the middle */
export function parseCsv(text: string): Cell[][] {
  const rows: Cell[][] = [];
  let row: Cell[] = [];
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  if (at === text.length) return rows;
  for (;;) {
    if (text[at] === '"') {
      const [cell, end] = quoted(text, at, rows.length + 1);
      row.push(cell);
      at = end;
    } else {
      const end = endOfField(text, at);
      row.push(end === at ? null : text.slice(at, end));
      at = end;
    }
    if (text[at] === ',') {
      at += 1;
      continue;
    }
    // A line with nothing on it is no row, as pandas has it.
    if (row.length > 1 || row[0] !== null) rows.push(row);
    row = [];
    if (text[at] === '\r') at += 1;
    if (text[at] === '\n') at += 1;
    if (at >= text.length) return rows;
  }
}

function endOfField(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x2c || code === 0x0a || code === 0x0d) return at;
  }
  return at;
}

function quoted(text: string, from: number, line: number): [string, number] {
  let cell = '';
  let at = from + 1;
  for (;;) {
    const end = text.indexOf('"', at);
    if (end === -1) throw invalidInput(`CSV: the quote that opens in row ${line} is never closed.`);
    cell += text.slice(at, end);
    if (text[end + 1] !== '"') {
      if (end + 1 < text.length && !',\r\n'.includes(text[end + 1]!)) {
        throw invalidInput(`CSV: row ${line} goes on after a closing quote: double the quotes inside a field.`);
      }
      return [cell, end + 1];
    }
    cell += '"';
    at = end + 2;
  }
}

const number = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;
/** As pandas reads them. */
const missing = new Set(['', 'nan', '-nan', 'null', 'none', 'na', 'n/a', '<na>', '#na', '#n/a', '#n/a n/a']);
const wholeNumber = /^\s*([+-]?\d+)(?:\.0*)?\s*$/;

/** A field as the JSON value that a column of this type takes; what has no such form stays text and is refused as one. */
export function cellValue(type: ColumnSpec['type'] | undefined, cell: Cell): unknown {
  if (cell === null) return null;
  switch (type) {
    case 'float':
    case 'double':
      if (missing.has(cell.trim().toLowerCase())) return null;
      return number.test(cell) ? Number(cell) : cell;
    case 'integer':
    case 'long':
      return wholeValue(cell) ?? cell;
    case 'boolean':
      return /^true$/i.test(cell) ? true : /^false$/i.test(cell) ? false : cell;
    default:
      return cell;
  }
}

function wholeValue(cell: string): number | bigint | undefined {
  const digits = wholeNumber.exec(cell)?.[1];
  if (digits === undefined) return undefined;
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : BigInt(digits.replace('+', ''));
}

/** Without a signature, a column has the first of these types that all its fields have, as pandas guesses. */
export function guessType(cells: readonly Cell[]): ColumnType {
  const given = cells.filter((cell) => cell !== null);
  const types: readonly ColumnType[] = given.length === cells.length ? ['long', 'double', 'boolean'] : ['double'];
  return types.find((type) => given.every((cell) => typeof cellValue(type, cell) !== 'string')) ?? 'string';
}

/** One field, in quotes where it needs them. */
export function csvField(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
