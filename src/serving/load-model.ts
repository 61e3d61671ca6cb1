import { MillwrightError } from '../errors.ts';
import type { Inference, ModelToLoad, Runtime } from '../backends/inference/port.ts';
import type { Signature } from '../formats/mlmodel/mlmodel.ts';
import type { ModelInput } from '../formats/tensor/tensor.ts';
import type { EndpointSettings } from './endpoint.ts';
import type { ParityState } from '../registry/index.ts';
import { compareProofs, unchecked } from './parity.ts';
import { readModel } from './read-model.ts';

/** A model that runs, and what one must know to ask it. */
export interface LoadedModel {
  readonly runtime: Runtime;
  readonly signature: Signature | undefined;
  readonly example: ModelInput | undefined;
  readonly mlflowVersion: string | undefined;
  /** What people should know of the choice of runtime. */
  readonly note: string | undefined;
}

/**
 * Proves a model folder apart, then loads it: the ONNX flavour where it answers the example as the flavour that it stands
 * in for, else `python_function`.
 *
 * @throws MODEL_INVALID, with `details.log` where the model or its installer said something
 */
export async function loadModel(
  inference: Inference,
  folder: string,
  label: string,
  settings: EndpointSettings,
  signal: AbortSignal,
  /** What a check at registration found of the two flavours, where there was one. */
  known?: { readonly state: ParityState; readonly message: string },
): Promise<LoadedModel> {
  const { mlmodel, example, choices } = await readModel(folder, label, settings.runtime);
  const { model, note } = await choose(inference, choices, example, signal, known);
  const runtime = await inference.load(model, settings, example, signal);
  return { runtime, signature: mlmodel.signature, example, mlflowVersion: mlmodel.mlflowVersion, note };
}

interface Choice {
  readonly model: ModelToLoad;
  readonly note: string | undefined;
}

async function choose(
  inference: Inference,
  choices: readonly ModelToLoad[],
  example: ModelInput | undefined,
  signal: AbortSignal,
  known: { readonly state: ParityState; readonly message: string } | undefined,
): Promise<Choice> {
  const [first, second] = choices as readonly [ModelToLoad, ModelToLoad | undefined];
  if (second === undefined || first.answer !== 'twin') {
    await inference.prove(first, example, signal);
    return { model: first, note: undefined };
  }
  if (known?.state === 'agrees' || known?.state === 'differs') {
    const model = known.state === 'agrees' ? first : second;
    await inference.prove(model, example, signal);
    return { model, note: known.message };
  }
  return compareAndChoose(inference, first, second, example, signal);
}

async function compareAndChoose(
  inference: Inference,
  onnx: ModelToLoad,
  twin: ModelToLoad,
  example: ModelInput | undefined,
  signal: AbortSignal,
): Promise<Choice> {
  const proof = await inference.prove(onnx, example, signal);
  const other = await inference.prove(twin, example, signal).catch((error: unknown) => {
    if (signal.aborted || !(error instanceof MillwrightError && error.code === 'MODEL_INVALID')) throw error;
    return error;
  });
  // The choice is between ONNX and nothing.
  if (other instanceof MillwrightError) return { model: onnx, note: unchecked(other.message).message };
  const { state, message } = compareProofs(proof, other);
  return { model: state === 'agrees' ? onnx : twin, note: message };
}
