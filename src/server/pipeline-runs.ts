import { hashToken, newToken } from '../access/index.ts';
import {
  AppendLog,
  BeginPipelineRun,
  BeginStageRun,
  EndPipelineRun,
  EndStageRun,
  type BegunPipelineRun,
  type BegunStageRun,
  type LogChunk,
  type PipelineRun,
  type PipelineRunDetail,
  type PipelineRunPage,
} from '../api/pipeline-runs.ts';
import { MillwrightError } from '../errors.ts';
import { compileGate, GateSyntaxError, type GateDefinition } from '../formats/project/index.ts';
import {
  appendLog,
  beginPipelineRun,
  beginStageRun,
  endPipelineRun,
  endStageRun,
  getPipelineRun,
  listPipelineRuns,
  readLog,
  renewPipelineRun,
  type PipelineRunRow,
} from '../pipelines/runs/index.ts';
import { integerQuery } from './query.ts';
import type { Call, Route } from './route.ts';

/** A stage's token outlives no stage; this bounds one whose `repro` was killed. */
const stageTokenMs = 7 * 24 * 3600 * 1000;

const one = '/api/1/pipeline-runs/:id';
const stage = `${one}/stages/:stage`;

export const pipelineRunRoutes: readonly Route[] = [
  {
    method: 'GET',
    url: '/api/1/pipeline-runs',
    action: 'read',
    body: 'none',
    query: ['project', 'number', 'cursor', 'limit'],
    handler: list,
  },
  { method: 'GET', url: one, action: 'read', body: 'none', handler: get },
  { method: 'GET', url: `${stage}/log`, action: 'read', body: 'none', query: ['after'], handler: log },
  {
    method: 'POST',
    url: '/api/1/pipeline-runs',
    action: 'pipelines.record',
    body: BeginPipelineRun,
    bodyLimitBytes: 16 * 1024 * 1024,
    handler: begin,
  },
  { method: 'POST', url: `${one}/stages`, action: 'pipelines.record', body: BeginStageRun, handler: beginStage },
  { method: 'POST', url: `${stage}/log`, action: 'pipelines.record', body: AppendLog, bodyLimitBytes: 8 * 1024 * 1024, handler: append },
  {
    method: 'POST',
    url: `${stage}/end`,
    action: 'pipelines.record',
    body: EndStageRun,
    bodyLimitBytes: 16 * 1024 * 1024,
    handler: endStage,
  },
  { method: 'POST', url: `${one}/heartbeat`, action: 'pipelines.record', body: 'none', handler: heartbeat },
  { method: 'POST', url: `${one}/end`, action: 'pipelines.record', body: EndPipelineRun, handler: end },
];

async function list({ app, principal, query }: Call): Promise<PipelineRunPage> {
  const limit = integerQuery(query, 'limit', { default: 100, min: 1, max: 1000 });
  const project = query.get('project');
  const before = query.get('cursor');
  const number = integerQuery(query, 'number', { default: 0, min: 1, max: Number.MAX_SAFE_INTEGER });
  const rows = await app.db.read(listPipelineRuns, {
    scope: principal,
    ...(project === null ? {} : { project }),
    ...(before === null ? {} : { before }),
    ...(number === 0 ? {} : { number }),
    limit: limit + 1,
  });
  const items = rows.slice(0, limit).map(presentPipelineRun);
  return rows.length > limit ? { items, nextCursor: items.at(-1)!.id } : { items };
}

async function get({ app, principal, params }: Call): Promise<PipelineRunDetail> {
  const detail = await app.db.read(getPipelineRun, { scope: principal, id: params['id']! });
  return { ...detail, run: presentPipelineRun(detail.run) } as PipelineRunDetail;
}

export function presentPipelineRun({ number, ...row }: PipelineRunRow): PipelineRun {
  return { ...row, name: `${row.project} #${number}` } as PipelineRun;
}

async function log({ app, principal, params, query }: Call): Promise<LogChunk> {
  const after = integerQuery(query, 'after', { default: 0, min: 0, max: Number.MAX_SAFE_INTEGER });
  return app.db.read(readLog, { scope: principal, pipelineRunId: params['id']!, stage: params['stage']!, after });
}

async function begin({ app, principal, body }: Call): Promise<BegunPipelineRun> {
  const run = body as BeginPipelineRun;
  const id = app.ids.uuid7();
  const { number } = await app.db.write(beginPipelineRun, {
    actor: principal,
    id,
    eventId: app.ids.uuid7(),
    now: app.clock.now(),
    project: run.project,
    cause: run.cause,
    commit: run.commit ?? null,
    branch: run.branch ?? null,
    patch: run.patch ?? null,
    stages: run.stages.map((item) => ({ ...item, id: app.ids.uuid7() })),
    auditId: app.ids.uuid7(),
    gates: run.gates.map(gateOf),
    data: run.data,
  });
  return { id, name: `${run.project} #${number}`, url: `/pipelines/${id}` };
}

async function beginStage({ app, principal, params, body }: Call): Promise<BegunStageRun> {
  const token = newToken();
  const now = app.clock.now();
  const { id } = await app.db.write(beginStageRun, {
    actor: principal,
    pipelineRunId: params['id']!,
    stage: (body as BeginStageRun).stage,
    now,
    token: { id: app.ids.uuid7(), hash: hashToken(token), expiresAt: now + stageTokenMs },
  });
  return { id, token };
}

async function append({ app, principal, params, body }: Call): Promise<Record<string, never>> {
  await app.db.write(appendLog, {
    scope: principal,
    pipelineRunId: params['id']!,
    stage: params['stage']!,
    text: (body as AppendLog).text,
    now: app.clock.now(),
  });
  return {};
}

async function endStage({ app, principal, params, body }: Call): Promise<Record<string, never>> {
  const stageEnd = body as EndStageRun;
  await app.db.write(endStageRun, {
    actor: principal,
    pipelineRunId: params['id']!,
    stage: params['stage']!,
    eventId: app.ids.uuid7(),
    now: app.clock.now(),
    ...stageEnd,
    evidence: stageEnd.evidence.map((item) => ({ ...item, id: app.ids.uuid7() })),
    exitCode: stageEnd.exitCode ?? null,
    message: stageEnd.message ?? null,
    startedAt: stageEnd.startedAt ?? null,
    cpuSeconds: stageEnd.cpuSeconds ?? null,
    peakMemoryBytes: stageEnd.peakMemoryBytes ?? null,
  });
  return {};
}

async function heartbeat({ app, principal, params }: Call): Promise<Record<string, never>> {
  await app.db.write(renewPipelineRun, { scope: principal, id: params['id']!, now: app.clock.now() });
  return {};
}

async function end({ app, principal, params, body }: Call): Promise<Record<string, never>> {
  const { outcome, message } = body as EndPipelineRun;
  await app.db.write(endPipelineRun, {
    actor: principal,
    id: params['id']!,
    eventId: app.ids.uuid7(),
    now: app.clock.now(),
    outcome,
    message: message ?? null,
  });
  return {};
}

/** A gate that does not compile is refused before anything is written. @throws INVALID_PARAMETER_VALUE */
function gateOf({ model, protects, gate, evidence }: BeginPipelineRun['gates'][number]): GateDefinition {
  try {
    compileGate(gate);
  } catch (error) {
    if (!(error instanceof GateSyntaxError)) throw error;
    throw new MillwrightError('INVALID_PARAMETER_VALUE', `the gate of model '${model}': ${error.message}: mend it in millwright.yaml`, {
      cause: error,
    });
  }
  return { model, protects, expression: gate, evidence };
}
