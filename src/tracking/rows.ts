import type { SqlValue, Tx } from '../backends/db/port.ts';

/** Rows of one statement, largest first: few texts, so that each is prepared once. */
const chunkRows = [256, 32, 4, 1] as const;

const texts = new Map<string, string>();

/**
 * Runs `<head> values (…), (…) … <tail>` over all rows, many a statement.
 * @param values the rows' values one after the other, `width` a row
 * @returns what `tail` returns, in no particular order
 */
export async function insertRows<Row = Record<string, SqlValue>>(
  tx: Tx<never>,
  head: string,
  width: number,
  tail: string,
  values: readonly SqlValue[],
): Promise<Row[]> {
  const returned: Row[] = [];
  const rows = values.length / width;
  let done = 0;
  for (const size of chunkRows) {
    while (rows - done >= size) {
      const statement = tx.statement<Row>(textOf(head, width, tail, size));
      for (const row of await statement.all(...values.slice(done * width, (done + size) * width))) returned.push(row);
      done += size;
    }
  }
  return returned;
}

function textOf(head: string, width: number, tail: string, rows: number): string {
  const key = `${rows} ${head} ${tail}`;
  let text = texts.get(key);
  if (text === undefined) {
    const row = `(${Array(width).fill('?').join(', ')})`;
    text = `${head} values ${Array(rows).fill(row).join(', ')} ${tail}`;
    texts.set(key, text);
  }
  return text;
}

/** `?, ?, ?` */
export function placeholders(count: number): string {
  return Array(count).fill('?').join(', ');
}
