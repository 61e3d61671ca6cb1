/**
 * Columns: records that grow without bound. Appended as opaque payloads, searched as the rows of one table.
 *
 * Contract:
 * - `append` resolves when the payload outlives `kill -9`; power loss loses at most a second. It rejects with
 *   `TEMPORARILY_UNAVAILABLE`, and keeps nothing, where the disk does not take it, and works again once it does.
 * - A payload is found by `query` as soon as its `append` resolved, and once, whether its segment was sealed or not.
 * - Full segments are sealed: turned into Parquet files, one for each partition, put into the blobs; then `sealed` is awaited
 *   with what they hold; then the segment is removed. A crash in between leads to the same files again, never to a second row.
 */
export interface Columns {
  /** @param written called once the payload lies in a segment of that name, before this resolves */
  append(parts: readonly Uint8Array[], written: (segment: string) => void): Promise<void>;
  /** Rows of a SELECT over `records`: what open segments hold and the sealed files named. */
  query(query: ColumnsQuery): Promise<ColumnsRow[]>;
  /** Ends the current segment and seals whatever is full; resolves when it is done. */
  seal(): Promise<void>;
  /** Removes a sealed file. */
  drop(file: string): Promise<void>;
  close(): Promise<void>;
}

export type ColumnsValue = string | number | boolean | null;
export type ColumnsRow = Readonly<Record<string, ColumnsValue>>;

export interface ColumnsQuery {
  /** DuckDB's SQL over the table `records`, its parameters `$1`, `$2`, … */
  readonly sql: string;
  readonly values: readonly ColumnsValue[];
  /**
   * Called with the names of the open segments: which sealed files to look into, and which of the segments lie in sealed files
   * already. Both must come from one snapshot, so that a segment that is being sealed is met once.
   */
  readonly files: (segments: readonly string[]) => Promise<{ readonly files: readonly string[]; readonly sealed: readonly string[] }>;
}

/** One Parquet file of a sealed segment. */
export interface SealedFile {
  readonly key: string;
  readonly segment: string;
  readonly sizeBytes: number;
  /** What the table's `facts` query gave for its rows. */
  readonly facts: readonly ColumnsRow[];
}

export type ColumnType = 'VARCHAR' | 'BIGINT' | 'INTEGER' | 'DOUBLE';

/** The table that payloads turn into, as the thread that decodes them knows it. */
export interface ColumnsTable {
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** Columns that part a segment's rows into files, in the order of the path. */
  readonly partition: readonly string[];
  /** The folder of a partition's files in the blobs, its workspace first; safe for any value. */
  readonly folderOf: (partition: ColumnsRow) => string;
  /** Order of the rows in a file. */
  readonly orderBy: string;
  /** A SELECT over `part`, the rows of one file. */
  readonly facts: string;
  /** One payload's rows, values in the order of `columns`. */
  readonly rowsOf: (payload: Buffer) => readonly (readonly ColumnsValue[])[];
}

/**
 * A bounded queue of payloads on the disk, as durable as an append log. What was handed out is removed once it was taken; a crash in
 * between hands it out again.
 */
export interface Spool {
  /** @throws TEMPORARILY_UNAVAILABLE where it is full, or the disk does not take it */
  append(parts: readonly Uint8Array[]): Promise<void>;
  /** Hands out what is there now, oldest first; ends at the first `take` that rejects, with its error. */
  drain(take: (payloads: readonly Buffer[]) => Promise<void>): Promise<void>;
  /** Payloads that were not taken yet. */
  waiting(): number;
  close(): Promise<void>;
}
