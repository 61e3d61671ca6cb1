import type { ColumnsRow, ColumnsTable, ColumnsValue } from '../backends/columns/port.ts';
import { decodeRecord } from './payload.ts';
import { rowsOfRecord, type PredictionRow } from './rows.ts';

/** The table that inference records turn into: a row a prediction. */
export const predictionsTable: ColumnsTable = {
  columns: {
    workspace_id: 'INTEGER',
    day: 'VARCHAR',
    request_id: 'VARCHAR',
    row_number: 'INTEGER',
    endpoint: 'VARCHAR',
    model: 'VARCHAR',
    version: 'VARCHAR',
    run_id: 'VARCHAR',
    at_ms: 'BIGINT',
    latency_ms: 'DOUBLE',
    status: 'INTEGER',
    protocol: 'VARCHAR',
    request_rows: 'INTEGER',
    error_code: 'VARCHAR',
    error_message: 'VARCHAR',
    features: 'VARCHAR',
    prediction: 'VARCHAR',
    prediction_value: 'DOUBLE',
  },
  partition: ['workspace_id', 'endpoint', 'day'],
  folderOf: ({ workspace_id, endpoint, day }) => `${workspace_id}/predictions/${safeSegment(String(endpoint))}/date=${day}`,
  orderBy: 'at_ms, request_id, row_number',
  facts: `select workspace_id, endpoint, coalesce(model, '') as model, coalesce(version, '') as version,
    count(*) as rows, min(at_ms) as first_at, max(at_ms) as last_at from part group by all order by all`,
  rowsOf(payload) {
    const record = decodeRecord(payload);
    const day = new Date(record.at).toISOString().slice(0, 10);
    return rowsOfRecord(record).map((row) => valuesOf(record.workspaceId, day, row));
  },
};

/** What `facts` gives, a row for each model version in a file. */
export interface FileFacts {
  readonly endpoint: string;
  readonly model: string;
  readonly version: string;
  readonly rows: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly workspaceId: number;
}

export function factsOf(row: ColumnsRow): FileFacts {
  return {
    workspaceId: Number(row['workspace_id']),
    endpoint: String(row['endpoint']),
    model: String(row['model']),
    version: String(row['version']),
    rows: Number(row['rows']),
    firstAt: Number(row['first_at']),
    lastAt: Number(row['last_at']),
  };
}

function valuesOf(workspaceId: number, day: string, row: PredictionRow): ColumnsValue[] {
  return [
    workspaceId,
    day,
    row.requestId,
    row.row,
    row.endpoint,
    row.model,
    row.version,
    row.runId,
    row.at,
    row.latencyMs,
    row.status,
    row.protocol,
    row.rows,
    row.errorCode,
    row.errorMessage,
    row.features === null ? null : jsonText(row.features),
    row.prediction === null ? null : jsonText(row.prediction),
    numberOf(row.prediction),
  ];
}

/** Half of a surrogate pair, which JSON can escape and no UTF-8 holds, becomes U+FFFD: one of them would fail every search that looks into the column. */
function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  if (!text.includes(String.raw`\ud`)) return text;
  return text.replaceAll(/\\(?:ud[89a-f][0-9a-f]{2}|.)/g, (escape) => (escape.length === 2 ? escape : '\uFFFD'));
}

/** A prediction that is one number, bare or in a list or object of one. */
function numberOf(prediction: unknown): number | null {
  if (typeof prediction === 'number') return prediction;
  if (typeof prediction !== 'object' || prediction === null) return null;
  const values: unknown[] = Object.values(prediction);
  return values.length === 1 ? numberOf(values[0]) : null;
}

/** Any name as one segment of a path: percent-encoded, so that `..`, `/` and `=` mean nothing in it. */
function safeSegment(name: string): string {
  return encodeURIComponent(name).replaceAll(/[.!'()*~]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
