import type { Inference, ModelToLoad, Runtime } from '../backends/inference/port.ts';
import type { Signature } from '../formats/mlmodel/mlmodel.ts';
import type { ModelInput } from '../formats/tensor/tensor.ts';
import type { EndpointSettings } from './endpoint.ts';
import { compareOutputs } from './parity.ts';
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
): Promise<LoadedModel> {
  const { mlmodel, example, choices } = await readModel(folder, label, settings.runtime);
  const { model, note } = await choose(inference, choices, example, signal);
  const runtime = await inference.load(model, settings, example, signal);
  return { runtime, signature: mlmodel.signature, example, mlflowVersion: mlmodel.mlflowVersion, note };
}

async function choose(
  inference: Inference,
  choices: readonly ModelToLoad[],
  example: ModelInput | undefined,
  signal: AbortSignal,
): Promise<{ model: ModelToLoad; note: string | undefined }> {
  const [first, second] = choices as readonly [ModelToLoad, ModelToLoad | undefined];
  const proof = await inference.prove(first, example, signal);
  if (second === undefined || first.answer !== 'twin') return { model: first, note: undefined };
  if (proof.output === undefined) {
    await inference.prove(second, example, signal);
    return { model: second, note: 'the ONNX flavour is not used: without an input example it cannot be compared with the other one' };
  }
  const other = await inference.prove(second, example, signal);
  if (other.output === undefined) return { model: second, note: undefined };
  const parity = compareOutputs(proof.output, other.output);
  if (parity.same) return { model: first, note: `ONNX answers as python_function does: ${parity.message}` };
  return { model: second, note: `the ONNX flavour is not used, it answers differently: ${parity.message}` };
}
