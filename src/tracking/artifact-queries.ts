import type { Scope } from '../access/index.ts';
import { defineRead } from '../backends/db/port.ts';

/** A run or a logged model, as far as its artifacts are concerned. */
export interface ArtifactOwner {
  readonly kind: 'run' | 'logged_model';
  readonly id: string;
  readonly artifactUri: string;
  /** The run itself; of a logged model the run that made it. */
  readonly runId: string | undefined;
  readonly deleted: boolean;
}

/** The run or logged model of that id, also a deleted one; ids of logged models begin with `m-`. */
export const findArtifactOwner = defineRead<never, { scope: Scope; id: string }, ArtifactOwner | undefined>(
  'tracking.findArtifactOwner',
  async (tx, { scope, id }) => {
    if (id.startsWith('m-')) {
      const [model] = await tx
        .statement<{ artifact_location: string; source_run_id: string | null; deleted_at: number | null }>(
          'select artifact_location, source_run_id, deleted_at from logged_models where workspace_id = ? and model_id = ?',
        )
        .all(scope.workspaceId, id);
      return (
        model && {
          kind: 'logged_model',
          id,
          artifactUri: model.artifact_location,
          runId: model.source_run_id ?? undefined,
          deleted: model.deleted_at !== null,
        }
      );
    }
    const [run] = await tx
      .statement<{ artifact_uri: string; deleted_at: number | null }>(
        'select artifact_uri, deleted_at from runs where workspace_id = ? and run_id = ?',
      )
      .all(scope.workspaceId, id);
    return run && { kind: 'run', id, artifactUri: run.artifact_uri, runId: id, deleted: run.deleted_at !== null };
  },
);
