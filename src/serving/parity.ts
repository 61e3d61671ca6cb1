import type { ModelOutput, Tensor } from '../formats/tensor/tensor.ts';

/** Answers of two flavours of one model may differ by this much, relative to the larger; float32 keeps seven digits. */
export const parityTolerance = 1e-5;

/** What two flavours answered to the same example. */
export interface Parity {
  readonly same: boolean;
  /** For people: how large the difference is, or what cannot be compared. */
  readonly message: string;
}

/** Compares what the ONNX flavour answers with what the flavour it stands in for does. */
export function compareOutputs(onnx: ModelOutput, other: ModelOutput): Parity {
  if (onnx.form === 'json' || other.form === 'json') return differs('the answers are no numbers in tensors');
  if (onnx.tensors.length !== other.tensors.length) return differs(`${onnx.tensors.length} outputs against ${other.tensors.length}`);
  let largest = 0;
  for (const [index, tensor] of onnx.tensors.entries()) {
    const difference = largestDifference(tensor, other.tensors[index]!);
    if (typeof difference === 'string') return differs(difference);
    largest = Math.max(largest, difference);
  }
  const figure = `the largest relative difference is ${largest.toExponential(1)} (allowed ${parityTolerance})`;
  return largest <= parityTolerance ? { same: true, message: figure } : differs(figure);
}

function differs(message: string): Parity {
  return { same: false, message };
}

function largestDifference(left: Tensor, right: Tensor): number | string {
  if (left.data.length !== right.data.length) return `${left.data.length} values against ${right.data.length}`;
  let largest = 0;
  for (let index = 0; index < left.data.length; index += 1) {
    const [a, b] = [left.data[index], right.data[index]];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    if (typeof a === 'string' || typeof b === 'string') return `value ${index} is '${String(a)}' against '${String(b)}'`;
    const [x, y] = [Number(a), Number(b)];
    largest = Math.max(largest, Math.abs(x - y) / Math.max(Math.abs(x), Math.abs(y)));
    if (Number.isNaN(largest)) return `value ${index} is ${x} against ${y}`;
  }
  return largest;
}
