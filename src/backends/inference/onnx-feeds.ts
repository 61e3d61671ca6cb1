/** What a call is given → what the ONNX model asks for: names, types and shapes. */
import { MillwrightError } from '../../errors.ts';
import { placeOf } from '../../formats/scoring/nested-list.ts';
import { Problems, show } from '../../formats/scoring/problems.ts';
import { halfOverflow, halfToNumber, numberToHalf } from '../../formats/tensor/half-precision.ts';
import type { Datatype, ModelInput, Tensor, TensorData, TensorDescription } from '../../formats/tensor/tensor.ts';

/**
 * Columns become one row-major matrix where the model has one input, else `[rows, 1]` each, by name.
 *
 * A number into a floating input is rounded to the nearest one that it can hold, to the even one where two are as near
 * (MLflow's wrapper does so too); an integer into a wider integer is converted; everything else that differs is refused.
 *
 * @throws INPUT_INVALID naming the input, and row and column of a number beyond what it can hold
 */
export function feedsOf(input: ModelInput, asked: readonly TensorDescription[]): Tensor[] {
  if (input.form === 'json') throw refusal('', 'tensors or columns', 'nested values');
  const only = asked.length === 1 ? asked[0] : undefined;
  if (input.form === 'columns') {
    return only === undefined ? asked.map((one) => ofColumn(one, input)) : [matrix(only, input.tensors, input.rows)];
  }
  return asked.map((one) => {
    const tensor =
      input.tensors.find(({ name }) => name === one.name) ?? (only && input.tensors.length === 1 ? input.tensors[0] : undefined);
    if (tensor === undefined) throw refusal(one.name, `a tensor named '${one.name}'`, 'nothing');
    return { name: one.name, datatype: one.datatype, shape: tensor.shape, data: whole(one, tensor) };
  });
}

function ofColumn(one: TensorDescription, input: ModelInput & { form: 'columns' }): Tensor {
  const column = input.tensors.find(({ name }) => name === one.name);
  if (column === undefined) throw refusal(one.name, `a column named '${one.name}'`, 'nothing');
  const shape = one.shape.length === 1 ? [input.rows] : [input.rows, 1];
  return { name: one.name, datatype: one.datatype, shape, data: whole(one, column) };
}

function matrix(one: TensorDescription, columns: readonly Tensor[], rows: number): Tensor {
  const width = one.shape[1] ?? -1;
  if (width !== -1 && one.shape.length === 2 && width !== columns.length) {
    throw refusal(one.name, `${width} columns`, `${columns.length}`);
  }
  const data = allocate(one.datatype, rows * columns.length);
  const problems = new Problems(measure);
  for (const [index, column] of columns.entries()) {
    copyInto(data, one, column, { offset: index, stride: columns.length }, (at, value) =>
      problems.add(column.name, holdable(one), show(value), at),
    );
  }
  problems.refuse();
  const shape = one.shape.length === 1 ? [rows * columns.length] : [rows, columns.length];
  return { name: one.name, datatype: one.datatype, shape, data: data as TensorData };
}

/** The model's own copy: the caller's buffers stay his, these are given to another thread. */
function whole(one: TensorDescription, tensor: Tensor): TensorData {
  const data = allocate(one.datatype, tensor.data.length);
  const problems = new Problems(measure);
  copyInto(data, one, tensor, { offset: 0, stride: 1 }, (at, value) =>
    problems.add(tensor.name === '' ? one.name : tensor.name, holdable(one), show(value), ...placeOf(tensor.shape, at)),
  );
  problems.refuse();
  return data as TensorData;
}

type Elements = { [index: number]: unknown };

const measure = 'what the model takes';

function holdable({ datatype }: TensorDescription): string {
  return `a number that ${datatype} can hold`;
}

/** `onMisfit` is told the index in `source` of each number that is beyond what the model's type can hold. */
function copyInto(
  target: Elements,
  one: TensorDescription,
  source: Tensor,
  { offset, stride }: { readonly offset: number; readonly stride: number },
  onMisfit: (index: number, value: unknown) => void,
): void {
  const convert = conversion(one, source);
  const { data } = source;
  for (let row = 0, at = offset; row < data.length; row += 1, at += stride) {
    const element = convert(data[row]);
    if (element === undefined) onMisfit(row, data[row]);
    else target[at] = element;
  }
}

const same = (value: unknown): unknown => value;
/** A number → the element of the type; `undefined` where only an infinity is near it. */
const narrowings: Readonly<Record<string, (value: number) => number | undefined>> = {
  FP16: (value) => (Math.abs(value) >= halfOverflow ? undefined : numberToHalf(value)),
  FP32: (value) => (Math.abs(Math.fround(value)) === Infinity ? undefined : value),
  FP64: (value) => value,
};
const integers: readonly Datatype[] = ['BOOL', 'UINT8', 'INT8', 'UINT16', 'INT16', 'UINT32', 'INT32', 'INT64', 'UINT64'];

function conversion(one: TensorDescription, source: Tensor): (value: unknown) => unknown {
  const [from, to] = [source.datatype, one.datatype];
  if (from === 'BYTES' && to === 'BYTES') return (value) => textOf(value, source.name);
  if (from === to) return same;
  const narrow = narrowings[to];
  if (narrow !== undefined && from === 'FP16') return (value) => narrow(halfToNumber(value as number));
  if (narrow !== undefined && (from in narrowings || integers.includes(from))) return (value) => narrow(Number(value));
  if ((to === 'INT64' || to === 'INT32') && widens(from, to)) return to === 'INT64' ? (value) => BigInt(value as number) : same;
  throw refusal(source.name === '' ? one.name : source.name, to, from);
}

function widens(from: Datatype, to: Datatype): boolean {
  return integers.includes(from) && from !== 'UINT64' && integers.indexOf(from) < integers.indexOf(to);
}

function textOf(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  throw refusal(name, 'text', value === null ? 'null' : 'bytes that are no UTF-8');
}

function allocate(datatype: Datatype, length: number): Elements {
  switch (datatype) {
    case 'BYTES':
      return Array.from({ length });
    case 'FP64':
      return new Float64Array(length);
    case 'FP32':
      return new Float32Array(length);
    case 'INT64':
      return new BigInt64Array(length);
    case 'UINT64':
      return new BigUint64Array(length);
    case 'INT32':
      return new Int32Array(length);
    case 'UINT32':
      return new Uint32Array(length);
    case 'INT16':
      return new Int16Array(length);
    case 'UINT16':
    case 'FP16':
      return new Uint16Array(length);
    case 'INT8':
      return new Int8Array(length);
    default:
      return new Uint8Array(length);
  }
}

function refusal(field: string, expected: string, got: string): MillwrightError {
  const subject = field === '' ? 'the input' : `'${field}'`;
  return new MillwrightError('INPUT_INVALID', `${subject}: expected ${expected}, got ${got}`, {
    details: { problems: [{ field, expected, got }] },
  });
}
