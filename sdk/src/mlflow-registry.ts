/** Registered models, their versions, aliases and stages. */
import { ApiError, type Call } from './client.ts';
import { root, writeQuery, type Query } from './mlflow-paths.ts';
import type { ModelVersion, RegisteredModel } from './mlflow-types.ts';
import * as wire from './mlflow-wire.ts';

export function registryCalls(call: Call) {
  const post = (path: string, body: object) => call<unknown>('POST', `${root}/${path}`, { body });
  const get = (path: string, query?: Query) => call<unknown>('GET', `${root}/${path}${writeQuery(query)}`);

  return {
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
