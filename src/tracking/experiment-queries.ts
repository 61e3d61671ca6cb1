import type { Scope } from '../access/index.ts';
import { defineRead, type Tx } from '../backends/db/port.ts';
import type { Experiment, NamedValue } from './experiment.ts';
import { placeholders } from './rows.ts';

export interface ExperimentRow {
  readonly id: number;
  readonly name: string;
  readonly artifact_location: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly deleted_at: number | null;
}

export const experimentColumns = 'id, name, artifact_location, created_at, updated_at, deleted_at';

/** Active or deleted; undefined where the workspace has none of that id. */
export const getExperiment = defineRead<never, { scope: Scope; id: number }, Experiment | undefined>(
  'tracking.getExperiment',
  async (tx, { scope, id }) => {
    const rows = await tx
      .statement<ExperimentRow>(`select ${experimentColumns} from experiments where workspace_id = ? and id = ?`)
      .all(scope.workspaceId, id);
    return (await withTags(tx, rows))[0];
  },
);

/** Active or deleted: a name belongs to one experiment only. */
export const getExperimentByName = defineRead<never, { scope: Scope; name: string }, Experiment | undefined>(
  'tracking.getExperimentByName',
  async (tx, { scope, name }) => {
    const rows = await tx
      .statement<ExperimentRow>(`select ${experimentColumns} from experiments where workspace_id = ? and name = ?`)
      .all(scope.workspaceId, name);
    return (await withTags(tx, rows))[0];
  },
);

/** Rows, in their order, with their tags. */
export async function withTags(tx: Tx<never>, rows: readonly ExperimentRow[]): Promise<Experiment[]> {
  const tags = new Map<number, NamedValue[]>(rows.map((row) => [row.id, []]));
  for (let start = 0; start < rows.length; start += 500) {
    const ids = rows.slice(start, start + 500).map((row) => row.id);
    const found = await tx
      .statement<{ experiment_id: number; name: string; value: string }>(
        `select experiment_id, name, value from experiment_tags where experiment_id in (${placeholders(ids.length)}) order by experiment_id, name`,
      )
      .all(...ids);
    for (const { experiment_id, name, value } of found) tags.get(experiment_id)?.push({ name, value });
  }
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    artifactLocation: row.artifact_location,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    deletedAt: row.deleted_at,
    tags: tags.get(row.id) ?? [],
  }));
}
