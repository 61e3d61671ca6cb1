import type { Inference } from '../backends/inference/port.ts';
import type { ParityOutcome } from '../registry/index.ts';
import { compareProofs, unchecked } from './parity.ts';
import { readModel } from './read-model.ts';

/**
 * Scores the input example of a model folder with both flavours, each in a process of its own, and compares the answers.
 * @throws MODEL_INVALID as `Inference.prove`
 */
export async function compareFlavors(inference: Inference, folder: string, label: string, signal: AbortSignal): Promise<ParityOutcome> {
  const { example, choices } = await readModel(folder, label, 'auto');
  const [onnx, twin] = choices;
  if (onnx?.answer !== 'twin' || twin === undefined) return unchecked('it has not both flavours any more');
  if (example === undefined) return unchecked('it has no input example: save it with `input_example`');
  const proof = await inference.prove(onnx, example, signal);
  return compareProofs(proof, await inference.prove(twin, example, signal));
}
