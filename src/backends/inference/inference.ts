/** The inference port's implementation: ONNX in this program, everything else in Python workers. */
import { join } from 'node:path';
import { MillwrightError } from '../../errors.ts';
import type { ModelInput } from '../../formats/tensor/tensor.ts';
import { onnxPackage } from './onnx-package.ts';
import { loadOnnx } from './onnx-runtime.ts';
import type { OnnxSource } from './onnx-session.ts';
import type { Inference, InstallationWatch, ModelToLoad, Runtime, RuntimeLimits } from './port.ts';
import { proveOnnx, type ProofLimits } from './prove-onnx.ts';
import { loadPython, provePython, type EnsureEnvironment, type PythonSettings } from './python-runtime.ts';

export interface InferenceOptions {
  readonly ensureEnvironment: EnsureEnvironment;
  /** Where the ONNX runtime is put if the program has none beside it. */
  readonly cacheDir: string;
  /** The user's environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Hears why a worker ended. */
  readonly log: (text: string) => void;
  readonly proof?: ProofLimits;
}

const usualProof: ProofLimits = { timeoutMs: 120_000, memoryBytes: 4 * 1024 ** 3 };

export function createInference(options: InferenceOptions): Inference {
  const proof = options.proof ?? usualProof;
  const python: PythonSettings = { ...options, startMs: proof.timeoutMs };
  const runtimes = new Set<Runtime>();
  let found: Promise<string> | undefined;

  async function sourceOf(model: ModelToLoad, watch: InstallationWatch | undefined): Promise<OnnxSource> {
    if (model.onnxFile === undefined) throw new MillwrightError('MODEL_INVALID', `${model.label}: its MLmodel names no ONNX file`);
    let missing = false;
    const onMissing = (): void => {
      missing = true;
      watch?.begun();
    };
    found ??= onnxPackage({ ...options, onMissing });
    // One that failed is tried again by the next call.
    found.catch(() => (found = undefined));
    const packageFolder = await found;
    if (missing) watch?.ended();
    return { packageFolder, file: join(model.folder, model.onnxFile) };
  }

  async function open(
    model: ModelToLoad,
    limits: RuntimeLimits,
    example: ModelInput | undefined,
    signal: AbortSignal | undefined,
    watch: InstallationWatch | undefined,
  ): Promise<Runtime> {
    if (model.flavor === 'onnx') return loadOnnx(model, await sourceOf(model, watch), limits, example);
    return loadPython(model, python, limits, example, signal, watch);
  }

  return {
    async prove(model, example, signal, watch) {
      if (model.flavor === 'python_function') return provePython(model, python, example, signal, watch);
      return proveOnnx(model, await sourceOf(model, watch), example, proof, signal);
    },
    async load(model, limits, example, signal, watch) {
      signal?.throwIfAborted();
      const runtime = await open(model, limits, example, signal, watch);
      runtimes.add(runtime);
      const close = async (): Promise<void> => {
        runtimes.delete(runtime);
        await runtime.close();
      };
      return { ...runtime, close };
    },
    async close() {
      await Promise.all([...runtimes].map((runtime) => runtime.close()));
      runtimes.clear();
    },
  };
}
