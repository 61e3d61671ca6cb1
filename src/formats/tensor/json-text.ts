/**
 * Tensors as JSON text. NaN and the infinities, which JSON has not, are `null`; whole numbers of 64 bits keep all digits;
 * floating-point numbers keep a point, so that Python reads them as `float`; bytes are base64.
 */
import { halfToNumber } from './half-precision.ts';
import { elementCount, type Tensor } from './tensor.ts';

/** Nested lists in the tensor's shape; of a scalar its value. */
export function nestedJson(tensor: Tensor): string {
  return partJson(tensor, writerOf(tensor), 0, 0);
}

/** One list of all elements. */
export function flatJson({ data, ...tensor }: Tensor): string {
  return partJson({ ...tensor, data, shape: [data.length] }, writerOf({ ...tensor, data }), 0, 0);
}

/** The JSON of each row: of the part below each index of the first dimension. A scalar is one row. */
export function rowsJson(tensor: Tensor): string[] {
  const write = writerOf(tensor);
  const rowSize = elementCount(tensor.shape.slice(1));
  return Array.from({ length: tensor.shape[0] ?? 1 }, (_, row) => partJson(tensor, write, Math.min(1, tensor.shape.length), row * rowSize));
}

function partJson(tensor: Tensor, write: (index: number) => string, level: number, at: number): string {
  const { shape } = tensor;
  if (level === shape.length) return write(at);
  const size = shape[level]!;
  const stride = elementCount(shape.slice(level + 1));
  let text = '[';
  for (let index = 0; index < size; index += 1) {
    if (index > 0) text += ', ';
    text += level + 1 === shape.length ? write(at + index) : partJson(tensor, write, level + 1, at + index * stride);
  }
  return `${text}]`;
}

function writerOf({ datatype, data }: Pick<Tensor, 'datatype' | 'data'>): (index: number) => string {
  switch (datatype) {
    case 'FP32':
    case 'FP64':
      return (index) => floatJson(data[index] as number);
    case 'FP16':
      return (index) => floatJson(halfToNumber(data[index] as number));
    case 'BOOL':
      return (index) => (data[index] === 1 ? 'true' : 'false');
    case 'BYTES':
      return (index) => textJson(data[index] as string | Uint8Array | null);
    default:
      return (index) => String(data[index]);
  }
}

function floatJson(value: number): string {
  if (Number.isInteger(value)) {
    const text = Object.is(value, -0) ? '-0' : String(value);
    return text.includes('e') ? text : `${text}.0`;
  }
  return Number.isFinite(value) ? String(value) : 'null';
}

function textJson(value: string | Uint8Array | null): string {
  return JSON.stringify(value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value);
}
