import type { Datatype, TensorData } from './tensor.ts';

/** Data of a fixed size an element: all but BYTES. */
export type NumericData = Exclude<TensorData, readonly unknown[]>;

interface ElementType {
  readonly bytes: number;
  /** Views bytes; the offset must be a multiple of `bytes`. */
  readonly view: (buffer: ArrayBufferLike, offset: number, length: number) => NumericData;
  readonly make: (length: number) => NumericData;
}

type Constructor<T> = { new (length: number): T; new (buffer: ArrayBufferLike, offset: number, length: number): T };

function elementType<T extends NumericData>(bytes: number, Data: Constructor<T>): ElementType {
  return { bytes, view: (buffer, offset, length) => new Data(buffer, offset, length), make: (length) => new Data(length) };
}

/** The machine's byte order is taken for little-endian: Node runs Millwright on x64 and arm64 only. */
const elementTypes: Readonly<Record<Exclude<Datatype, 'BYTES'>, ElementType>> = {
  BOOL: elementType(1, Uint8Array),
  UINT8: elementType(1, Uint8Array),
  UINT16: elementType(2, Uint16Array),
  UINT32: elementType(4, Uint32Array),
  UINT64: elementType(8, BigUint64Array),
  INT8: elementType(1, Int8Array),
  INT16: elementType(2, Int16Array),
  INT32: elementType(4, Int32Array),
  INT64: elementType(8, BigInt64Array),
  FP16: elementType(2, Uint16Array),
  FP32: elementType(4, Float32Array),
  FP64: elementType(8, Float64Array),
};

/** Bytes of one element; undefined for BYTES, whose elements differ. */
export function elementBytes(datatype: Datatype): number | undefined {
  return datatype === 'BYTES' ? undefined : elementTypes[datatype].bytes;
}

/** Zeroes, to be filled. */
export function makeData(datatype: Exclude<Datatype, 'BYTES'>, length: number): NumericData {
  return elementTypes[datatype].make(length);
}

/** The bytes of `data` as they are in memory: no copy. */
export function bytesOf(data: NumericData): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Bytes as elements: a view where they are aligned, else a copy. `bytes.length` must be a multiple of the element's. */
export function viewElements(datatype: Exclude<Datatype, 'BYTES'>, bytes: Uint8Array): NumericData {
  const type = elementTypes[datatype];
  const length = bytes.length / type.bytes;
  if (bytes.byteOffset % type.bytes === 0) return type.view(bytes.buffer, bytes.byteOffset, length);
  const copy = type.make(length);
  bytesOf(copy).set(bytes);
  return copy;
}

/** False for the data of BYTES tensors. */
export function isNumeric(data: TensorData): data is NumericData {
  return ArrayBuffer.isView(data);
}
