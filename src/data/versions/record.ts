import type { Scope } from '../../access/index.ts';
import type { Statements } from '../../backends/db/port.ts';

/** A file or folder by its content, at a path of a project. */
export interface DataVersion {
  readonly path: string;
  readonly algorithm: string;
  readonly hash: string;
  readonly sizeBytes?: number;
  readonly files?: number;
}

export interface Sighting {
  readonly scope: Scope;
  readonly project: string;
  readonly kind: 'tracked' | 'output';
  readonly commit: string | null;
  /** The stage run that made it; null for tracked data. */
  readonly stageRunId: string | null;
  readonly now: number;
}

/** Notes that a version was seen; the first sighting keeps its time, commit and maker. */
export async function recordDataVersions(tx: Statements, sighting: Sighting, versions: readonly DataVersion[]): Promise<void> {
  const insert = tx.statement(
    `insert into data_versions (workspace_id, project, path, hash, algorithm, kind, size_bytes, files, first_seen_at, seen_at, commit_hash, stage_run_id)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (workspace_id, project, path, hash) do update set seen_at = excluded.seen_at, kind = excluded.kind,
       stage_run_id = coalesce(data_versions.stage_run_id, excluded.stage_run_id)`,
  );
  const { scope, project, kind, commit, stageRunId, now } = sighting;
  for (const { path, hash, algorithm, sizeBytes, files } of versions) {
    await insert.run(
      scope.workspaceId,
      project,
      path,
      hash,
      algorithm,
      kind,
      sizeBytes ?? null,
      files ?? null,
      now,
      now,
      commit,
      stageRunId,
    );
  }
}

/** The id of a data version in lineage: the content, wherever it lies. */
export function dataVersionId(version: Pick<DataVersion, 'algorithm' | 'hash'>): string {
  return `${version.algorithm}:${version.hash}`;
}
