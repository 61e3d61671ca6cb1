/** One entry of `inputs` of an inference request → a tensor, whether its data is JSON or raw bytes. */
import { decodeTensor, parseDatatype, parseShape } from '../tensor/codec.ts';
import { elementCount, type Tensor } from '../tensor/tensor.ts';
import { type ElementReader, tensorReaders } from '../scoring/element.ts';
import { fillElements } from '../scoring/fill-elements.ts';
import { flatten } from '../scoring/nested-list.ts';
import { invalidInput, Problems, show } from '../scoring/problems.ts';
import { isObject } from '../scoring/table.ts';

export interface InferInput {
  readonly tensor: Tensor;
  /** MLServer's `content_type`: `np`, `str`, `base64`, `datetime`, `pd_json`. */
  readonly contentType: string | undefined;
  /** BYTES came as raw bytes, not as JSON texts. */
  readonly raw: boolean;
}

/** Takes the raw bytes that an input claims off the front of what is left of the body. */
type TakeBytes = (name: string, size: number) => Uint8Array;

/** @throws INPUT_INVALID naming the input */
export function readInput(entry: unknown, index: number, take: TakeBytes): InferInput {
  if (!isObject(entry)) throw invalidInput(`inputs[${index}] is not an object: give each as {"name", "shape", "datatype", "data"}.`);
  const { name } = entry;
  const parameters = entry['parameters'] ?? {};
  if (typeof name !== 'string') throw invalidInput(`inputs[${index}] has no name.`);
  if (!isObject(parameters)) throw invalidInput(`'${name.slice(0, 64)}': parameters is not an object.`);
  const datatype = parseDatatype(entry['datatype'], name);
  const shape = parseShape(entry['shape'], name);
  const contentType = typeof parameters['content_type'] === 'string' ? parameters['content_type'] : undefined;
  const size = parameters['binary_data_size'];
  if (size !== undefined && size !== null) {
    if (entry['data'] !== undefined && entry['data'] !== null)
      throw invalidInput(`'${name.slice(0, 64)}' has data and binary_data_size: give one of them.`);
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
      throw invalidInput(`'${name.slice(0, 64)}': binary_data_size is no number of bytes.`);
    return { tensor: decodeTensor({ name, datatype, shape }, take(name, size)), contentType, raw: true };
  }
  return { tensor: readJsonData({ name, datatype, shape }, entry['data']), contentType, raw: false };
}

const textOrMissing: ElementReader = { ...tensorReaders.BYTES, read: (value) => (value === null ? null : tensorReaders.BYTES.read(value)) };

function readJsonData({ name, datatype, shape }: Omit<Tensor, 'data'>, data: unknown): Tensor {
  const count = elementCount(shape);
  // Both forms are the protocol's: one list of all elements, or lists nested as the shape says.
  const isFlat = Array.isArray(data) && data.length === count && !data.some(Array.isArray);
  const values = isFlat ? (data as readonly unknown[]) : flatten(data, shape);
  if (values === undefined) {
    throw invalidInput(`'${name.slice(0, 64)}': its data is not ${count} elements of shape [${shape.join(', ')}], flat or nested so.`);
  }
  const problems = new Problems();
  const reader = datatype === 'BYTES' ? textOrMissing : tensorReaders[datatype];
  const elements = fillElements(reader, values, (at, value) => problems.add(name, reader.expected, show(value), rowOf(at, shape)));
  problems.refuse();
  return { name, datatype, shape, data: elements };
}

function rowOf(index: number, shape: readonly number[]): number {
  return Math.floor(index / Math.max(1, elementCount(shape.slice(1))));
}
