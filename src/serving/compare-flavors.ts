import type { Inference } from '../backends/inference/port.ts';
import { MillwrightError } from '../errors.ts';
import type { ParityOutcome } from '../registry/index.ts';
import { compareProofs, unchecked } from './parity.ts';
import { readModel } from './read-model.ts';

/** Scores the input example of a model folder with both flavours, each in a process of its own, and compares the answers. */
export async function compareFlavors(inference: Inference, folder: string, label: string, signal: AbortSignal): Promise<ParityOutcome> {
  try {
    const { example, choices } = await readModel(folder, label, 'auto');
    const [onnx, twin] = choices;
    if (onnx?.answer !== 'twin' || twin === undefined) return unchecked('it has not both flavours any more');
    if (example === undefined) return unchecked('it has no input example: save it with `input_example`');
    const proof = await inference.prove(onnx, example, signal);
    return compareProofs(proof, await inference.prove(twin, example, signal));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof MillwrightError && error.code === 'MODEL_INVALID') return unchecked(withLog(error));
    throw error;
  }
}

/** The end of what the model, or the installer of its environment, said. */
function withLog(error: MillwrightError): string {
  const log = error.details?.['log'];
  if (typeof log !== 'string' || log.trim() === '' || error.message.includes(log.trim())) return error.message;
  return `${error.message}\n${log.trim().slice(-2000)}`;
}
