import type { TensorSpec } from '../mlmodel/mlmodel.ts';
import { datatypeOfName } from '../tensor/datatype-names.ts';
import { type Datatype, elementCount, type Tensor } from '../tensor/tensor.ts';
import { type ElementReader, tensorReaders } from './element.ts';
import { fillElements } from './fill-elements.ts';
import { type Problems, show } from './problems.ts';

const datatypeOfNumpy: Readonly<Record<string, Datatype>> = { ...datatypeOfName, str: 'BYTES', object: 'BYTES', bytes: 'BYTES' };

/** The datatype of numpy's dtype, such as `float32`, `str` or `<U5`; undefined where there is none. */
export function datatypeOf(dtype: string): Datatype | undefined {
  if (/^[<>|=]?[USaO]\d*$/.test(dtype)) return 'BYTES';
  return Object.hasOwn(datatypeOfNumpy, dtype) ? datatypeOfNumpy[dtype] : undefined;
}

/** How nested lists are shaped, by the first item of each level; a value that is no list has no dimensions. */
export function shapeOf(value: unknown): readonly number[] {
  const shape: number[] = [];
  for (let level = value; Array.isArray(level); level = level[0]) shape.push(level.length);
  return shape;
}

/** The values in row-major order; undefined where the lists are not rectangular. */
export function flatten(value: unknown, shape: readonly number[]): readonly unknown[] | undefined {
  if (shape.length === 1 && Array.isArray(value) && value.length === shape[0] && !value.some(Array.isArray)) return value;
  // Grown, not made at once: the first items alone may promise more than ever comes.
  const flat: unknown[] = [];
  return collect(flat, value, shape, 0) ? flat : undefined;
}

function collect(flat: unknown[], value: unknown, shape: readonly number[], level: number): boolean {
  if (level === shape.length) {
    if (Array.isArray(value)) return false;
    flat.push(value);
    return true;
  }
  if (!Array.isArray(value) || value.length !== shape[level]) return false;
  for (let index = 0; index < value.length; index += 1) if (!collect(flat, value[index], shape, level + 1)) return false;
  return true;
}

/** Nested lists → the tensor that the signature asks for; what does not fit goes to `problems`. */
export function enforceTensor(spec: TensorSpec, value: unknown, problems: Problems): Tensor | undefined {
  const name = spec.name ?? '';
  const field = name === '' ? 'inputs' : name;
  const reader = readerOf(spec, field, problems);
  if (reader === undefined) return undefined;
  const shape = shapeOf(value);
  const flat = flatten(value, shape);
  if (flat === undefined) {
    problems.add(field, ...raggedness(value));
    return undefined;
  }
  if (!fitsShape(spec.shape, shape, field, problems)) return undefined;
  const data = fillElements(reader, flat, (index, misfit) => problems.add(field, reader.expected, show(misfit), ...placeOf(shape, index)));
  return { name, datatype: reader.datatype, shape, data };
}

/** What was expected, what came and where, of lists that are not rectangular. */
function raggedness(value: unknown): [expected: string, got: string, row?: number] {
  const rows: readonly unknown[] = Array.isArray(value) ? value : [];
  const widthOf = (row: unknown): number | undefined => (Array.isArray(row) ? row.length : undefined);
  const width = widthOf(rows[0]);
  const uneven = rows.findIndex((row) => widthOf(row) !== width);
  if (uneven === -1) return ['lists of equal length', 'ragged lists'];
  return [width === undefined ? 'one value, as in row 0' : `${width} values, as in row 0`, show(rows[uneven]), uneven];
}

/** Row, and column of a matrix, of an element. */
export function placeOf(shape: readonly number[], index: number): [row?: number, column?: number] {
  if (shape.length === 0) return [];
  const rowSize = elementCount(shape.slice(1));
  const row = Math.floor(index / rowSize);
  return shape.length === 2 ? [row, index % rowSize] : [row];
}

function readerOf(spec: TensorSpec, field: string, problems: Problems): ElementReader | undefined {
  const datatype = datatypeOf(spec.dtype);
  if (datatype !== undefined) return tensorReaders[datatype];
  problems.add(field, spec.dtype, 'JSON, which has no form for it');
  return undefined;
}

/** True where every dimension is the signature's, or is free in it and not empty. */
export function fitsShape(expected: readonly number[], shape: readonly number[], field: string, problems: Problems): boolean {
  const fits = shape.length === expected.length && shape.every((size, index) => expected[index] === -1 || size === expected[index]);
  if (!fits) problems.add(field, `shape [${expected.join(', ')}]`, `shape [${shape.slice(0, 16).join(', ')}]`);
  else if (shape.length > 0 && shape[0] === 0) problems.add(field, 'at least one row', 'none');
  else return true;
  return false;
}
