import { readSync } from 'node:fs';
import { extname } from 'node:path';
import { delimitedReader, delimiterOf, fieldsOfJsonLine } from '../../formats/table/index.ts';

const chunkBytes = 1 << 20;
/** A table with more columns than this is read as far as they go. */
const columnLimit = 1000;

export type TableFormat = 'delimited' | 'json-lines';

/** Whether a file is a table that can be read, by its name. */
export function tableFormatOf(file: string): TableFormat | undefined {
  const extension = extname(file).toLowerCase();
  if (['.csv', '.tsv'].includes(extension)) return 'delimited';
  return ['.jsonl', '.ndjson'].includes(extension) ? 'json-lines' : undefined;
}

export interface RowSink {
  /** Called before the first row, and again where a later JSON line brings columns. */
  columns(names: readonly string[]): void;
  /** One text a column, in their order; fewer where the row ends early. @returns false to stop */
  row(fields: readonly string[]): boolean;
}

export interface ReadRows {
  readonly isComplete: boolean;
  readonly readBytes: number;
}

/** Reads a table's rows in order, until `limitBytes` of it are read or the sink wants no more. */
export function readRows(descriptor: number, format: TableFormat, limitBytes: number, sink: RowSink): ReadRows {
  const buffer = Buffer.allocUnsafe(chunkBytes);
  const decoder = new TextDecoder();
  let reader: { push(text: string): boolean; end(): void } | undefined;
  for (let readBytes = 0; ;) {
    const length = readSync(descriptor, buffer, 0, Math.min(chunkBytes, limitBytes - readBytes), readBytes);
    readBytes += length;
    const text = decoder.decode(buffer.subarray(0, length), { stream: length > 0 });
    reader ??= format === 'delimited' ? tableReader(delimiterOf(text), sink) : jsonLinesReader(sink);
    if (!reader.push(text)) return { isComplete: false, readBytes };
    if (length === 0) {
      // What was cut off at the limit may be half a row.
      const isComplete = readBytes < limitBytes || readSync(descriptor, buffer, 0, 1, readBytes) === 0;
      if (isComplete) reader.end();
      return { isComplete, readBytes };
    }
  }
}

function tableReader(delimiter: string, sink: RowSink) {
  let width: number | undefined;
  return delimitedReader(delimiter, (fields) => {
    if (width !== undefined) return sink.row(fields.length > width ? fields.slice(0, width) : fields);
    const names = fields.slice(0, columnLimit).map((name, index) => (name === '' ? `column ${index + 1}` : name));
    width = names.length;
    sink.columns(names);
    return true;
  });
}

function jsonLinesReader(sink: RowSink) {
  const names: string[] = [];
  const known = new Map<string, number>();
  let rest = '';
  const line = (text: string): boolean => {
    const fields = text.trim() === '' ? undefined : fieldsOfJsonLine(text);
    if (fields === undefined) return true;
    for (const name of fields.keys()) {
      if (known.has(name) || names.length === columnLimit) continue;
      known.set(name, names.length);
      names.push(name);
      sink.columns(names);
    }
    return sink.row(names.map((name) => fields.get(name) ?? ''));
  };
  return {
    push(text: string): boolean {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      return lines.every(line);
    },
    end: () => void line(rest),
  };
}
