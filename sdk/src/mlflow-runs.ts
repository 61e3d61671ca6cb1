/** Experiments and runs: search, and what people change of them. */
import type { Call } from './client.ts';
import { root, writeQuery, type Query } from './mlflow-paths.ts';
import type { Experiment, Page, Run, RunStatus, SearchRuns } from './mlflow-types.ts';
import * as wire from './mlflow-wire.ts';

export function runCalls(call: Call) {
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
  };
}
