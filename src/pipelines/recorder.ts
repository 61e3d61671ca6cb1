/** What a reproduction tells whoever keeps its history. `repro` records over HTTP where there is a server; plain DVC records nothing. */
import type { Hash, Meta } from '../formats/dvc/entry.ts';
import type { Mapping } from '../formats/dvc/value.ts';

/** A path as a stage run saw or made it. */
export interface RecordedPath {
  /** As the stage's definition writes it. */
  readonly path: string;
  readonly kind: 'dep' | 'out' | 'metric' | 'plot';
  readonly hash: Hash | undefined;
  readonly meta: Meta;
}

export interface PlannedStage {
  readonly address: string;
  readonly name: string | undefined;
  /** Relative to the root of the repository. */
  readonly file: string;
  readonly wdir: string;
  readonly cmd: string | readonly string[] | undefined;
  readonly deps: readonly string[];
  readonly outs: readonly string[];
  /** Addresses of the stages of this plan that it waits for. */
  readonly upstream: readonly string[];
}

export interface RunPlan {
  /** In the order in which a serial run would take them. */
  readonly stages: readonly PlannedStage[];
}

export interface StageResult {
  /**
   * `cached`: nothing changed, the lock entry holds; `restored`: outputs came from the run cache; `cancelled`: interrupted,
   * or not begun because of another stage's failure.
   */
  readonly outcome: 'ran' | 'cached' | 'restored' | 'failed' | 'cancelled';
  readonly exitCode: number | undefined;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly cpuSeconds: number | undefined;
  readonly peakMemoryBytes: number | undefined;
  /** The stage's entry of dvc.lock after it; undefined where it has none. */
  readonly lockEntry: Mapping | undefined;
  readonly paths: readonly RecordedPath[];
  /** File → key → value. */
  readonly params: Mapping;
  /** Why it failed. */
  readonly message: string | undefined;
}

export interface RunRecorder {
  begin(plan: RunPlan): Promise<void>;
  /** Variables that the stage's command gets beside the user's, or loses where undefined. Called only for stages that run. */
  stageStarting(stage: PlannedStage): Promise<{ readonly env: Readonly<Record<string, string | undefined>> }>;
  stageLog(stage: PlannedStage, chunk: Uint8Array): void;
  stageEnded(stage: PlannedStage, result: StageResult): Promise<void>;
  end(outcome: 'succeeded' | 'failed' | 'cancelled'): Promise<void>;
}

export const noRecorder: RunRecorder = {
  begin: () => Promise.resolve(),
  stageStarting: () => Promise.resolve({ env: {} }),
  stageLog: () => undefined,
  stageEnded: () => Promise.resolve(),
  end: () => Promise.resolve(),
};
