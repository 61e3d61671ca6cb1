import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { DataRef } from '../../api/data-ref.ts';
import type { GateDeclaration } from '../../api/pipeline-runs.ts';
import { millwrightApi } from '../../../sdk/src/index.ts';
import type { Repository } from '../../data/index.ts';
import { errnoOf } from '../../errors.ts';
import { parseProject, type ProjectFile } from '../../formats/project/index.ts';
import { decodeUtf8 } from '../../lib/utf8.ts';
import { noRecorder, type RunRecorder } from '../../pipelines/index.ts';
import type { Io } from '../command.ts';
import { serverOfProject } from '../project-server.ts';
import { callOf } from '../remote.ts';
import type { ServerAddress } from '../server-address.ts';
import { createRecorder } from './recorder.ts';

/** What the patch of a dirty tree may weigh, in characters; a larger one is left out, and a line says so. */
const patchLimit = 4_000_000;

export interface RecordedRepository {
  readonly root: string;
  readonly git: Repository['git'];
  /** Read only where something records: the data that `.dvc` files track, and the names of all stages. */
  readonly contents: () => { readonly data: readonly DataRef[]; readonly stages: readonly string[] };
}

/**
 * The recorder of a `repro`: one that records where a `millwright.yaml` is or `MILLWRIGHT_URL` is set, else none.
 * @throws NO_SERVER where it should record and cannot
 */
export async function openRecorder(repository: RecordedRepository, cause: string, io: Io): Promise<RunRecorder> {
  const project = readProject(repository.root);
  if (project === undefined && io.config.serverUrl === undefined) return noRecorder;
  const server = await serverOf(repository.root, io);
  const tracksRuns = isOurs(io.config.env['MLFLOW_TRACKING_URI'], server.url);
  if (!tracksRuns) {
    io.stderr(
      `MLFLOW_TRACKING_URI names another server (${io.config.env['MLFLOW_TRACKING_URI']}): the MLflow runs of the stages are not recorded here; unset it to have them here\n`,
    );
  }
  const { git } = repository;
  const { data, stages } = repository.contents();
  for (const { model, evidence } of project?.gates ?? []) {
    if (stages.includes(evidence.stage)) continue;
    io.stderr(
      `WARNING: millwright.yaml: models.${model}.evidence.stage: no stage is called '${evidence.stage}', so its gate lets nothing through; the stages are ${stages.join(', ')}\n`,
    );
  }
  const commit = await git?.resolve('HEAD');
  const patch = commit === undefined ? undefined : await git?.patch();
  const isTooLarge = patch !== undefined && patch.length > patchLimit;
  if (isTooLarge)
    io.stderr(`the changes that are not committed are too large to keep with the run (${patch.length} characters): commit them\n`);
  const api = millwrightApi(callOf(server));
  const name = project?.project ?? basename(repository.root);
  const endpoints = (project?.endpoints ?? []).map((endpoint) => ({ ...endpoint }));
  if (endpoints.length > 0) await api.declareEndpoints({ project: name, endpoints });
  return createRecorder({
    api,
    url: server.url,
    root: repository.root,
    project: name,
    cause,
    commit,
    branch: await git?.branch(),
    patch: isTooLarge ? undefined : patch,
    gates: (project?.gates ?? []).map(declare),
    data,
    tracksRuns,
    warn: (line) => io.stderr(`${line}\n`),
  });
}

async function serverOf(root: string, io: Io): Promise<ServerAddress> {
  if (io.config.serverUrl !== undefined) return { url: io.config.serverUrl, token: io.config.token };
  return serverOfProject(root, io);
}

/** A tracking server that the user's environment names is left alone, unless it is the very server that records. */
function isOurs(trackingUri: string | undefined, url: string): boolean {
  return trackingUri === undefined || trackingUri === '' || trackingUri.replace(/\/+$/, '') === url;
}

function declare({ model, protects, expression, evidence }: ProjectFile['gates'][number]): GateDeclaration {
  return { model, protects: [...protects], gate: expression, evidence };
}

function readProject(root: string): ProjectFile | undefined {
  try {
    return parseProject(decodeUtf8(readFileSync(join(root, 'millwright.yaml')), 'millwright.yaml', 'CONFIG_INVALID'), 'millwright.yaml');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
