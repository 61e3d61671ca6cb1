import { sql } from 'kysely';
import type { Scope } from '../../access/index.ts';
import { defineRead } from '../../backends/db/port.ts';
import { MillwrightError } from '../../errors.ts';
import type { DataVersionTables } from './tables.ts';

export interface DatasetRow {
  readonly project: string;
  readonly path: string;
  readonly kind: 'tracked' | 'output';
  readonly hash: string;
  readonly algorithm: string;
  readonly sizeBytes: number | null;
  readonly files: number | null;
  readonly versions: number;
  readonly seenAt: number;
}

/** The newest version of every path of every project, newest first. */
export const listDatasets = defineRead<DataVersionTables, { scope: Scope; limit: number }, DatasetRow[]>(
  'data.listDatasets',
  async (tx, { scope, limit }) => {
    const ranked = tx.kysely
      .selectFrom('data_versions')
      .selectAll()
      .select([
        sql<number>`row_number() over (partition by project, path order by seen_at desc, first_seen_at desc)`.as('rank'),
        sql<number>`count(*) over (partition by project, path)`.as('versions'),
      ])
      .where('workspace_id', '=', scope.workspaceId)
      .as('ranked');
    const rows = await tx.kysely
      .selectFrom(ranked)
      .selectAll()
      .where('rank', '=', 1)
      .orderBy('seen_at', 'desc')
      .orderBy('path')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      project: row.project,
      path: row.path,
      kind: row.kind as DatasetRow['kind'],
      hash: row.hash,
      algorithm: row.algorithm,
      sizeBytes: row.size_bytes,
      files: row.files,
      versions: row.versions,
      seenAt: row.seen_at,
    }));
  },
);

export interface DatasetVersionRow {
  readonly hash: string;
  readonly algorithm: string;
  readonly sizeBytes: number | null;
  readonly files: number | null;
  readonly firstSeenAt: number;
  readonly commit: string | null;
  readonly stageRunId: string | null;
}

/** Every version that a path of a project had, newest first. */
export const listDatasetVersions = defineRead<DataVersionTables, { scope: Scope; project: string; path: string }, DatasetVersionRow[]>(
  'data.listDatasetVersions',
  async (tx, { scope, project, path }) => {
    const rows = await tx.kysely
      .selectFrom('data_versions')
      .select(['hash', 'algorithm', 'size_bytes', 'files', 'first_seen_at', 'commit_hash', 'stage_run_id'])
      .where('workspace_id', '=', scope.workspaceId)
      .where('project', '=', project)
      .where('path', '=', path)
      .orderBy('seen_at', 'desc')
      .limit(1000)
      .execute();
    return rows.map((row) => ({
      hash: row.hash,
      algorithm: row.algorithm,
      sizeBytes: row.size_bytes,
      files: row.files,
      firstSeenAt: row.first_seen_at,
      commit: row.commit_hash,
      stageRunId: row.stage_run_id,
    }));
  },
);

/** The paths at which a content was seen: what people call a data version. */
export const pathsOfVersion = defineRead<
  DataVersionTables,
  { scope: Scope; algorithm: string; hash: string },
  { project: string; path: string }[]
>('data.pathsOfVersion', async (tx, { scope, algorithm, hash }) =>
  tx.kysely
    .selectFrom('data_versions')
    .select(['project', 'path'])
    .where('workspace_id', '=', scope.workspaceId)
    .where('hash', '=', hash)
    .where('algorithm', '=', algorithm)
    .orderBy('seen_at', 'desc')
    .limit(10)
    .execute(),
);

/** One recorded version of a path: nothing else of a cache is ever read. @throws RESOURCE_DOES_NOT_EXIST */
export const getDatasetVersion = defineRead<
  DataVersionTables,
  { scope: Scope; project: string; path: string; hash: string },
  { algorithm: string; hash: string; sizeBytes: number | null }
>('data.getDatasetVersion', async (tx, { scope, project, path, hash }) => {
  const row = await tx.kysely
    .selectFrom('data_versions')
    .select(['algorithm', 'hash', 'size_bytes'])
    .where('workspace_id', '=', scope.workspaceId)
    .where('project', '=', project)
    .where('path', '=', path)
    .where('hash', '=', hash)
    .executeTakeFirst();
  if (row === undefined) throw new MillwrightError('RESOURCE_DOES_NOT_EXIST', `no version '${hash}' of '${path}' in project '${project}'`);
  return { algorithm: row.algorithm, hash: row.hash, sizeBytes: row.size_bytes };
});
