import type { GivenWay } from '../../src/api/give-way.ts';
import type * as datasets from '../../src/api/datasets.ts';
import type * as endpoints from '../../src/api/endpoints.ts';
import type { EventList } from '../../src/api/events.ts';
import type { Home } from '../../src/api/home.ts';
import type { Lineage, LineageObjects, PredictionLineage, RestingPredictions } from '../../src/api/lineage.ts';
import type { MetricCurves } from '../../src/api/metric-curves.ts';
import type * as models from '../../src/api/models.ts';
import type { PipelineRunComparison } from '../../src/api/pipeline-run-comparison.ts';
import type * as runs from '../../src/api/pipeline-runs.ts';
import type * as predictions from '../../src/api/predictions.ts';
import type { Settings } from '../../src/api/settings.ts';
import type { CreatedToken, CreateToken, LoginCode, TokenList } from '../../src/api/tokens.ts';
import type { Call } from './client.ts';
import { writeQuery } from './mlflow-paths.ts';

/** A version of a dataset; `version` is its hash. */
export interface DatasetVersionId {
  readonly project: string;
  readonly path: string;
  readonly version: string;
}

/** Two versions of a dataset, by their hashes. */
export interface DatasetVersionIds {
  readonly project: string;
  readonly path: string;
  readonly from: string;
  readonly to: string;
}

/** What a search of predictions can ask; see `docs/guides/predictions.md`. */
export interface PredictionQuery {
  readonly endpoint?: string;
  readonly request_id?: string;
  readonly filter?: string;
  readonly text?: string;
  readonly from?: number;
  readonly to?: number;
  readonly status?: number;
  readonly model?: string;
  readonly version?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

/** The address of the bytes of a file of a version: to be saved, or shown as an image. */
export function datasetContentPath(version: DatasetVersionId, file: string): string {
  return `/api/1/datasets/content?${new URLSearchParams({ ...version, file }).toString()}`;
}

/** Millwright's own API, a function a route. */
export function millwrightApi(call: Call) {
  const run = (id: string): string => `/api/1/pipeline-runs/${encodeURIComponent(id)}`;
  const stage = (id: string, name: string): string => `${run(id)}/stages/${encodeURIComponent(name)}`;
  const endpoint = (name: string): string => `/api/1/endpoints/${encodeURIComponent(name)}`;
  const model = (name: string): string => `/api/1/models/${encodeURIComponent(name)}`;
  return {
    home: () => call<Home>('GET', '/api/1/home'),
    settings: () => call<Settings>('GET', '/api/1/settings'),
    metricCurves: (query: { run: readonly string[]; metric: readonly string[]; points?: number; from_step?: number; to_step?: number }) =>
      call<MetricCurves>('GET', `/api/1/metric-curves${writeQuery(query)}`),
    events: (limit: number) => call<EventList>('GET', '/api/1/events', { query: { limit } }),
    lineage: (kind: string, id: string, depth?: number) => call<Lineage>('GET', '/api/1/lineage', { query: { kind, id, depth } }),
    lineageObjects: (id: string) => call<LineageObjects>('GET', '/api/1/lineage/objects', { query: { id } }),
    restingPredictions: (kind: string, id: string) =>
      call<RestingPredictions>('GET', '/api/1/lineage/predictions', { query: { kind, id } }),
    predictionLineage: (requestId: string, endpoint?: string) =>
      call<PredictionLineage>('GET', `/api/1/lineage/predictions/${encodeURIComponent(requestId)}`, { query: { endpoint } }),
    datasets: () => call<datasets.DatasetList>('GET', '/api/1/datasets'),
    datasetVersions: (project: string, path: string) =>
      call<datasets.DatasetVersionList>('GET', '/api/1/datasets/versions', { query: { project, path } }),
    datasetFiles: (version: DatasetVersionId, query: { filter?: string; sort?: string; offset?: number; limit?: number }) =>
      call<datasets.DatasetFileList>('GET', '/api/1/datasets/files', { query: { ...version, ...query } }),
    datasetPreview: (version: DatasetVersionId, file?: string) =>
      call<datasets.DatasetPreview>('GET', '/api/1/datasets/preview', { query: { ...version, file } }),
    datasetProfile: (version: DatasetVersionId, file?: string) =>
      call<datasets.DatasetProfile>('GET', '/api/1/datasets/profile', { query: { ...version, file } }),
    compareDatasets: (versions: DatasetVersionIds) =>
      call<datasets.DatasetComparison>('GET', '/api/1/datasets/compare', { query: { ...versions } }),
    compareTables: (versions: DatasetVersionIds, file?: string) =>
      call<datasets.TableComparison>('GET', '/api/1/datasets/compare-tables', { query: { ...versions, file } }),
    models: (query: { cursor?: string; limit?: number }) => call<models.ModelPage>('GET', '/api/1/models', { query }),
    model: (name: string) => call<models.ModelDetail>('GET', model(name)),
    decisions: (name: string, query: { cursor?: string; limit?: number }) =>
      call<models.DecisionPage>('GET', `${model(name)}/decisions`, { query }),
    modelFiles: (query: { model?: string; endpoint?: string }) => call<models.ModelFiles>('GET', '/api/1/model-files', { query }),
    promote: (name: string, body: models.Promote) => call<models.Promoted>('POST', `${model(name)}/promote`, { body }),
    rollBack: (name: string, body: models.RollBack) => call<models.Promoted>('POST', `${model(name)}/rollback`, { body }),
    predictions: (query: PredictionQuery) => call<predictions.PredictionPage>('GET', '/api/1/predictions', { query: { ...query } }),
    prediction: (requestId: string) => call<predictions.PredictionRequest>('GET', `/api/1/predictions/${encodeURIComponent(requestId)}`),
    sendPredictions: (body: readonly unknown[]) => call<predictions.SentResult>('POST', '/api/1/predictions', { body }),
    traffic: (endpoint: string, query: { from?: number; to?: number; bucket_ms?: number }) =>
      call<predictions.Traffic>('GET', `/api/1/endpoints/${encodeURIComponent(endpoint)}/traffic`, { query }),
    endpoints: () => call<endpoints.EndpointList>('GET', '/api/1/endpoints'),
    endpoint: (name: string) => call<endpoints.EndpointDetail>('GET', endpoint(name)),
    declareEndpoints: (body: endpoints.DeclareEndpoints) => call<Record<string, never>>('PUT', '/api/1/endpoints', { body }),
    removeEndpoint: (name: string) => call<Record<string, never>>('DELETE', endpoint(name)),
    /** OpenAPI 3.1 of the version that is live. */
    endpointDocument: (name: string) => call<unknown>('GET', `/endpoints/${encodeURIComponent(name)}/openapi.json`),
    endpointStatistics: (name: string) => call<endpoints.EndpointStatistics>('GET', `${endpoint(name)}/statistics`),
    /** Ends a rollback, and has a version that failed tried again. */
    deployEndpoint: (name: string) => call<Record<string, never>>('POST', `${endpoint(name)}/deploy`),
    rollBackEndpoint: (name: string, body: endpoints.RollBackEndpoint) =>
      call<endpoints.RolledBack>('POST', `${endpoint(name)}/rollback`, { body }),
    tokens: () => call<TokenList>('GET', '/api/1/tokens'),
    createToken: (body: CreateToken) => call<CreatedToken>('POST', '/api/1/tokens', { body }),
    createLoginCode: () => call<LoginCode>('POST', '/api/1/login-codes', { body: {} }),
    giveWay: () => call<GivenWay>('POST', '/api/1/give-way', { body: {} }),
    revokeToken: (id: string) => call<Record<string, never>>('DELETE', `/api/1/tokens/${encodeURIComponent(id)}`),
    pipelineRuns: (query: { project?: string; number?: number; cursor?: string; limit?: number }) =>
      call<runs.PipelineRunPage>('GET', '/api/1/pipeline-runs', { query }),
    pipelineRun: (id: string) => call<runs.PipelineRunDetail>('GET', run(id)),
    comparePipelineRuns: (from: string, to: string) =>
      call<PipelineRunComparison>('GET', '/api/1/pipeline-runs/compare', { query: { from, to } }),
    stageLog: (id: string, name: string, after: number) => call<runs.LogChunk>('GET', `${stage(id, name)}/log`, { query: { after } }),
    beginPipelineRun: (body: runs.BeginPipelineRun) => call<runs.BegunPipelineRun>('POST', '/api/1/pipeline-runs', { body }),
    beginStageRun: (id: string, body: runs.BeginStageRun) => call<runs.BegunStageRun>('POST', `${run(id)}/stages`, { body }),
    appendLog: (id: string, name: string, body: runs.AppendLog) => call<Record<string, never>>('POST', `${stage(id, name)}/log`, { body }),
    endStageRun: (id: string, name: string, body: runs.EndStageRun) =>
      call<Record<string, never>>('POST', `${stage(id, name)}/end`, { body }),
    heartbeat: (id: string) => call<Record<string, never>>('POST', `${run(id)}/heartbeat`),
    endPipelineRun: (id: string, body: runs.EndPipelineRun) => call<Record<string, never>>('POST', `${run(id)}/end`, { body }),
  };
}
