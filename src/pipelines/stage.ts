/** A stage of a pipeline, or a `.dvc` file seen as one: what the graph, the status and a reproduction work on. */
import type { ParamsDependency, StageDefinition } from '../formats/dvc/stage-definition.ts';
import type { Mapping } from '../formats/dvc/value.ts';
import type { TrackedDependency, TrackedOutput } from '../data/output.ts';

export interface StageParams extends ParamsDependency {
  /** Absolute. */
  readonly location: string;
  /** What the lock file holds of them; undefined where it has no entry for the file. */
  readonly recorded: Mapping | undefined;
}

export interface Stage {
  /** `train`, `sub/dvc.yaml:train` or `data.dvc`, as seen from the working directory. */
  readonly address: string;
  /** Undefined for a `.dvc` file. */
  readonly name: string | undefined;
  /** Absolute path of the dvc.yaml or `.dvc` file. */
  readonly file: string;
  /** Absolute. */
  readonly wdir: string;
  readonly cmd: StageDefinition['cmd'];
  readonly deps: readonly TrackedDependency[];
  readonly params: readonly StageParams[];
  readonly outs: readonly TrackedOutput[];
  readonly frozen: boolean;
  readonly alwaysChanged: boolean;
  /** The lock entry's command is another one, or there is no entry; for an import the md5 of its `.dvc` file is. */
  readonly isCommandChanged: boolean;
  /** How dvc.yaml defines it; undefined for a `.dvc` file. */
  readonly definition: StageDefinition | undefined;
  /** The entry of dvc.lock. */
  readonly locked: Mapping | undefined;
}

/** Has a command and neither dependencies nor outputs: runs every time. */
export function isCallback(stage: Stage): boolean {
  return stage.cmd !== undefined && stage.deps.length === 0 && stage.params.length === 0 && stage.outs.length === 0;
}

/** A `.dvc` file, made by `add` or by an import. */
export function isData(stage: Stage): boolean {
  return stage.cmd === undefined;
}

export function isImport(stage: Stage): boolean {
  return stage.cmd === undefined && stage.deps.length === 1 && stage.outs.length === 1;
}

/** `stage: 'train'`, as DVC names it in messages. */
export function describe(stage: Stage): string {
  return stage.name === undefined ? `'${stage.address}'` : `stage: '${stage.address}'`;
}
