/**
 * A record as the payload of one frame: the length of its header (32 bits little-endian), the header as JSON, then the bytes of
 * each tensor in the order in which the header names them. Numbers lie as in memory (little-endian); texts each after their length.
 */
import { MillwrightError } from '../errors.ts';
import type { Datatype, ModelInput, ModelOutput, Tensor, TensorData } from '../formats/tensor/tensor.ts';
import type { InferenceRecord } from './record.ts';

interface TensorHeader {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
  readonly bytes: number;
}

type Form<Whole> = Whole extends { form: infer Name } ? Name : never;

interface Header extends Omit<InferenceRecord, 'input' | 'output'> {
  readonly input?: { readonly form: Form<ModelInput>; readonly rows: number; readonly tensors?: TensorHeader[]; readonly text?: string };
  readonly output?: { readonly form: Form<ModelOutput>; readonly tensors?: TensorHeader[]; readonly text?: string };
}

const missingText = 0xffffffff;

/** The parts of the payload; numbers are views of the tensors' own memory. */
export function encodeRecord(record: InferenceRecord): Uint8Array[] {
  const buffers: Uint8Array[] = [];
  const { input, output, ...rest } = record;
  const header: Header = {
    ...rest,
    ...(input === undefined ? {} : { input: { form: input.form, rows: input.rows, ...bodyOf(input, buffers) } }),
    ...(output === undefined ? {} : { output: { form: output.form, ...bodyOf(output, buffers) } }),
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(text.length);
  return [length, text, ...buffers];
}

/** Params of the call are not kept: they are no columns of the table. */
export function decodeRecord(payload: Buffer): InferenceRecord {
  const headerEnd = 4 + payload.readUInt32LE(0);
  const { input, output, ...rest } = JSON.parse(payload.toString('utf8', 4, headerEnd)) as Header;
  let at = headerEnd;
  const tensorsOf = (headers: readonly TensorHeader[] = []): Tensor[] =>
    headers.map(({ name, datatype, shape, bytes }) => {
      const data = dataOf(datatype, payload.subarray(at, (at += bytes)));
      return { name, datatype, shape, data };
    });
  return {
    ...rest,
    model: rest.model,
    error: rest.error,
    input: input === undefined ? undefined : ({ ...input, tensors: tensorsOf(input.tensors), params: undefined } as unknown as ModelInput),
    output: output === undefined ? undefined : ({ ...output, tensors: tensorsOf(output.tensors) } as unknown as ModelOutput),
  };
}

function bodyOf(value: ModelInput | ModelOutput, buffers: Uint8Array[]): { tensors: TensorHeader[] } | { text: string } {
  if (value.form === 'json') return { text: value.text };
  const tensors = value.tensors.map(({ name, datatype, shape, data }) => {
    const bytes = bytesOf(data);
    buffers.push(bytes);
    return { name, datatype, shape, bytes: bytes.length };
  });
  return { tensors };
}

function bytesOf(data: TensorData): Uint8Array {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat(
    data.flatMap((element) => {
      const bytes = element === null ? Buffer.alloc(0) : Buffer.from(element as string);
      const length = Buffer.allocUnsafe(5);
      length.writeUInt32LE(element === null ? missingText : bytes.length);
      length[4] = typeof element === 'string' ? 1 : 0;
      return [length, bytes];
    }),
  );
}

const makers: Record<Exclude<Datatype, 'BYTES'>, (buffer: ArrayBuffer) => TensorData> = {
  BOOL: (buffer) => new Uint8Array(buffer),
  UINT8: (buffer) => new Uint8Array(buffer),
  UINT16: (buffer) => new Uint16Array(buffer),
  UINT32: (buffer) => new Uint32Array(buffer),
  UINT64: (buffer) => new BigUint64Array(buffer),
  INT8: (buffer) => new Int8Array(buffer),
  INT16: (buffer) => new Int16Array(buffer),
  INT32: (buffer) => new Int32Array(buffer),
  INT64: (buffer) => new BigInt64Array(buffer),
  FP16: (buffer) => new Uint16Array(buffer),
  FP32: (buffer) => new Float32Array(buffer),
  FP64: (buffer) => new Float64Array(buffer),
};

function dataOf(datatype: Datatype, bytes: Buffer): TensorData {
  if (datatype !== 'BYTES') return makers[datatype](new Uint8Array(bytes).buffer);
  const elements: (string | Uint8Array | null)[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32LE(at);
    const isText = bytes[at + 4] === 1;
    at += 5;
    if (length === missingText) {
      elements.push(null);
      continue;
    }
    if (at + length > bytes.length) throw new MillwrightError('INTERNAL_ERROR', 'a text of a record is longer than the record');
    const element = bytes.subarray(at, (at += length));
    elements.push(isText ? element.toString('utf8') : element);
  }
  return elements;
}
