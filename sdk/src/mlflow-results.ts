/** What runs made: files, logged models. */
import type { Call } from './client.ts';
import { root, writeQuery, type Query } from './mlflow-paths.ts';
import type { ArtifactFile, LoggedModel } from './mlflow-types.ts';
import * as wire from './mlflow-wire.ts';

export function resultCalls(call: Call) {
  const get = (path: string, query?: Query) => call<unknown>('GET', `${root}/${path}${writeQuery(query)}`);

  return {
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
  };
}
