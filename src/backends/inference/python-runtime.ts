/** A Python model: its environment, its workers. */
import { join } from 'node:path';
import { MillwrightError } from '../../errors.ts';
import type { ModelInput, ModelOutput, TensorDescription } from '../../formats/tensor/tensor.ts';
import type { BoundedLog } from './bounded-log.ts';
import type { InstallationWatch, ModelToLoad, Proof, Runtime, RuntimeLimits } from './port.ts';
import { PythonWorker, WorkerGone, type PythonCommand } from './python-worker.ts';
import { PythonWorkers } from './python-workers.ts';

/** Gives the environment that a requirements file asks for: `ensureEnvironment` of `backends/python`. */
export type EnsureEnvironment = (request: {
  readonly requirements: string;
  readonly python: string | undefined;
  readonly onLog: (text: string) => void;
  readonly onMissing: () => void;
  readonly signal: AbortSignal;
}) => Promise<{ readonly python: string; readonly binDir: string }>;

export interface PythonSettings {
  readonly ensureEnvironment: EnsureEnvironment;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: (text: string) => void;
  /** For a model to be loaded and to score its example. */
  readonly startMs: number;
}

export async function provePython(
  model: ModelToLoad,
  settings: PythonSettings,
  example: ModelInput | undefined,
  signal: AbortSignal | undefined,
  watch: InstallationWatch | undefined,
): Promise<Proof> {
  const command = await commandOf(model, settings, signal, watch);
  const { worker, output } = await startWarm(model, settings, command, example, signal);
  worker.kill();
  await worker.gone;
  return { output, inputs: [], outputs: describe(output) };
}

export async function loadPython(
  model: ModelToLoad,
  settings: PythonSettings,
  limits: RuntimeLimits,
  example: ModelInput | undefined,
  signal: AbortSignal | undefined,
  watch: InstallationWatch | undefined,
): Promise<Runtime> {
  const command = await commandOf(model, settings, signal, watch);
  const { worker, output } = await startWarm(model, settings, command, example, signal);
  const start = async (stop: AbortSignal): Promise<PythonWorker> => (await startWarm(model, settings, command, example, stop)).worker;
  const workers = new PythonWorkers({ label: model.label, limits, start, log: settings.log }, worker);
  return {
    flavor: 'python_function',
    inputs: [],
    outputs: describe(output),
    predict: async (input, abort) => workers.call(input, abort),
    stats: () => workers.stats(),
    close: () => workers.close(),
  };
}

async function commandOf(
  model: ModelToLoad,
  settings: PythonSettings,
  signal: AbortSignal | undefined,
  watch: InstallationWatch | undefined,
): Promise<PythonCommand> {
  let said = '';
  const onLog = (text: string): void => {
    said = (said + text).slice(-16_384);
    watch?.said(text);
  };
  let missing = false;
  const onMissing = (): void => {
    missing = true;
    watch?.begun();
  };
  try {
    if (model.requirementsFile === undefined) throw new Error('its MLmodel names no requirements file');
    const requirements = join(model.folder, model.requirementsFile);
    const wanted = { requirements, python: model.pythonVersion, onLog, onMissing, signal: signal ?? new AbortController().signal };
    const { python, binDir } = await settings.ensureEnvironment(wanted);
    if (missing) watch?.ended();
    return { python, binDir, env: settings.env, folder: model.folder };
  } catch (error) {
    signal?.throwIfAborted();
    // A package index that is away, a full disk: what the installer lacked now it may have later.
    throw invalid(model, error, { log: said, tryAgain: model.requirementsFile !== undefined });
  }
}

/** @throws MODEL_INVALID with the end of what the worker said */
async function startWarm(
  model: ModelToLoad,
  settings: PythonSettings,
  command: PythonCommand,
  example: ModelInput | undefined,
  signal: AbortSignal | undefined,
): Promise<{ worker: PythonWorker; output: ModelOutput | undefined }> {
  const late = AbortSignal.timeout(settings.startMs);
  const stop = signal === undefined ? late : AbortSignal.any([late, signal]);
  let log: BoundedLog | undefined;
  let worker: PythonWorker | undefined;
  const kill = (): void => worker?.kill();
  stop.addEventListener('abort', kill, { once: true });
  try {
    worker = await PythonWorker.start(command, stop, (one) => (log = one));
    return { worker, output: example === undefined ? undefined : await worker.call(example) };
  } catch (error) {
    worker?.kill();
    await worker?.gone;
    signal?.throwIfAborted();
    const reason = late.aborted ? new Error(`it was not loaded and scored within ${settings.startMs} ms`) : error;
    throw invalid(model, reason, { log: log?.text() ?? '', tryAgain: late.aborted || error instanceof WorkerGone });
  } finally {
    stop.removeEventListener('abort', kill);
  }
}

function invalid(model: ModelToLoad, error: unknown, details: { readonly log: string; readonly tryAgain: boolean }): MillwrightError {
  const reason = error instanceof Error ? error.message : String(error);
  return new MillwrightError('MODEL_INVALID', `${model.label}: ${reason}`, { cause: error, details });
}

/** What has no name is described under the one that the Open Inference Protocol's answers give it, and can be asked for by it. */
function describe(output: ModelOutput | undefined): TensorDescription[] {
  if (output === undefined || output.form === 'json') return [];
  return output.tensors.map(({ name, datatype, shape }, index) => ({
    name: name === '' ? `output-${index}` : name,
    datatype,
    shape: [-1, ...shape.slice(1)],
  }));
}
