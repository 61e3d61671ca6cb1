/** Where one prediction came from: its record, then each thing that it rests on, and for what is not known why. */
import { text as readText } from 'node:stream/consumers';
import type { Scope } from '../access/index.ts';
import type { PredictionLineage, StageOrigin } from '../api/lineage.ts';
import type { App } from '../app.ts';
import { MillwrightError } from '../errors.ts';
import { traceLineage, type LineageGraph, type LineageNode as Node } from '../lineage/index.ts';
import { patchOfPipelineRun, stageRunOrigins, type StageRunOrigin } from '../pipelines/runs/index.ts';
import type { PredictionRow } from '../predictions/index.ts';
import { findVersion, listDecisions, presentName, type Decision, type ModelVersion } from '../registry/index.ts';
import { deploymentAt, findEndpoint, findModelFile, type Deployment } from '../serving/index.ts';
import { getRun, type Run } from '../tracking/index.ts';
import { presentNodes } from './lineage-nodes.ts';
import { presentDecision } from './models.ts';

const shownRows = 100;
const depth = 100;
const fileLimitBytes = 64 * 1024;
/** Files by which MLflow says what a model runs in. */
const environmentFiles = ['python_env.yaml', 'requirements.txt'];

interface Asked {
  readonly requestId: string;
  /** Which of several that answered under one request id. */
  readonly endpoint: string | undefined;
  readonly signal: AbortSignal;
}

type Reads = Pick<App, 'db' | 'blobs' | 'records'>;

/** Tells, for each part that is not there, why. */
type Miss = (part: string, why: string) => undefined;

/** @throws RESOURCE_DOES_NOT_EXIST where no such record is kept */
export async function tellPrediction(app: Reads, scope: Scope, asked: Asked): Promise<PredictionLineage> {
  const rows = await app.records.findRequest(scope, asked.requestId);
  const answers = [...Map.groupBy(rows, ({ endpoint, at }) => `${at} ${endpoint}`).values()];
  const chosen = answers.find(([row]) => asked.endpoint === undefined || row!.endpoint === asked.endpoint);
  if (chosen === undefined) throw unknownRequest(asked);
  const record = chosen[0]!;
  const missing: PredictionLineage['missing'] = [];
  const miss: Miss = (part, why) => void missing.push({ part, why });

  const version = await versionOf(app, scope, record, miss);
  const deployment = await deploymentOf(app, scope, record, miss);
  const decision = version && (await decisionOf(app, scope, { record, version, deployment, miss }));
  const run = await runOf(app, scope, { record, version, miss });
  const environment = version === undefined ? [] : await environmentOf(app, scope, version, { miss, signal: asked.signal });
  const origin = await originOf(app, scope, { version, run, record, miss });
  return {
    requestId: asked.requestId,
    record: presentRecord(record, chosen),
    others: answers.filter((answer) => answer !== chosen).map(([row]) => ({ endpoint: row!.endpoint, at: row!.at })),
    deployment: deployment === undefined ? null : presentDeployment(deployment),
    version: version === undefined ? null : presentVersion(version),
    decision: decision === undefined ? null : presentDecision(decision),
    run: run === undefined ? null : presentRun(run),
    environment,
    ...origin,
    missing,
  };
}

function unknownRequest({ requestId, endpoint }: Asked): MillwrightError {
  const where = endpoint === undefined ? '' : ` at the endpoint '${endpoint.slice(0, 256)}'`;
  return new MillwrightError(
    'RESOURCE_DOES_NOT_EXIST',
    `no record is kept of a request '${requestId.slice(0, 256)}'${where}: it was not sampled, is older than the endpoint keeps, or was answered by another server process that has not sealed it yet; \`millwright predictions\` lists those that are kept`,
  );
}

/** The version that answered, unless the registry knows it no more, or knows another by its name. */
async function versionOf({ db }: Reads, scope: Scope, record: PredictionRow, miss: Miss): Promise<ModelVersion | undefined> {
  const refuse = (why: string): undefined => miss('model version', why);
  if (record.model === null) {
    return refuse(
      record.protocol === 'sent'
        ? 'the record was sent without a model and version: whoever serves the model must name them'
        : 'the request was refused before a version was chosen',
    );
  }
  const { version: text } = record;
  const model = await db.read(presentName, { scope, name: record.model, at: record.at });
  const label = `models:/${model}/${text ?? ''}`;
  const number = versionNumberOf(text);
  if (number === undefined)
    return refuse(
      `the record names the model '${model}' ${text ? `with '${text}', which is no number of a version` : 'without a version'}`,
    );
  const version = await known(db.read(findVersion, { scope, name: model, version: number }));
  if (version === undefined) return refuse(`${label} is not in the registry: it was never registered here, or was deleted`);
  if (record.runId !== null && version.runId !== undefined && record.runId !== version.runId)
    return refuse(`${label} now stands for another model than the one that answered, which came from run ${record.runId}`);
  return version;
}

function versionNumberOf(text: string | null): number | undefined {
  const number = Number(text);
  return /^[1-9]\d{0,9}$/.test(text ?? '') && number < 2 ** 31 ? number : undefined;
}

/** Undefined where the answer is a refusal: records sent from elsewhere may hold names that cannot be here. */
async function known<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    // What is wrong with the server says nothing of what is there.
    if (!(error instanceof MillwrightError) || error.status >= 500) throw error;
    return undefined;
  }
}

async function deploymentOf({ db }: Reads, scope: Scope, record: PredictionRow, miss: Miss): Promise<Deployment | undefined> {
  const { endpoint, model, version, at } = record;
  if (model === null) return undefined;
  if (record.protocol === 'sent') return miss('deployment', 'the model was served elsewhere, and its record sent here');
  const found = await db.read(deploymentAt, { scope, endpoint, model, version: versionNumberOf(version) ?? 0, at });
  if (found === undefined)
    miss('deployment', `no deployment of models:/${model}/${version} at the endpoint '${endpoint}' is recorded here`);
  return found;
}

/** The last move before the deployment that gave the version the name which the endpoint followed; else any name. */
async function decisionOf(
  { db }: Reads,
  scope: Scope,
  of: { record: PredictionRow; version: ModelVersion; deployment: Deployment | undefined; miss: Miss },
): Promise<Decision | undefined> {
  const { record, version, deployment, miss } = of;
  const until = deployment?.liveAt ?? record.at;
  const follows = (await db.read(findEndpoint, { scope, name: record.endpoint }))?.follows;
  const followed = deployment?.reason.match(/^(alias|stage) /) ? deployment.reason : `${follows?.kind} ${follows?.name}`;
  let other: Decision | undefined;
  for (let before: string | undefined; ;) {
    const page: Decision[] = await db.read(listDecisions, { scope, name: version.name, limit: 200, before });
    const moved = page.filter((decision) => decision.outcome === 'moved' && decision.version === version.version && decision.at <= until);
    const found = moved.find(({ target }) => `${target.kind} ${target.name}` === followed);
    other ??= moved[0];
    if (found !== undefined) return found;
    if (page.length < 200) break;
    before = page.at(-1)!.id;
  }
  if (other === undefined)
    miss(
      'decision',
      `no decision gave models:/${version.name}/${version.version} an alias or stage before it answered: the endpoint followed the version itself, or it was served elsewhere`,
    );
  return other;
}

async function runOf(
  { db }: Reads,
  scope: Scope,
  { record, version, miss }: { record: PredictionRow; version: ModelVersion | undefined; miss: Miss },
): Promise<Run | undefined> {
  const runId = version?.runId ?? record.runId ?? undefined;
  if (runId === undefined)
    return miss('run', 'neither the record nor the model version names a run: the version was registered without one');
  const run = await known(db.read(getRun, { scope, runId }));
  if (run === undefined) miss('run', `run ${runId} is not on this server`);
  else if (run.info.deletedAt !== null)
    miss(
      'run',
      `run ${runId} was deleted at ${new Date(run.info.deletedAt).toISOString()}: what is shown of it can be lost; \`mlflow runs restore\` brings it back`,
    );
  return run;
}

async function environmentOf(
  { blobs }: Reads,
  scope: Scope,
  version: ModelVersion,
  { miss, signal }: { miss: Miss; signal: AbortSignal },
): Promise<PredictionLineage['environment']> {
  const found: PredictionLineage['environment'] = [];
  for (const path of environmentFiles) {
    const file = await known(findModelFile(blobs, scope, version, path, signal));
    if (file === undefined) continue;
    if (file.sizeBytes <= fileLimitBytes) found.push({ path, text: await readText(file.stream) });
    else file.stream.destroy();
  }
  if (found.length === 0)
    miss('environment', `the files of the model version hold no ${environmentFiles.join(' or ')}, or are not on this server`);
  return found;
}

type Origin = Pick<PredictionLineage, 'stages' | 'data' | 'commits' | 'patch'>;

/** What the graph knows upstream of the run and the logged model; of the version where it names neither. */
async function originOf(
  app: Reads,
  scope: Scope,
  { version, run, record, miss }: { version: ModelVersion | undefined; run: Run | undefined; record: PredictionRow; miss: Miss },
): Promise<Origin> {
  const nodes = originsOf(version, run?.info.runId ?? version?.runId ?? record.runId ?? undefined);
  if (nodes.length === 0) {
    for (const part of ['stage run', 'data versions', 'commit']) miss(part, 'they are found by the run, which is not known');
    return { stages: [], data: [], commits: [], patch: null };
  }
  const graphs = await Promise.all(nodes.map((node) => app.db.read(traceLineage, { scope, node, direction: 'upstream', depth })));
  const graph = { edges: graphs.flatMap(({ edges }) => edges), truncated: graphs.some(({ truncated }) => truncated) };
  if (graph.truncated) miss('data versions', 'more lies upstream than one answer holds: the farthest are left out');
  const stages = await stagesOf(app, scope, graph);
  if (stages.length === 0)
    miss('stage run', 'no recorded stage logged the run: it was started by hand, or where `millwright repro` did not record');
  const data = await dataOf(app, scope, graph);
  if (data.length === 0) miss('data versions', 'neither a stage run nor the run itself says what it read');
  const commits = commitsOf(graph, stages);
  if (commits.length === 0) miss('commit', 'neither the run nor a pipeline run names a commit: it was trained outside a Git repository');
  const nearest = stages[0]?.pipelineRun;
  const patch = nearest?.dirty === true ? await app.db.read(patchOfPipelineRun, { scope, id: nearest.id }) : null;
  return { stages: stages.map(presentStage), data, commits, patch };
}

/** A name may have stood for another model before, and its edges with it: run and logged model are one thing for good. */
function originsOf(version: ModelVersion | undefined, runId: string | undefined): Node[] {
  const nodes: Node[] = [];
  if (runId !== undefined) nodes.push({ kind: 'run', id: runId });
  if (version?.loggedModelId !== undefined) nodes.push({ kind: 'logged_model', id: version.loggedModelId });
  if (version !== undefined && nodes.length === 0) nodes.push({ kind: 'model_version', id: `${version.name}/${version.version}` });
  return nodes;
}

/** Nearest first: the walk is breadth first. */
async function stagesOf({ db }: Reads, scope: Scope, graph: LineageGraph): Promise<StageRunOrigin[]> {
  const ids = idsOf(graph, 'stage_run');
  const found = new Map((await db.read(stageRunOrigins, { scope, ids })).map((stage) => [stage.id, stage]));
  return ids.flatMap((id) => found.get(id) ?? []);
}

async function dataOf(app: Reads, scope: Scope, graph: LineageGraph): Promise<PredictionLineage['data']> {
  const made = new Set(graph.edges.filter(({ to }) => to.kind === 'data_version').map(({ to }) => to.id));
  const nodes = idsOf(graph, 'data_version').map((id): Node => ({ kind: 'data_version', id }));
  const shown = await presentNodes(app, scope, nodes);
  return shown.map(({ id, label, href }) => ({ id, label, href, origin: made.has(id) ? ('made' as const) : ('raw' as const) }));
}

function commitsOf(graph: LineageGraph, stages: readonly StageRunOrigin[]): PredictionLineage['commits'] {
  return idsOf(graph, 'commit').map((hash) => {
    const runs = stages.map(({ pipelineRun }) => pipelineRun).filter(({ commit }) => commit === hash);
    return { hash, branch: runs[0]?.branch ?? null, dirty: runs.some(({ dirty }) => dirty) };
  });
}

function idsOf({ edges }: LineageGraph, kind: Node['kind']): string[] {
  return [...new Set(edges.filter(({ from }) => from.kind === kind).map(({ from }) => from.id))];
}

function presentRecord(record: PredictionRow, rows: readonly PredictionRow[]): PredictionLineage['record'] {
  const { endpoint, at, latencyMs, status, protocol, model, version, runId, errorCode, errorMessage } = record;
  const shown = rows
    .slice(0, shownRows)
    .map(({ row, features, prediction }) => ({ row, features: features && { ...features }, prediction }));
  return { endpoint, at, latencyMs, status, protocol, model, version, runId, errorCode, errorMessage, rows: record.rows, shown };
}

function presentDeployment({ id, liveAt, endedAt, reason, actor, flavor }: Deployment): PredictionLineage['deployment'] {
  return { id, liveAt: liveAt!, endedAt: endedAt ?? null, reason, actor, flavor: flavor ?? null };
}

function presentVersion(version: ModelVersion): PredictionLineage['version'] {
  const { name: model, createdAt, source, aliases, stage } = version;
  return {
    model,
    version: version.version,
    createdAt,
    source,
    runId: version.runId ?? null,
    loggedModelId: version.loggedModelId ?? null,
    digest: version.digest ?? null,
    aliases: [...aliases],
    stage,
  };
}

function presentRun({ info, params, metrics }: Run): PredictionLineage['run'] {
  return {
    id: info.runId,
    name: info.name,
    user: info.userId,
    status: info.status,
    startedAt: Number(info.startedAt),
    endedAt: info.endedAt === null ? null : Number(info.endedAt),
    deletedAt: info.deletedAt,
    params: params.map(({ name, value }) => ({ name, value })),
    metrics: metrics.map(({ name, value }) => ({ name, value: String(value) })),
  };
}

function presentStage({ pipelineRun: { id, project, number, commit, branch, dirty }, ...stage }: StageRunOrigin): StageOrigin {
  return { ...stage, params: { ...stage.params }, pipelineRun: { id, name: `${project} #${number}`, commit, branch, dirty } };
}
