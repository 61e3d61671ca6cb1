import { invalidInput } from './problems.ts';

/** A table as a request has it, before its cells are checked: columns of equal length, `undefined` where a row has none. */
export interface Table {
  /** Undefined where the columns have places only. */
  readonly names: readonly string[] | undefined;
  readonly columns: readonly (readonly unknown[])[];
  readonly rows: number;
}

/** Rows as lists, with or without the names of their columns. @throws INPUT_INVALID where rows are ragged or a name comes twice */
export function tableOfRows(rows: unknown, names: readonly string[] | undefined, what: string): Table {
  if (!Array.isArray(rows)) throw invalidInput(`${what} must be a list of rows, each a list of values.`);
  const width = names?.length ?? (Array.isArray(rows[0]) ? rows[0].length : 1);
  const columns = Array.from({ length: width }, (): unknown[] => []);
  for (let row = 0; row < rows.length; row += 1) {
    // As pandas reads it, a row that is no list is its only value.
    const cells: readonly unknown[] = Array.isArray(rows[row]) ? rows[row] : [rows[row]];
    if (cells.length !== width) {
      throw invalidInput(`${what}: row ${row} has ${cells.length} values where ${width} are expected: give every row one for each column.`);
    }
    for (let column = 0; column < width; column += 1) columns[column]!.push(cells[column]);
  }
  return { names: names === undefined ? undefined : uniqueNames(names, what), columns, rows: rows.length };
}

/** Rows as objects; the columns are all keys that come. @throws INPUT_INVALID where an item is no object */
export function tableOfRecords(records: readonly unknown[], what: string): Table {
  const columns = new Map<string, unknown[]>();
  let cells = 0;
  for (let row = 0; row < records.length; row += 1) {
    const record = records[row];
    if (!isObject(record)) throw invalidInput(`${what}: item ${row} is not an object: give every row as {"column": value, …}.`);
    const names = Object.keys(record);
    let known = 0;
    for (const [name, column] of columns) {
      if (!Object.hasOwn(record, name)) continue;
      column[row] = record[name];
      known += 1;
    }
    cells += names.length;
    if (known < names.length) {
      for (const name of names) {
        if (columns.has(name)) continue;
        const column: unknown[] = [];
        column[row] = record[name];
        columns.set(name, column);
      }
    }
    refuseSparse(columns.size * (row + 1), cells, what);
  }
  // No holes: every() and forEach() would pass over them.
  const dense = [...columns.values()].map((column) => Array.from({ length: records.length }, (_, row) => column[row]));
  return { names: [...columns.keys()], columns: dense, rows: records.length };
}

/** An object of columns: lists of equal length, or single values of one row. */
export function tableOfColumns(object: Readonly<Record<string, unknown>>, what: string): Table {
  const names = Object.keys(object);
  const lists = names.filter((name) => Array.isArray(object[name]));
  if (lists.length === 0) return { names, columns: names.map((name) => [object[name]]), rows: 1 };
  const rows = (object[lists[0]!] as unknown[]).length;
  const uneven = names.find((name) => !Array.isArray(object[name]) || object[name].length !== rows);
  if (uneven !== undefined) {
    throw invalidInput(
      `The length of values for each input/column name are not the same: ${what} has ${rows} in '${lists[0]}' and another number in '${uneven}'.`,
    );
  }
  return { names, columns: names.map((name) => object[name] as unknown[]), rows };
}

/** Rows without a column in common make a table of the square of their number. */
function refuseSparse(places: number, cells: number, what: string): void {
  if (places > 1_000_000 && places > 20 * cells)
    throw invalidInput(`${what}: the rows have hardly a column in common: give all of them the same.`);
}

function uniqueNames(names: readonly string[], what: string): readonly string[] {
  if (new Set(names).size === names.length) return names;
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  throw invalidInput(`${what}: column '${twice}' comes twice: name every column once.`);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
