import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { DataRef } from '../../api/data-ref.ts';
import type { BeginPipelineRun, EndStageRun, GateDeclaration } from '../../api/pipeline-runs.ts';
import { errnoOf } from '../../errors.ts';
import { plainValue } from '../../formats/dvc/plain-value.ts';
import type { PlannedStage, RecordedPath, RunPlan, RunRecorder, StageResult } from '../../pipelines/index.ts';
import type { Api } from '../remote.ts';
import { createLogSender, type LogSender } from './log-sender.ts';
import { stageEnvironment, type EnvironmentChange } from './stage-environment.ts';

/** The server takes a run whose recorder is silent for a minute for lost. */
const heartbeatMs = 10_000;
/** Characters of a stage's message that the server takes. */
const messageLimit = 10_000;

/** What is known of a reproduction before it begins. */
export interface Recording {
  readonly api: Api;
  /** Of the server, as stages reach it. */
  readonly url: string;
  readonly root: string;
  readonly project: string;
  readonly cause: string;
  readonly commit: string | undefined;
  readonly branch: string | undefined;
  readonly patch: string | undefined;
  readonly gates: readonly GateDeclaration[];
  readonly data: readonly DataRef[];
  /** False where the user's environment names another tracking server, which is left alone. */
  readonly tracksRuns: boolean;
  readonly warn: (line: string) => void;
}

/**
 * Records a reproduction on a server. Its begin must succeed, so that nobody believes in a record that is not there; a
 * server that goes away later does not stop the stages: one line says so, and their results stand in dvc.lock.
 */
export function createRecorder(recording: Recording): RunRecorder {
  const logs = new Map<string, LogSender>();
  let runId = '';
  let lost = false;
  let heartbeat: NodeJS.Timeout | undefined;

  const attempt = async (act: () => Promise<unknown>): Promise<void> => {
    if (lost) return;
    try {
      await act();
    } catch (error) {
      lose(error);
    }
  };
  const lose = (error: unknown): void => {
    if (lost) return;
    lost = true;
    clearInterval(heartbeat);
    recording.warn(`the rest of this run is not recorded: ${error instanceof Error ? error.message : String(error)}`);
  };

  return {
    async begin(plan) {
      runId = (await recording.api.beginPipelineRun(describe(recording, plan))).id;
      heartbeat = setInterval(() => void attempt(() => recording.api.heartbeat(runId)), heartbeatMs);
      heartbeat.unref();
    },
    async stageStarting(stage) {
      let env: EnvironmentChange = {};
      await attempt(async () => {
        const { id, token } = await recording.api.beginStageRun(runId, { stage: stage.address });
        if (!recording.tracksRuns) return;
        env = stageEnvironment({ ...recording, token, stage: stage.address, pipelineRunId: runId, stageRunId: id });
      });
      logs.set(
        stage.address,
        createLogSender(async (text) => void (await recording.api.appendLog(runId, stage.address, { text })), lose),
      );
      return { env };
    },
    stageLog(stage, chunk) {
      logs.get(stage.address)?.write(chunk);
    },
    async stageEnded(stage, result) {
      await logs.get(stage.address)?.finish();
      if (!isCommand(stage)) return;
      await attempt(async () => recording.api.endStageRun(runId, stage.address, await summarize(recording, stage, result)));
    },
    async end(outcome) {
      clearInterval(heartbeat);
      await attempt(() => recording.api.endPipelineRun(runId, { outcome }));
    },
  };
}

function describe(recording: Recording, plan: RunPlan): BeginPipelineRun {
  const commands = new Set(plan.stages.filter(isCommand).map((stage) => stage.address));
  return {
    project: recording.project,
    cause: recording.cause,
    ...(recording.commit === undefined ? {} : { commit: recording.commit }),
    ...(recording.branch === undefined ? {} : { branch: recording.branch }),
    ...(recording.patch === undefined ? {} : { patch: recording.patch }),
    stages: plan.stages.filter(isCommand).map((stage) => ({
      name: stage.address,
      command: commandOf(stage),
      after: stage.upstream.filter((address) => commands.has(address)),
    })),
    gates: [...recording.gates],
    data: [...recording.data],
  };
}

/** A `.dvc` file is a stage to DVC; here it is data. */
function isCommand(stage: PlannedStage): boolean {
  return stage.cmd !== undefined;
}

function commandOf(stage: PlannedStage): string {
  return typeof stage.cmd === 'string' ? stage.cmd : (stage.cmd ?? []).join('\n');
}

async function summarize(recording: Recording, stage: PlannedStage, result: StageResult): Promise<EndStageRun> {
  const refs = (isWanted: (path: RecordedPath) => boolean): DataRef[] =>
    result.paths.filter(isWanted).flatMap((path) => dataRef(posix.normalize(posix.join(stage.wdir, path.path)), path) ?? []);
  return {
    outcome: result.outcome === 'ran' ? 'succeeded' : result.outcome,
    ...(result.exitCode === undefined ? {} : { exitCode: result.exitCode }),
    ...(result.message === undefined ? {} : { message: result.message.slice(0, messageLimit) }),
    startedAt: result.startedAt,
    endedAt: result.endedAt,
    ...(result.cpuSeconds === undefined ? {} : { cpuSeconds: result.cpuSeconds }),
    ...(result.peakMemoryBytes === undefined ? {} : { peakMemoryBytes: result.peakMemoryBytes }),
    deps: refs((path) => path.kind === 'dep'),
    outs: refs((path) => path.kind !== 'dep'),
    params: plainValue(result.params) as EndStageRun['params'],
    evidence: await evidenceOf(recording, stage),
  };
}

function dataRef(path: string, { hash, meta }: RecordedPath): DataRef | undefined {
  if (hash === undefined) return undefined;
  return {
    path,
    algorithm: hash.algorithm,
    hash: hash.value,
    ...(meta.size === undefined ? {} : { sizeBytes: meta.size }),
    ...(meta.nfiles === undefined ? {} : { files: meta.nfiles }),
  };
}

/** The evidence files that gates expect of this stage, as they lie in the tree: `restored` and `cached` ones too. */
async function evidenceOf(recording: Recording, stage: PlannedStage): Promise<EndStageRun['evidence']> {
  const wanted = recording.gates.filter((gate) => gate.evidence.stage === stage.address || gate.evidence.stage === stage.name);
  const found = await Promise.all(
    wanted.map(async ({ model, evidence }) => {
      const content = await readIfThere(join(recording.root, stage.wdir, evidence.file));
      return content === undefined ? [] : [{ model, file: evidence.file, content }];
    }),
  );
  return found.flat();
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
