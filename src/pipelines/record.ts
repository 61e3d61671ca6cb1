/** Stages and their results in the words of the recorder. */
import { relative } from 'node:path';
import type { Mapping } from '../formats/dvc/value.ts';
import type { CommandResult } from './command.ts';
import type { PlannedStage, RecordedPath, StageResult } from './recorder.ts';
import type { Stage } from './stage.ts';

export function plannedStage(stage: Stage, root: string, upstream: readonly string[]): PlannedStage {
  return {
    address: stage.address,
    name: stage.name,
    file: relative(root, stage.file),
    wdir: relative(root, stage.wdir),
    cmd: stage.cmd,
    deps: [...stage.deps.map(({ entry }) => entry.path), ...stage.params.map(({ path }) => path)],
    outs: stage.outs.map(({ entry }) => entry.path),
    upstream,
  };
}

export interface RunFacts {
  readonly outcome: StageResult['outcome'];
  readonly result: CommandResult | undefined;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly lockEntry: Mapping | undefined;
  readonly message: string | undefined;
}

export function resultOf(stage: Stage, { outcome, result, startedAt, endedAt, lockEntry, message }: RunFacts): StageResult {
  return {
    outcome,
    exitCode: result?.exitCode,
    startedAt,
    endedAt,
    cpuSeconds: result?.cpuSeconds,
    peakMemoryBytes: result?.peakMemoryBytes,
    lockEntry,
    paths: pathsOf(stage),
    params: new Map(stage.params.flatMap(({ path, recorded }) => (recorded === undefined ? [] : [[path, recorded] as const]))),
    message,
  };
}

function pathsOf(stage: Stage): RecordedPath[] {
  const deps = stage.deps.map(({ entry }) => ({ path: entry.path, kind: 'dep' as const, hash: entry.hash, meta: entry.meta }));
  const outs = stage.outs.map(({ entry }) => {
    const kind = entry.metric === true ? ('metric' as const) : entry.plot === true ? ('plot' as const) : ('out' as const);
    return { path: entry.path, kind, hash: entry.hash, meta: entry.meta };
  });
  return [...deps, ...outs];
}
