/** DuckDB in a thread of its own: decodes segments into a table, searches it beside Parquet files, and seals. */
import { createHash } from 'node:crypto';
import { mkdirSync, openSync, fsyncSync, closeSync, readSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { DOUBLE, DuckDBInstance, type DuckDBConnection, type DuckDBType } from '@duckdb/node-api';
import { scanFrames } from './frame.ts';
import type { SegmentExtent } from './append-log.ts';
import type { ColumnsRow, ColumnsTable, ColumnsValue } from './port.ts';

export interface QueryJob {
  readonly kind: 'query';
  readonly sql: string;
  readonly values: readonly ColumnsValue[];
  readonly segments: readonly SegmentExtent[];
  readonly paths: readonly string[];
}

export interface SealJob {
  readonly kind: 'seal';
  readonly segment: SegmentExtent;
  /** Where the files are made. */
  readonly folder: string;
}

export interface SealedPart {
  readonly key: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly facts: readonly ColumnsRow[];
}

export class ColumnsEngine {
  readonly #table: ColumnsTable;
  readonly #connection: DuckDBConnection;
  /** How many bytes of each segment lie in `open_rows`. */
  readonly #loaded = new Map<string, number>();

  private constructor(table: ColumnsTable, connection: DuckDBConnection) {
    this.#table = table;
    this.#connection = connection;
  }

  static async open(table: ColumnsTable): Promise<ColumnsEngine> {
    const settings = {
      threads: '2',
      memory_limit: '512MB',
      // Left to itself DuckDB writes what the memory does not hold into the working directory, which is the user's project.
      temp_directory: join(tmpdir(), `millwright-duckdb-${process.pid}-${threadId}`),
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    };
    const connection = await (await DuckDBInstance.create(':memory:', settings)).connect();
    const columns = Object.entries(table.columns).map(([name, type]) => `${name} ${type}`);
    await connection.run(`create table open_rows (segment VARCHAR, ${columns.join(', ')})`);
    return new ColumnsEngine(table, connection);
  }

  async query({ sql, values, segments, paths }: QueryJob): Promise<ColumnsRow[]> {
    await this.#keepOnly(segments);
    for (const segment of segments) await this.#load(segment);
    const names = Object.keys(this.#table.columns).join(', ');
    const list = paths.map((path) => `'${path.replaceAll("'", "''")}'`).join(', ');
    const sealed = paths.length === 0 ? '' : ` union all by name select ${names} from read_parquet([${list}], hive_partitioning = false)`;
    return this.#rows(`with records as (select ${names} from open_rows${sealed}) ${sql}`, values);
  }

  async seal({ segment, folder }: SealJob): Promise<SealedPart[]> {
    mkdirSync(folder, { recursive: true });
    // Apart from `open_rows`, and dropped: under load segments are sealed by the hundred, and nobody may search meanwhile.
    await this.#connection.run('create or replace temp table sealing as from open_rows limit 0');
    try {
      await this.#append('sealing', segment, 0);
      const by = this.#table.partition.join(', ');
      const partitions = await this.#rows(`select distinct ${by} from sealing order by all`, []);
      const parts: SealedPart[] = [];
      for (const partition of partitions) parts.push(await this.#sealPart(segment, partition, folder));
      return parts;
    } finally {
      await this.#connection.run('drop table if exists sealing; drop table if exists part');
    }
  }

  async #sealPart(segment: SegmentExtent, partition: ColumnsRow, folder: string): Promise<SealedPart> {
    const { partition: by, columns, orderBy, facts } = this.#table;
    const key = `${this.#table.folderOf(partition)}/${segment.name.replace(/\.seg$/, '')}.parquet`;
    const path = join(folder, `${createHash('sha256').update(key).digest('hex')}.parquet`);
    const where = by.map((name, index) => `${name} is not distinct from $${index + 1}`).join(' and ');
    const values = by.map((name) => partition[name]!);
    await this.#connection.run(
      `create or replace temp table part as select ${Object.keys(columns).join(', ')} from sealing
       where ${where} order by ${orderBy}`,
      values,
    );
    await this.#connection.run(`copy part to '${path.replaceAll("'", "''")}' (format parquet, compression zstd)`);
    sync(path);
    return { key, path, sizeBytes: statSync(path).size, facts: await this.#rows(facts, []) };
  }

  async #rows(sql: string, values: readonly ColumnsValue[]): Promise<ColumnsRow[]> {
    // Left to itself DuckDB's client binds every whole number as BIGINT, which throws beyond 64 bits.
    const types = values.map((value) => (typeof value === 'number' && !Number.isSafeInteger(value) ? DOUBLE : undefined));
    const reader = await this.#connection.runAndReadAll(sql, [...values], types as DuckDBType[]);
    return reader.getRowObjectsJS().map((row) => plainRow(row as Record<string, unknown>));
  }

  async #keepOnly(segments: readonly SegmentExtent[]): Promise<void> {
    const wanted = new Set(segments.map(({ name }) => name));
    for (const name of this.#loaded.keys()) {
      if (wanted.has(name)) continue;
      await this.#connection.run('delete from open_rows where segment = $1', [name]);
      this.#loaded.delete(name);
    }
  }

  /** Takes the frames of a segment that are not in `open_rows` yet. */
  async #load(segment: SegmentExtent): Promise<void> {
    const start = this.#loaded.get(segment.name) ?? 0;
    if (start >= segment.bytes) return;
    await this.#append('open_rows', segment, start);
    this.#loaded.set(segment.name, segment.bytes);
  }

  async #append(into: 'open_rows' | 'sealing', { name, path, bytes }: SegmentExtent, start: number): Promise<void> {
    const { payloads, end } = scanFrames(readRange(path, start, bytes), start);
    if (end !== bytes) throw new Error(`the segment ${name} is damaged at byte ${end}`);
    const appender = await this.#connection.createAppender(into);
    const types = Object.values(this.#table.columns);
    for (const payload of payloads) {
      for (const row of this.#table.rowsOf(payload)) {
        appender.appendVarchar(name);
        row.forEach((value, index) => appendValue(appender, types[index]!, value));
        appender.endRow();
      }
    }
    appender.closeSync();
  }
}

type Appender = Awaited<ReturnType<DuckDBConnection['createAppender']>>;

function appendValue(appender: Appender, type: string, value: ColumnsValue): void {
  if (value === null) appender.appendNull();
  else if (type === 'VARCHAR') appender.appendVarchar(String(value));
  else if (type === 'BIGINT') appender.appendBigInt(BigInt(value));
  else if (type === 'INTEGER') appender.appendInteger(Number(value));
  else appender.appendDouble(Number(value));
}

/** Whole numbers of SQL are `bigint`; those of the records fit a `number`. */
function plainRow(row: Record<string, unknown>): ColumnsRow {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, typeof value === 'bigint' ? Number(value) : value]),
  ) as ColumnsRow;
}

function readRange(path: string, start: number, end: number): Buffer {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(end - start);
    let read = 0;
    for (let count = 1; read < bytes.length && count > 0; read += count)
      count = readSync(descriptor, bytes, read, bytes.length - read, start + read);
    return bytes.subarray(0, read);
  } finally {
    closeSync(descriptor);
  }
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
