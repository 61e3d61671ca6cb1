/** Who depends on whom: a stage depends on each stage that makes a dependency of its, a folder above it or a path inside it. */
import { relative } from 'node:path';
import { MillwrightError } from '../errors.ts';
import type { Stage } from './stage.ts';

export interface Graph {
  /** In the order of their files. */
  readonly stages: readonly Stage[];
  /** The stages it depends on, in the order of its dependencies. */
  readonly upstream: (stage: Stage) => readonly Stage[];
  readonly downstream: (stage: Stage) => readonly Stage[];
}

interface Output {
  readonly path: string;
  readonly stage: Stage;
}

/** Throws where outputs clash or stages depend on each other in a circle. `cwd`: what paths in messages are relative to. */
export function buildGraph(stages: readonly Stage[], cwd: string): Graph {
  const outputs = indexOutputs(stages, cwd);
  refuseStageFilesInOutputs(stages, outputs, cwd);
  const up = new Map<Stage, Stage[]>();
  for (const stage of stages) up.set(stage, isRepositoryImport(stage) ? [] : upstreamOf(stage, outputs));
  refuseCycles(stages, up);
  return graphOf(stages, up);
}

/** The graph without the edges from frozen stages to what they depend on. */
export function cutFrozen(graph: Graph): Graph {
  const up = new Map(graph.stages.map((stage) => [stage, stage.frozen ? [] : [...graph.upstream(stage)]]));
  return graphOf(graph.stages, up);
}

function graphOf(stages: readonly Stage[], up: ReadonlyMap<Stage, readonly Stage[]>): Graph {
  const down = new Map<Stage, Stage[]>(stages.map((stage) => [stage, []]));
  for (const stage of stages) for (const above of up.get(stage) ?? []) down.get(above)?.push(stage);
  return { stages, upstream: (stage) => up.get(stage) ?? [], downstream: (stage) => down.get(stage) ?? [] };
}

interface OutputIndex {
  readonly byPath: ReadonlyMap<string, Output>;
  /** Every folder above an output, with what lies in it at any depth. */
  readonly below: ReadonlyMap<string, readonly Output[]>;
}

function indexOutputs(stages: readonly Stage[], cwd: string): OutputIndex {
  const byPath = new Map<string, Output>();
  const below = new Map<string, Output[]>();
  for (const stage of stages) {
    for (const { path } of stage.outs) {
      const output = { path, stage };
      const same = byPath.get(path);
      if (same !== undefined) throw duplicate(path, [stage, same.stage], cwd);
      const inside = below.get(path)?.[0];
      const around = foldersAbove(path)
        .map((folder) => byPath.get(folder))
        .find((found) => found !== undefined);
      if (inside !== undefined) throw overlapping(output, inside, cwd);
      if (around !== undefined) throw overlapping(around, output, cwd);
      byPath.set(path, output);
      for (const folder of foldersAbove(path)) {
        const list = below.get(folder);
        if (list === undefined) below.set(folder, [output]);
        else list.push(output);
      }
    }
  }
  return { byPath, below };
}

function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) folders.push(path.slice(0, at));
  return folders;
}

function upstreamOf(stage: Stage, { byPath, below }: OutputIndex): Stage[] {
  const found = new Set<Stage>();
  for (const path of [...stage.deps.map((dep) => dep.path), ...stage.params.map((params) => params.location)]) {
    for (const place of [...foldersAbove(path).toReversed(), path]) {
      const output = byPath.get(place);
      if (output !== undefined) found.add(output.stage);
    }
    for (const output of below.get(path) ?? []) found.add(output.stage);
  }
  return [...found];
}

function isRepositoryImport(stage: Stage): boolean {
  return stage.cmd === undefined && stage.deps.some(({ entry }) => entry.repo !== undefined || entry.db !== undefined);
}

function refuseStageFilesInOutputs(stages: readonly Stage[], { byPath }: OutputIndex, cwd: string): void {
  for (const stage of stages) {
    const output = foldersAbove(stage.file)
      .map((folder) => byPath.get(folder))
      .find((found) => found !== undefined);
    if (output === undefined) continue;
    const [file, folder] = [relative(cwd, stage.file), relative(cwd, output.path)];
    throw new MillwrightError('DATA_ERROR', `${file} is within an output '${folder}' of another stage: move it out of that folder`);
  }
}

function refuseCycles(stages: readonly Stage[], up: ReadonlyMap<Stage, readonly Stage[]>): void {
  const done = new Set<Stage>();
  for (const root of stages) {
    const path: Stage[] = [];
    const onPath = new Set<Stage>();
    const visit = (stage: Stage): void => {
      if (onPath.has(stage)) throw cycle(path.slice(path.indexOf(stage)));
      if (done.has(stage)) return;
      path.push(stage);
      onPath.add(stage);
      for (const above of up.get(stage) ?? []) visit(above);
      path.pop();
      onPath.delete(stage);
      done.add(stage);
    };
    visit(root);
  }
}

function duplicate(path: string, stages: readonly Stage[], cwd: string): MillwrightError {
  const names = stages.map(({ address }) => `\n\t- ${address}`).join('');
  return new MillwrightError(
    'DATA_ERROR',
    `output '${relative(cwd, path)}' is specified in:${names}\nUse \`millwright remove\` with any of the above targets to stop tracking the overlapping output.`,
  );
}

function overlapping(around: Output, inside: Output, cwd: string): MillwrightError {
  const name = (output: Output): string => `'${relative(cwd, output.path)}'('${output.stage.address}')`;
  return new MillwrightError(
    'DATA_ERROR',
    `The output paths:\n${name(around)}\n${name(inside)}\noverlap and are thus in the same tracked directory.\nTo keep reproducibility, outputs should be in separate tracked directories or tracked individually.`,
  );
}

function cycle(stages: readonly Stage[]): MillwrightError {
  const names = stages.map(({ address }) => address).join(', ');
  return new MillwrightError(
    'DATA_ERROR',
    `Same item(s) are defined as both a dependency and an output in ${stages.length === 1 ? 'stage' : 'stages'}: ${names}.`,
  );
}
