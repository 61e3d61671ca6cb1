/**
 * What each page will ask for, asked while its code still loads. Nothing waits for it: the page asks for the same and finds it
 * on its way; what fails here is asked again and told there.
 */
import { datasetsQuery, datasetVersionsQuery } from '../features/data/dataset-queries.ts';
import { endpointQuery, endpointsQuery } from '../features/endpoints/endpoint-queries.ts';
import { experimentsQuery, runQuery, runsQuery } from '../features/experiments/run-queries.ts';
import { readRunsView, type RunsSearch } from '../features/experiments/runs-view.ts';
import { eventsQuery, homeQuery } from '../features/home/home-queries.ts';
import { lineageQuery, predictionAccountQuery, restingPredictionsQuery } from '../features/lineage/lineage-queries.ts';
import { decisionsQuery, modelQuery, modelsQuery } from '../features/models/model-queries.ts';
import { pipelineRunQuery, pipelineRunsQuery } from '../features/pipelines/pipeline-queries.ts';
import { predictionsQuery } from '../features/predictions/prediction-queries.ts';
import { readPredictionsView, type PredictionsSearch } from '../features/predictions/predictions-view.ts';
import { settingsQuery } from '../features/settings/settings-queries.ts';
import { queries } from './queries.ts';

export const begin = {
  home: (): void => {
    void queries.prefetchQuery(homeQuery);
    void queries.prefetchQuery(eventsQuery);
    void queries.prefetchQuery(modelsQuery);
    void queries.prefetchQuery(endpointsQuery);
  },
  data: ({ project, path }: { project?: string | undefined; path?: string | undefined }): void => {
    void queries.prefetchQuery(datasetsQuery);
    if (project !== undefined && path !== undefined) void queries.prefetchQuery(datasetVersionsQuery(project, path));
  },
  pipelines: ({ project }: { project?: string | undefined }) => void queries.prefetchInfiniteQuery(pipelineRunsQuery(project)),
  pipelineRun: (id: string) => void queries.prefetchQuery(pipelineRunQuery(id)),
  experiments: (search: RunsSearch) => void beginRuns(search),
  run: (id: string): void => {
    void queries.prefetchQuery(runQuery(id));
    void queries.prefetchQuery(experimentsQuery);
  },
  models: () => void queries.prefetchQuery(modelsQuery),
  model: (name: string): void => {
    void queries.prefetchQuery(modelQuery(name));
    void queries.prefetchQuery(decisionsQuery(name));
  },
  endpoints: () => void queries.prefetchQuery(endpointsQuery),
  endpoint: (name: string) => void queries.prefetchQuery(endpointQuery(name)),
  predictions: (search: PredictionsSearch) => void queries.prefetchInfiniteQuery(predictionsQuery(readPredictionsView(search))),
  lineage: ({ kind, id, depth, endpoint }: { [K in 'kind' | 'id' | 'depth' | 'endpoint']?: string | undefined }): void => {
    if (kind === undefined || id === undefined) return;
    void queries.prefetchQuery(lineageQuery(kind, id, depth));
    if (kind === 'prediction') void queries.prefetchQuery(predictionAccountQuery(id, endpoint));
    else void queries.prefetchQuery(restingPredictionsQuery(kind, id));
  },
  settings: () => void queries.prefetchQuery(settingsQuery),
};

/** Runs of all experiments are asked for by the names of the experiments. */
async function beginRuns(search: RunsSearch): Promise<void> {
  const view = readRunsView(search);
  const experiments = queries.prefetchQuery(experimentsQuery);
  if (view.experimentIds.length === 0) await experiments;
  const ids = view.experimentIds.length > 0 ? view.experimentIds : queries.getQueryData(experimentsQuery.queryKey)?.map(({ id }) => id);
  if (ids !== undefined) await queries.prefetchInfiniteQuery(runsQuery(view, ids));
}
