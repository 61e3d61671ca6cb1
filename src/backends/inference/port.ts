/**
 * The inference port: model folders → running models.
 *
 * Contract, held by one suite for every flavour:
 * - Nothing here blocks the event loop, save a call that was measured to be cheaper than a hop to a thread (0.3 ms).
 * - `prove` loads and scores in a process of its own: whatever the model does there (abort, leak, print, fork) reaches nobody.
 * - `predict` answers or rejects, always: a call whose worker dies rejects at once, and nobody else's does.
 * - Queues are bounded; whoever comes when one is full is refused at once, with the seconds after which to come again.
 * - `close` lets running calls end (10 s at most), then frees memory, processes, sockets and files.
 */
import type { ModelInput, ModelOutput, TensorDescription } from '../../formats/tensor/tensor.ts';
import type { Signature } from '../../formats/mlmodel/mlmodel.ts';

export interface ModelToLoad {
  /** For messages and logs: `energy-victoria/3`. */
  readonly label: string;
  /** Absolute path of the folder with the `MLmodel` file; nothing is written into it. */
  readonly folder: string;
  readonly flavor: 'onnx' | 'python_function';
  /** Flavour `onnx`: the model's file, relative to the folder. */
  readonly onnxFile?: string;
  /**
   * Flavour `onnx`: how answers are shaped. `onnx`: as mlflow's own wrapper does, records of all outputs. `twin`: the
   * model stands in for another flavour, so its first output is the answer, a list as `predict` of that flavour gives.
   */
  readonly answer?: 'onnx' | 'twin';
  /** Flavour `python_function`: the requirements file, relative to the folder, and the version of Python. */
  readonly requirementsFile?: string;
  readonly pythonVersion?: string;
  readonly signature: Signature | undefined;
}

export interface RuntimeLimits {
  /** Processes of a Python model. */
  readonly workers: number;
  /** Calls that wait at most, beside those that run. */
  readonly queue: number;
  readonly timeoutMs: number;
  /** Of one Python worker; it is replaced when it grows past it. */
  readonly memoryBytes: number;
  /** Rows of several calls that one call of a Python model may take together; 1 joins none. */
  readonly batchRows: number;
}

export interface Runtime {
  readonly flavor: ModelToLoad['flavor'];
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
  /**
   * @throws TOO_MANY_REQUESTS (queue full; `details.retryAfterSeconds`), TEMPORARILY_UNAVAILABLE (the worker died, or none
   * is ready), DEADLINE_EXCEEDED, MODEL_FAILED (the model raised; the message has its last line, `details.log` the end of
   * its output), INPUT_INVALID (the runtime refuses shape or type)
   */
  predict(input: ModelInput, signal?: AbortSignal): Promise<ModelOutput>;
  stats(): RuntimeStats;
  close(): Promise<void>;
}

export interface RuntimeStats {
  /** False while no worker is ready (crash loop): readiness says so. */
  readonly ready: boolean;
  readonly running: number;
  readonly queued: number;
  readonly restarts: number;
  /** Of the worker processes; for ONNX the growth of this process when the model was loaded. */
  readonly memoryBytes: number;
}

export interface Proof {
  /** What the example gave, where there was one. */
  readonly output: ModelOutput | undefined;
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
}

/** Hears of an installation that a model has to wait for; of one that was there before it hears nothing. */
export interface InstallationWatch {
  begun(): void;
  /** What the installer says, as it says it. */
  said(text: string): void;
  /** Well; one that failed rejects the call. */
  ended(): void;
}

export interface Inference {
  /**
   * @throws MODEL_INVALID with the reason, `details.log` the end of what the model or its installer said, `details.tryAgain` true where
   * it need not be the model's fault: its process was killed, time ran out, its environment could not be installed
   */
  prove(model: ModelToLoad, example: ModelInput | undefined, signal?: AbortSignal, watch?: InstallationWatch): Promise<Proof>;
  /** Loads, and warms by scoring the example; ready when it resolves. @throws MODEL_INVALID as `prove` */
  load(
    model: ModelToLoad,
    limits: RuntimeLimits,
    example: ModelInput | undefined,
    signal?: AbortSignal,
    watch?: InstallationWatch,
  ): Promise<Runtime>;
  close(): Promise<void>;
}
