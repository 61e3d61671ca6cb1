/** Without a signature: numbers, truth values and texts become tensors where they are rectangular, of the type that all share. */
import type { Tensor } from '../tensor/tensor.ts';
import { type ElementReader, tensorReaders } from './element.ts';
import { fillElements } from './fill-elements.ts';
import { flatten, shapeOf } from './nested-list.ts';
import type { Table } from './table.ts';

const { INT64, FP64, BOOL, BYTES } = tensorReaders;

/** The first type that all values have; undefined where there is none. */
function readerOf(values: readonly unknown[]): ElementReader | undefined {
  if (values.length === 0) return undefined;
  return [INT64, FP64, BOOL, BYTES].find(({ read }) => values.every((value) => read(value) !== undefined));
}

function inferTensor(name: string, shape: readonly number[], values: readonly unknown[]): Tensor | undefined {
  const reader = readerOf(values);
  if (reader === undefined) return undefined;
  return { name, datatype: reader.datatype, shape, data: fillElements(reader, values, () => undefined) };
}

/** One tensor a column; undefined where some column has no one type. */
export function inferColumns({ names, columns, rows }: Table): readonly Tensor[] | undefined {
  if (rows === 0) return undefined;
  const tensors = columns.map((values, index) => inferTensor(names?.[index] ?? `input-${index}`, [rows], values));
  return allOf(tensors);
}

/** What texts become in arrays where no signature says: Python models make of the JSON what MLflow would, ONNX takes tensors only. */
type Texts = 'as-json' | 'as-tensors';

/** A tensor of numbers, truth values or texts; undefined for what is none. */
export function inferArray(name: string, value: unknown, texts: Texts): Tensor | undefined {
  const shape = shapeOf(value);
  const flat = shape.length === 0 ? undefined : flatten(value, shape);
  const tensor = flat === undefined ? undefined : inferTensor(name, shape, flat);
  return tensor?.datatype === 'BYTES' && texts === 'as-json' ? undefined : tensor;
}

export function allOf<T>(items: readonly (T | undefined)[]): readonly T[] | undefined {
  return items.includes(undefined) ? undefined : (items as readonly T[]);
}
