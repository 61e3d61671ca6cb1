/**
 * Tensors as a list of headers and a run of raw bytes: the layout of the binary tensor extension of the Open Inference
 * Protocol (little-endian, row-major, one after the other in the order of the headers).
 */
import { MillwrightError } from '../../errors.ts';
import { integerJson } from '../../lib/lossless-json.ts';
import { decodeElements, encodeElements } from './bytes-elements.ts';
import { bytesOf, elementBytes, isNumeric, viewElements } from './element-types.ts';
import { datatypes, type Datatype, elementCount, type Tensor } from './tensor.ts';

export interface TensorHeader {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  /** Bytes of the tensor's data. */
  readonly size: number;
}

export interface EncodedTensors {
  readonly entries: readonly TensorHeader[];
  /** One a tensor; of numbers a view of the tensor's own memory, not a copy. */
  readonly buffers: readonly Uint8Array[];
}

export function encodeTensors(tensors: readonly Tensor[]): EncodedTensors {
  const buffers = tensors.map(({ data }) => (isNumeric(data) ? bytesOf(data) : encodeElements(data)));
  const entries = tensors.map(({ name, datatype, shape }, index) => ({ name, datatype, shape, size: buffers[index]!.length }));
  return { entries, buffers };
}

/**
 * Numbers are views of `body` where they lie at a multiple of their size: whoever keeps a tensor keeps the body.
 * @throws INPUT_INVALID naming the tensor where headers and bytes disagree
 */
export function decodeTensors(entries: unknown, body: Uint8Array): Tensor[] {
  if (!Array.isArray(entries)) throw new MillwrightError('INPUT_INVALID', 'the headers of the tensors are not a list');
  let at = 0;
  const tensors = entries.map((entry: unknown, index) => {
    const header = parseHeader(entry, index);
    if (header.size > body.length - at) {
      throw invalid(header.name, `its header says ${header.size} bytes and ${body.length - at} are left`);
    }
    const tensor = decodeTensor(header, body.subarray(at, at + header.size));
    at += header.size;
    return tensor;
  });
  if (at !== body.length) {
    throw new MillwrightError('INPUT_INVALID', `${body.length - at} bytes follow the last tensor: the headers leave them out`);
  }
  return tensors;
}

/** @throws INPUT_INVALID where shape and bytes disagree, or a BOOL is neither 0 nor 1 */
export function decodeTensor({ name, datatype, shape }: Omit<TensorHeader, 'size'>, bytes: Uint8Array): Tensor {
  const count = elementCount(shape);
  if (datatype === 'BYTES') return { name, datatype, shape, data: decodeElements(bytes, count, name) };
  const expected = count * elementBytes(datatype)!;
  if (bytes.length !== expected) {
    throw invalid(name, `${datatype} of shape [${shape.join(', ')}] takes ${expected} bytes and ${bytes.length} came`);
  }
  const data = viewElements(datatype, bytes);
  if (datatype === 'BOOL' && bytes.some((byte) => byte > 1)) throw invalid(name, 'a BOOL is one byte, 0 or 1');
  return { name, datatype, shape, data };
}

function parseHeader(entry: unknown, index: number): TensorHeader {
  const header = typeof entry === 'object' && entry !== null ? (entry as Record<string, unknown>) : {};
  const name = header['name'];
  if (typeof name !== 'string') throw new MillwrightError('INPUT_INVALID', `tensor ${index} has no name`);
  const datatype = parseDatatype(header['datatype'], name);
  const shape = parseShape(header['shape'], name);
  const size = header['size'];
  if (!Number.isSafeInteger(size) || (size as number) < 0) throw invalid(name, 'its size is no number of bytes');
  return { name, datatype, shape, size: size as number };
}

export function parseDatatype(value: unknown, name: string): Datatype {
  const known = datatypes.find((datatype) => datatype === value);
  if (known === undefined) {
    throw invalid(name, `datatype ${shown(value)} is not known: use one of ${datatypes.join(', ')}`);
  }
  return known;
}

const maxRank = 32;

/** @throws INPUT_INVALID; no product of what is returned is beyond 2⁵³ */
export function parseShape(value: unknown, name: string): readonly number[] {
  const isShape = Array.isArray(value) && value.length <= maxRank && value.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!isShape || !Number.isSafeInteger(elementCount(value as number[]))) {
    throw invalid(name, `shape ${shown(value)} is not a list of sizes, each a whole number ≥ 0`);
  }
  return value as number[];
}

/** A value as it came, whole numbers beyond 2⁵³ too. */
function shown(value: unknown): string {
  return JSON.stringify(value ?? null, (_, item: unknown) => (typeof item === 'bigint' ? integerJson(item) : item)).slice(0, 64);
}

function invalid(name: string, problem: string): MillwrightError {
  return new MillwrightError('INPUT_INVALID', `tensor '${name.slice(0, 64)}': ${problem}`);
}
