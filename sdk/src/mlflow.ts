/** Typed calls of the MLflow REST API, for browsers and Node alike. */
import { ApiError, type Call } from './client.ts';
import type {
  ArtifactFile,
  Experiment,
  LoggedModel,
  MetricOfRun,
  ModelVersion,
  Page,
  RegisteredModel,
  Run,
  RunStatus,
  SearchRuns,
} from './mlflow-types.ts';
import * as wire from './mlflow-wire.ts';

export type * from './mlflow-types.ts';

type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

const root = '/ajax-api/2.0/mlflow';

export type MlflowApi = ReturnType<typeof mlflowApi>;

export function mlflowApi(call: Call) {
  const post = (path: string, body: object) => call<unknown>('POST', `${root}/${path}`, { body });
  const get = (path: string, query?: Query) => call<unknown>('GET', `${root}/${path}${writeQuery(query)}`);

  return {
    async searchExperiments(view: 'ACTIVE_ONLY' | 'DELETED_ONLY' | 'ALL' = 'ACTIVE_ONLY'): Promise<readonly Experiment[]> {
      const found = (await post('experiments/search', { max_results: 1000, view_type: view, order_by: ['last_update_time DESC'] })) as {
        experiments?: wire.WireExperiment[];
      };
      return (found.experiments ?? []).map(wire.readExperiment);
    },

    async searchRuns(search: SearchRuns): Promise<Page<Run>> {
      const found = (await post('runs/search', {
        experiment_ids: search.experimentIds,
        filter: search.filter ?? '',
        order_by: search.orderBy ?? [],
        run_view_type: search.view ?? 'ACTIVE_ONLY',
        max_results: search.maxResults ?? 100,
        ...(search.pageToken === undefined ? {} : { page_token: search.pageToken }),
      })) as { runs?: wire.WireRun[]; next_page_token?: string };
      return { items: (found.runs ?? []).map(wire.readRun), nextPageToken: found.next_page_token || undefined };
    },

    async getRun(runId: string): Promise<Run> {
      return wire.readRun(((await get('runs/get', { run_id: runId })) as { run: wire.WireRun }).run);
    },

    async updateRun(runId: string, change: { name?: string; status?: RunStatus }): Promise<void> {
      await post('runs/update', {
        run_id: runId,
        ...(change.name === undefined ? {} : { run_name: change.name }),
        ...(change.status === undefined ? {} : { status: change.status }),
      });
    },

    async setTag(runId: string, key: string, value: string): Promise<void> {
      await post('runs/set-tag', { run_id: runId, key, value });
    },

    async deleteTag(runId: string, key: string): Promise<void> {
      await post('runs/delete-tag', { run_id: runId, key });
    },

    async deleteRun(runId: string): Promise<void> {
      await post('runs/delete', { run_id: runId });
    },

    async restoreRun(runId: string): Promise<void> {
      await post('runs/restore', { run_id: runId });
    },

    /** Down-sampled by the server to at most `maxResults` steps, keeping each run's ends. */
    async metricHistory(input: {
      runIds: readonly string[];
      key: string;
      steps?: readonly [number, number];
      maxResults?: number;
    }): Promise<readonly MetricOfRun[]> {
      const found = (await get('metrics/get-history-bulk-interval', {
        run_ids: input.runIds,
        metric_key: input.key,
        max_results: input.maxResults ?? 2500,
        ...(input.steps === undefined ? {} : { start_step: input.steps[0], end_step: input.steps[1] }),
      })) as { metrics?: wire.WireMetric[] };
      return (found.metrics ?? []).map((metric) => ({ ...wire.readMetric(metric), runId: metric.run_id ?? '' }));
    },

    async listArtifacts(runId: string, path: string): Promise<readonly ArtifactFile[]> {
      const files: ArtifactFile[] = [];
      let pageToken: string | undefined;
      do {
        const found = (await get('artifacts/list', {
          run_id: runId,
          path: path === '' ? undefined : path,
          page_token: pageToken,
        })) as { files?: { path: string; is_dir?: boolean; file_size?: number | string }[]; next_page_token?: string };
        for (const file of found.files ?? []) {
          const sizeBytes = file.file_size === undefined ? undefined : Number(file.file_size);
          files.push({ path: file.path, isFolder: file.is_dir === true, sizeBytes });
        }
        pageToken = found.next_page_token || undefined;
      } while (pageToken !== undefined && files.length < 10_000);
      return files;
    },

    async getLoggedModel(modelId: string): Promise<LoggedModel> {
      return wire.readLoggedModel(((await get(`logged-models/${encodeURIComponent(modelId)}`)) as { model: wire.WireLoggedModel }).model);
    },

    async searchRegisteredModels(): Promise<readonly RegisteredModel[]> {
      const models: RegisteredModel[] = [];
      let pageToken: string | undefined;
      do {
        const found = (await get('registered-models/search', { max_results: 200, page_token: pageToken })) as {
          registered_models?: wire.WireRegisteredModel[];
          next_page_token?: string;
        };
        models.push(...(found.registered_models ?? []).map(wire.readRegisteredModel));
        pageToken = found.next_page_token || undefined;
      } while (pageToken !== undefined && models.length < 10_000);
      return models;
    },

    /** Makes the model where it does not exist yet. */
    async createRegisteredModel(name: string): Promise<void> {
      try {
        await post('registered-models/create', { name });
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 'RESOURCE_ALREADY_EXISTS')) throw error;
      }
    },

    async createModelVersion(input: { name: string; source: string; runId: string; modelId?: string }): Promise<ModelVersion> {
      const made = (await post('model-versions/create', {
        name: input.name,
        source: input.source,
        run_id: input.runId,
        ...(input.modelId === undefined ? {} : { model_id: input.modelId }),
      })) as { model_version: wire.WireModelVersion };
      return wire.readModelVersion(made.model_version);
    },

    async searchModelVersions(filter: string): Promise<readonly ModelVersion[]> {
      const found = (await get('model-versions/search', { filter, max_results: 1000, order_by: ['version_number DESC'] })) as {
        model_versions?: wire.WireModelVersion[];
      };
      return (found.model_versions ?? []).map(wire.readModelVersion);
    },

    /** A protected alias moves through its gate: the call rejects with the clause that failed. */
    async setAlias(name: string, alias: string, version: string): Promise<void> {
      await post('registered-models/alias', { name, alias, version });
    },

    async deleteAlias(name: string, alias: string): Promise<void> {
      await call<unknown>('DELETE', `${root}/registered-models/alias`, { body: { name, alias } });
    },

    async transitionStage(name: string, version: string, stage: string): Promise<void> {
      await post('model-versions/transition-stage', { name, version, stage, archive_existing_versions: stage === 'Production' });
    },
  };
}

/** Lists are repeated keys, as MLflow's server reads them. */
function writeQuery(query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const item of typeof value === 'object' ? value : [value]) params.append(key, String(item));
  }
  return params.size === 0 ? '' : `?${params}`;
}

/** Where the bytes of a run's artifact are read. */
export function artifactUrl(runId: string, path: string): string {
  return `/get-artifact?${new URLSearchParams({ run_id: runId, path }).toString()}`;
}
