import type { Scope } from '../access/index.ts';
import type { Columns, ColumnsRow, ColumnsValue } from '../backends/columns/port.ts';
import type { Db } from '../backends/db/port.ts';
import { MillwrightError } from '../errors.ts';
import { filterSql } from './filter.ts';
import { listRecordFiles, type VersionCount } from './queries.ts';
import type { PredictionRow } from './rows.ts';

export interface PredictionSearch {
  readonly endpoint?: string;
  readonly requestId?: string;
  /** See `filter.ts`. */
  readonly filter?: string;
  /** Words that all stand in the error's code or message, whatever their case. */
  readonly text?: string;
  /** Milliseconds since the epoch: from `from` on, before `to`. */
  readonly from?: number;
  readonly to?: number;
  readonly status?: number;
  readonly model?: string;
  readonly version?: string;
  readonly limit: number;
  readonly cursor?: string;
}

export interface PredictionPage {
  readonly items: readonly PredictionRow[];
  readonly nextCursor?: string;
}

/** Requests of one span of time. */
export interface TrafficBucket {
  readonly from: number;
  readonly requests: number;
  readonly clientErrors: number;
  readonly serverErrors: number;
  /** Latencies of answers with a prediction. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
}

/** Versions of a model while it had a name. */
export interface VersionSpan {
  readonly model: string;
  readonly versions: readonly string[];
  readonly from: number | undefined;
  readonly until: number | undefined;
}

const latest = 8_640_000_000_000_000;

interface Stores {
  readonly columns: Pick<Columns, 'query'>;
  readonly db: Pick<Db, 'read'>;
}

/** Newest first. A page does not change by what is appended or sealed meanwhile: the cursor names the row it ended with. */
export async function searchPredictions(ctx: Stores, scope: Scope, search: PredictionSearch): Promise<PredictionPage> {
  const values: ColumnsValue[] = [];
  const bind = (value: ColumnsValue): string => `$${values.push(value)}`;
  const conditions = [`workspace_id = ${bind(scope.workspaceId)}`, ...conditionsOf(search, bind)];
  if (search.cursor !== undefined) {
    const [at, requestId, row] = parseCursor(search.cursor);
    conditions.push(`(at_ms, request_id, row_number) < (${bind(at)}::bigint, ${bind(requestId)}, ${bind(row)}::integer)`);
  }
  const sql = `select * from records where ${conditions.join(' and ')}
    order by at_ms desc, request_id desc, row_number desc limit ${search.limit + 1}`;
  const rows = await query(ctx, scope, search, sql, values);
  const items = rows.slice(0, search.limit).map(rowOf);
  return rows.length > search.limit ? { items, nextCursor: cursorOf(items.at(-1)!) } : { items };
}

/** All rows of one request, in their order; none where the workspace has no such request. */
export async function findRequest(ctx: Stores, scope: Scope, requestId: string): Promise<PredictionRow[]> {
  const sql = 'select * from records where workspace_id = $1 and request_id = $2 order by at_ms, row_number limit 10000';
  return (await query(ctx, scope, {}, sql, [scope.workspaceId, requestId])).map(rowOf);
}

/** Which of these requests an endpoint's records hold. */
export async function knownRequests(ctx: Stores, scope: Scope, requestIds: readonly string[]): Promise<Set<string>> {
  const sql = `select distinct endpoint, request_id from records
    where workspace_id = $1 and request_id in (select unnest(from_json($2::json, '["VARCHAR"]')))`;
  const rows = await query(ctx, scope, {}, sql, [scope.workspaceId, JSON.stringify(requestIds)]);
  return new Set(rows.map((row) => JSON.stringify([row['endpoint'], row['request_id']])));
}

/** Counts and percentiles of an endpoint's requests in spans of `bucketMs`; spans without requests are left out. */
export async function endpointTraffic(
  ctx: Stores,
  scope: Scope,
  { endpoint, from, to, bucketMs }: { endpoint: string; from: number; to: number; bucketMs: number },
): Promise<TrafficBucket[]> {
  const percentile = (part: number): string => `quantile_cont(latency_ms, ${part}) filter (status < 400)`;
  const sql = `select cast(floor((at_ms - $3) / $5) as bigint) as bucket, count(*) as requests,
      count(*) filter (status >= 400 and status < 500) as client_errors, count(*) filter (status >= 500) as server_errors,
      ${percentile(0.5)} as p50, ${percentile(0.95)} as p95, ${percentile(0.99)} as p99
    from records where workspace_id = $1 and endpoint = $2 and at_ms >= $3 and at_ms < $4 and row_number = 0
    group by bucket order by bucket`;
  const rows = await query(ctx, scope, { endpoint, from, to }, sql, [scope.workspaceId, endpoint, from, to, bucketMs]);
  return rows.map((row) => ({
    from: from + Number(row['bucket']) * bucketMs,
    requests: Number(row['requests']),
    clientErrors: Number(row['client_errors']),
    serverErrors: Number(row['server_errors']),
    p50Ms: row['p50'] as number | null,
    p95Ms: row['p95'] as number | null,
    p99Ms: row['p99'] as number | null,
  }));
}

/** How many predictions versions of one name made at each endpoint in a span of time, record by record. */
export async function countPredictionsBetween(
  ctx: Stores,
  scope: Scope,
  { model, versions, from = 0, until = latest }: VersionSpan,
): Promise<VersionCount[]> {
  const sql = `select version, endpoint, count(*) as count, min(at_ms) as first_at, max(at_ms) as last_at
    from records where workspace_id = $1 and model = $2 and version in (select unnest(from_json($3::json, '["VARCHAR"]')))
      and at_ms >= $4 and at_ms < $5
    group by version, endpoint order by version, endpoint`;
  const rows = await query(ctx, scope, { from, to: until }, sql, [scope.workspaceId, model, JSON.stringify(versions), from, until]);
  return rows.map((row) => ({
    model,
    version: String(row['version']),
    endpoint: String(row['endpoint']),
    count: Number(row['count']),
    firstAt: Number(row['first_at']),
    lastAt: Number(row['last_at']),
  }));
}

function query(
  { columns, db }: Stores,
  scope: Scope,
  { endpoint, from, to }: Pick<PredictionSearch, 'endpoint' | 'from' | 'to'>,
  sql: string,
  values: readonly ColumnsValue[],
): Promise<ColumnsRow[]> {
  const span = {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
  return columns.query({ sql, values, files: (segments) => db.read(listRecordFiles, { scope, segments, ...span }) });
}

function conditionsOf(search: PredictionSearch, bind: (value: ColumnsValue) => string): string[] {
  const conditions: string[] = [];
  const equal = {
    endpoint: search.endpoint,
    request_id: search.requestId,
    status: search.status,
    model: search.model,
    version: search.version,
  };
  for (const [column, value] of Object.entries(equal)) if (value !== undefined) conditions.push(`${column} = ${bind(value)}`);
  if (search.from !== undefined) conditions.push(`at_ms >= ${bind(search.from)}`);
  if (search.to !== undefined) conditions.push(`at_ms < ${bind(search.to)}`);
  for (const word of (search.text ?? '').split(/\s+/).filter((part) => part !== '')) {
    const like = bind(`%${word.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`);
    conditions.push(`(error_code ilike ${like} escape '\\' or error_message ilike ${like} escape '\\')`);
  }
  if (search.filter !== undefined && search.filter.trim() !== '') conditions.push(filterSql(search.filter, bind));
  return conditions;
}

function rowOf(row: ColumnsRow): PredictionRow {
  const text = (name: string): string | null => row[name] as string | null;
  const json = (name: string): unknown => (row[name] === null ? null : JSON.parse(String(row[name])));
  return {
    requestId: String(row['request_id']),
    row: Number(row['row_number']),
    endpoint: String(row['endpoint']),
    model: text('model'),
    version: text('version'),
    runId: text('run_id'),
    at: Number(row['at_ms']),
    latencyMs: Number(row['latency_ms']),
    status: Number(row['status']),
    protocol: String(row['protocol']),
    rows: Number(row['request_rows']),
    errorCode: text('error_code'),
    errorMessage: text('error_message'),
    features: json('features') as PredictionRow['features'],
    prediction: json('prediction'),
  };
}

function cursorOf({ at, requestId, row }: PredictionRow): string {
  return Buffer.from(JSON.stringify([at, requestId, row])).toString('base64url');
}

/** @throws INVALID_PARAMETER_VALUE */
function parseCursor(cursor: string): [number, string, number] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(value) && Number.isSafeInteger(value[0]) && typeof value[1] === 'string' && Number.isInteger(value[2]))
      return value as [number, string, number];
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new MillwrightError(
    'INVALID_PARAMETER_VALUE',
    `the cursor '${cursor.slice(0, 64)}' is none of this search: take nextCursor of the page before`,
  );
}
