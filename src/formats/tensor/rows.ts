/** Joining the rows of several calls into one, and parting its answer again. */
import { isDeepStrictEqual } from 'node:util';
import { elementCount, type ModelInput, type ModelOutput, type Tensor, type TensorData } from './tensor.ts';
import { isNumeric, makeData, type NumericData } from './element-types.ts';

/**
 * One call with the rows of all, in their order; undefined where they cannot be joined: JSON, params that differ, or
 * tensors that differ in name, type or size of a row.
 */
export function concatInputs(inputs: readonly ModelInput[]): ModelInput | undefined {
  const [first] = inputs;
  if (first === undefined || first.form === 'json') return undefined;
  const parts: (readonly Tensor[])[] = [];
  for (const input of inputs) {
    if (input.form === 'json' || input.form !== first.form || !haveRows(input.tensors, input.rows)) return undefined;
    if (!sameRows(first.tensors, input.tensors) || !isDeepStrictEqual(first.params, input.params)) return undefined;
    parts.push(input.tensors);
  }
  const tensors = first.tensors.map((_, index) => concatTensors(parts.map((part) => part[index]!)));
  return { form: first.form, tensors, rows: inputs.reduce((sum, input) => sum + input.rows, 0), params: first.params };
}

/** One answer for each of the calls that were joined; undefined where the output is not one row for each row. */
export function splitOutput(output: ModelOutput, rowsOfEach: readonly number[]): ModelOutput[] | undefined {
  const rows = rowsOfEach.reduce((sum, count) => sum + count, 0);
  if (output.form === 'json') return splitJson(output.text, rowsOfEach, rows);
  if (!haveRows(output.tensors, rows)) return undefined;
  let from = 0;
  return rowsOfEach.map((count) => {
    const tensors = output.tensors.map((tensor) => sliceRows(tensor, from, from + count));
    from += count;
    return { form: output.form, tensors };
  });
}

/** The rows `from` up to `to` of a tensor with at least one dimension: a view of its numbers. */
function sliceRows({ name, datatype, shape, data }: Tensor, from: number, to: number): Tensor {
  const elements = elementCount(shape.slice(1));
  const sliced: TensorData = isNumeric(data) ? data.subarray(from * elements, to * elements) : data.slice(from * elements, to * elements);
  return { name, datatype, shape: [to - from, ...shape.slice(1)], data: sliced };
}

/** One column of a tensor [rows, columns], as a tensor [rows]. */
export function sliceColumn({ name, datatype, shape, data }: Tensor, column: number): Tensor {
  const [rows = 0, width = 0] = shape;
  if (!isNumeric(data)) return { name, datatype, shape: [rows], data: data.filter((_, index) => index % width === column) };
  const sliced = makeData(datatype as Exclude<Tensor['datatype'], 'BYTES'>, rows);
  for (let row = 0; row < rows; row += 1) sliced[row] = data[row * width + column]!;
  return { name, datatype, shape: [rows], data: sliced };
}

function splitJson(text: string, rowsOfEach: readonly number[], rows: number): ModelOutput[] | undefined {
  // Numbers beyond 2⁵³ and objects keep their text only where nothing parses them.
  if (rowsOfEach.length === 1) return [{ form: 'json', text }];
  return rows === 0 ? rowsOfEach.map(() => ({ form: 'json', text: '[]' })) : undefined;
}

function haveRows(tensors: readonly Tensor[], rows: number): boolean {
  return tensors.length > 0 && tensors.every(({ shape }) => shape[0] === rows);
}

function sameRows(left: readonly Tensor[], right: readonly Tensor[]): boolean {
  return (
    left.length === right.length &&
    left.every((tensor, index) => {
      const other = right[index]!;
      return (
        tensor.name === other.name &&
        tensor.datatype === other.datatype &&
        tensor.shape.length === other.shape.length &&
        tensor.shape.every((size, dimension) => dimension === 0 || size === other.shape[dimension])
      );
    })
  );
}

function concatTensors(parts: readonly Tensor[]): Tensor {
  const { name, datatype, shape } = parts[0]!;
  const rows = parts.reduce((sum, part) => sum + part.shape[0]!, 0);
  return { name, datatype, shape: [rows, ...shape.slice(1)], data: concatData(datatype, parts) };
}

function concatData(datatype: Tensor['datatype'], parts: readonly Tensor[]): TensorData {
  if (datatype === 'BYTES') return parts.flatMap(({ data }) => data as readonly (string | Uint8Array | null)[]);
  const joined = makeData(
    datatype,
    parts.reduce((sum, { data }) => sum + data.length, 0),
  );
  let at = 0;
  for (const { data } of parts) {
    setAt(joined, data as NumericData, at);
    at += data.length;
  }
  return joined;
}

function setAt(into: NumericData, from: NumericData, at: number): void {
  (into as Float64Array).set(from as Float64Array, at);
}
