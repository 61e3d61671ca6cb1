/** Compares what the ONNX flavour of a model answers with what the flavour it stands in for does. */
import type { Proof } from '../backends/inference/port.ts';
import { elementCount, type ModelOutput, type Tensor } from '../formats/tensor/tensor.ts';
import type { ParityMismatch, ParityOutcome } from '../registry/index.ts';

/** Relative to the larger answer: an ONNX model that takes doubles, and one whose inputs keep seven digits. */
const tolerances = { double: 1e-6, single: 1e-5 };
/**
 * What cancels out leaves noise that is large beside a tiny answer: differences below this part of the tolerance, relative
 * to the largest answer of the output, are none.
 */
const noise = 1e-2;

const same = 'ONNX answers the input example as python_function does';
const other = 'ONNX answers the input example differently than python_function';

/** @param onnx with the types of the inputs that the ONNX model asks for */
export function compareProofs(onnx: Pick<Proof, 'output' | 'inputs'>, twin: Pick<Proof, 'output'>): ParityOutcome {
  const tolerance = onnx.inputs.some(({ datatype }) => datatype === 'FP32' || datatype === 'FP16') ? tolerances.single : tolerances.double;
  if (onnx.output === undefined || twin.output === undefined) return unchecked('there is no input example');
  return compareOutputs(onnx.output, twin.output, tolerance);
}

export function unchecked(why: string): ParityOutcome {
  const message = `ONNX was not compared with python_function: ${why.slice(0, 4000)}`;
  return { state: 'unchecked', message, largestDifference: undefined, tolerance: undefined, mismatch: undefined };
}

export function compareOutputs(onnx: ModelOutput, twin: ModelOutput, tolerance: number): ParityOutcome {
  if (onnx.form === 'json' || twin.form === 'json') return unchecked('its answers are no tensors');
  const outcome = { tolerance, largestDifference: undefined, mismatch: undefined };
  if (onnx.tensors.length !== twin.tensors.length)
    return { ...outcome, state: 'differs', message: `${other}: ${onnx.tensors.length} outputs against ${twin.tensors.length}` };
  let largest = 0;
  for (const [index, tensor] of onnx.tensors.entries()) {
    const expected = twin.tensors[index]!;
    if (tensor.data.length !== expected.data.length)
      return { ...outcome, state: 'differs', message: `${other}: ${tensor.data.length} values against ${expected.data.length}` };
    const worst = largestDifference(tensor, expected, tolerance);
    if (worst.difference > tolerance) return differs(tensor, expected, worst, tolerance);
    largest = Math.max(largest, worst.difference);
  }
  const message = `${same}: the largest relative difference is ${largest.toExponential(1)} (allowed ${tolerance.toExponential()})`;
  return { ...outcome, state: 'agrees', message, largestDifference: largest };
}

function differs(tensor: Tensor, expected: Tensor, { index, difference }: Worst, tolerance: number): ParityOutcome {
  const mismatch = mismatchAt(tensor, expected, index);
  const isNumber = Number.isFinite(difference);
  const figure = isNumber ? `, a relative difference of ${difference.toExponential(1)} (allowed ${tolerance.toExponential()})` : '';
  const place = `row ${mismatch.row}, column ${mismatch.column}`;
  const message = `${other}: ${place}: ${mismatch.onnx} against ${mismatch.other}${figure}`;
  return { state: 'differs', message, largestDifference: isNumber ? difference : undefined, tolerance, mismatch };
}

interface Worst {
  readonly index: number;
  /** Infinite where there is no number for it. */
  readonly difference: number;
}

function largestDifference(left: Tensor, right: Tensor, tolerance: number): Worst {
  const floor = tolerance * noise * largestAnswer(right);
  let worst: Worst = { index: 0, difference: 0 };
  for (let index = 0; index < left.data.length; index += 1) {
    const difference = relativeDifference(left.data[index], right.data[index], floor);
    if (difference > worst.difference) worst = { index, difference };
  }
  return worst;
}

function relativeDifference(a: unknown, b: unknown, floor: number): number {
  if (a === b) return 0;
  if (typeof a === 'object' || typeof b === 'object') return textOf(a) === textOf(b) ? 0 : Infinity;
  if (typeof a === 'string' || typeof b === 'string') return Infinity;
  const [x, y] = [Number(a), Number(b)];
  if (Number.isNaN(x) && Number.isNaN(y)) return 0;
  const absolute = Math.abs(x - y);
  if (absolute === 0 || absolute <= floor) return 0;
  const relative = absolute / Math.max(Math.abs(x), Math.abs(y));
  return Number.isNaN(relative) ? Infinity : relative;
}

function largestAnswer({ data }: Tensor): number {
  let largest = 0;
  for (const value of data) {
    const size = typeof value === 'number' || typeof value === 'bigint' ? Math.abs(Number(value)) : 0;
    if (Number.isFinite(size)) largest = Math.max(largest, size);
  }
  return largest;
}

function mismatchAt(tensor: Tensor, expected: Tensor, index: number): ParityMismatch {
  const width = Math.max(1, elementCount(tensor.shape.slice(1)));
  const column = expected.name === '' ? String(index % width) : expected.name;
  return { row: Math.floor(index / width), column, onnx: textOf(tensor.data[index]), other: textOf(expected.data[index]) };
}

function textOf(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : String(value).slice(0, 200);
}
