import type { Scope } from '../access/index.ts';
import { defineRead } from '../backends/db/port.ts';
import type { TrackingContext } from './context.ts';
import { invalid } from './limits.ts';
import { placeholders } from './rows.ts';

export interface DatasetSummary {
  readonly experimentId: number;
  readonly name: string;
  readonly digest: string;
  /** What it was used for, such as `train`. */
  readonly context: string | undefined;
}

const mostSummaries = 1000;
const mostExperiments = 20;

export const summarizeDatasets = defineRead<never, { scope: Scope; experimentIds: readonly number[] }, DatasetSummary[]>(
  'tracking.summarizeDatasets',
  async (tx, { scope, experimentIds }) => {
    const rows = await tx
      .statement<{ experiment_id: number; name: string; digest: string; context: string | null }>(
        `select distinct d.experiment_id, d.name, d.digest, t.value as context from datasets d
         join dataset_inputs i on i.dataset_key = d.dataset_key
         left join dataset_input_tags t on t.run_key = i.run_key and t.dataset_key = i.dataset_key and t.name = 'mlflow.data.context'
         where d.workspace_id = ? and d.experiment_id in (${placeholders(experimentIds.length)})
         order by d.experiment_id, d.name, d.digest limit ${mostSummaries}`,
      )
      .all(scope.workspaceId, ...experimentIds);
    return rows.map((row) => ({ experimentId: row.experiment_id, name: row.name, digest: row.digest, context: row.context ?? undefined }));
  },
);

/** The datasets that runs of these experiments read. */
export async function searchDatasets(ctx: TrackingContext, scope: Scope, experimentIds: readonly number[]): Promise<DatasetSummary[]> {
  if (experimentIds.length === 0) throw invalid('SearchDatasets request must specify at least one experiment_id.');
  if (experimentIds.length > mostExperiments) {
    throw invalid(
      `SearchDatasets request cannot specify more than ${mostExperiments} experiment_ids. Received ${experimentIds.length} experiment_ids.`,
    );
  }
  return ctx.db.read(summarizeDatasets, { scope: { workspaceId: scope.workspaceId }, experimentIds });
}
