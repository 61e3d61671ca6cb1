import type { Scope } from '../access/index.ts';
import { asTx, defineRead } from '../backends/db/port.ts';
import type { PredictionTables } from './tables.ts';

/** Predictions (rows of requests, failed ones included) that a version made at an endpoint. */
export interface VersionCount {
  readonly model: string;
  readonly version: string;
  readonly endpoint: string;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Which of these segments have been sealed. Of every workspace: a segment is the server's, not a tenant's. */
export const sealedSegments = defineRead<PredictionTables, { segments: readonly string[] }, string[]>(
  'predictions.sealedSegments',
  async (tx, { segments }) => {
    const select = tx.statement<{ segment: string }>('select segment from record_files where segment = ? limit 1');
    const found: string[] = [];
    for (const segment of segments) if ((await select.all(segment)).length > 0) found.push(segment);
    return found;
  },
);

/** The sealed files that may hold rows of a time span, and which of `segments` lie in sealed files. */
export const listRecordFiles = defineRead<
  PredictionTables,
  { scope: Scope; segments: readonly string[]; endpoint?: string; from?: number; to?: number },
  { files: string[]; sealed: string[] }
>('predictions.listRecordFiles', async (tx, { scope, segments, endpoint, from, to }) => {
  let query = tx.kysely.selectFrom('record_files').select('file').distinct().where('workspace_id', '=', scope.workspaceId);
  if (endpoint !== undefined) query = query.where('endpoint', '=', endpoint);
  if (from !== undefined) query = query.where('last_at', '>=', from);
  if (to !== undefined) query = query.where('first_at', '<', to);
  const rows = await query.orderBy('file').execute();
  return { files: rows.map(({ file }) => file), sealed: await sealedSegments.run(asTx(tx), { segments }) };
});

/** How many sealed predictions each version made at each endpoint, and which of `segments` they include. */
export const countSealedPredictions = defineRead<
  PredictionTables,
  { scope: Scope; versions: readonly { name: string; version: string }[]; segments: readonly string[] },
  { counts: VersionCount[]; sealed: string[] }
>('predictions.countSealedPredictions', async (tx, { scope, versions, segments }) => {
  const select = tx.statement<{ endpoint: string; count: number; first_at: number; last_at: number }>(
    `select endpoint, cast(sum(row_count) as bigint) as count, min(first_at) as first_at, max(last_at) as last_at
     from record_files where workspace_id = ? and model = ? and version = ? group by endpoint order by endpoint`,
  );
  const counts: VersionCount[] = [];
  for (const { name, version } of versions) {
    for (const { endpoint, count, first_at, last_at } of await select.all(scope.workspaceId, name, version))
      counts.push({ model: name, version, endpoint, count, firstAt: first_at, lastAt: last_at });
  }
  return { counts, sealed: await sealedSegments.run(asTx(tx), { segments }) };
});

/** Files of an endpoint whose last row is older than `before`. */
export const filesOlderThan = defineRead<PredictionTables, { scope: Scope; endpoint: string; before: number }, string[]>(
  'predictions.filesOlderThan',
  async (tx, { scope, endpoint, before }) => {
    const rows = await tx.kysely
      .selectFrom('record_files')
      .select('file')
      .where('workspace_id', '=', scope.workspaceId)
      .where('endpoint', '=', endpoint)
      .groupBy('file')
      .having(({ fn }) => fn.max('last_at'), '<', before)
      .execute();
    return rows.map(({ file }) => file);
  },
);

/** Files whose bytes are still to be removed; of every workspace. */
export const pendingRemovals = defineRead<PredictionTables, Record<string, never>, string[]>('predictions.pendingRemovals', async (tx) => {
  const rows = await tx.statement<{ file: string }>('select file from record_removals order by file').all();
  return rows.map(({ file }) => file);
});
