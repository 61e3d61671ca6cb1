import type { Hash } from '../output.ts';
import { columnCounter, type ColumnCounter, type ColumnProfile } from './column-profile.ts';
import { withObject, type OpenCache } from './objects.ts';
import { readRows, type TableFormat } from './read-rows.ts';

/** What is read of a table at most: a larger one is judged by its beginning, and the profile says so. */
const profileBytes = 64 << 20;

export interface TableProfile {
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
  /** False where only the beginning was read. */
  readonly isComplete: boolean;
  readonly readBytes: number;
  readonly sizeBytes: number;
}

/** What stands in each column of a table. @returns undefined where the bytes are not there */
export function profileTable(open: OpenCache, hash: Hash, format: TableFormat): TableProfile | undefined {
  return withObject(open, hash, (descriptor, sizeBytes) => {
    let names: readonly string[] = [];
    const counters: ColumnCounter[] = [];
    let rows = 0;
    const read = readRows(descriptor, format, profileBytes, {
      columns(now) {
        names = [...now];
        while (counters.length < names.length) {
          const counter = columnCounter();
          counter.addMissing(rows);
          counters.push(counter);
        }
      },
      row(fields) {
        for (const [index, counter] of counters.entries()) counter.add(fields[index] ?? '');
        rows += 1;
        return true;
      },
    });
    return { rows, columns: counters.map((counter, index) => counter.result(names[index]!)), sizeBytes, ...read };
  });
}
