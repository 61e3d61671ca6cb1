/**
 * A record as the payload of one frame: the length of its header (32 bits little-endian), the header as JSON, the layout of its
 * tensors as JSON (`[name, datatype, bytes, ...shape]` each), then their bytes, those of the input first. Requests of one endpoint
 * differ in header and bytes; their layout is written and read once.
 */
import { decodeTensor, encodeTensors, type TensorHeader } from '../formats/tensor/codec.ts';
import type { Datatype, ModelInput, ModelOutput, Tensor } from '../formats/tensor/tensor.ts';
import type { InferenceRecord } from './record.ts';

interface Body {
  readonly form: string;
  readonly rows?: number;
  readonly text?: string;
  /** How many of the layout's tensors are its own; a list of them where the payload has no layout. */
  readonly tensors?: number | readonly TensorHeader[];
}

interface Header extends Omit<InferenceRecord, 'input' | 'output'> {
  readonly input?: Body;
  readonly output?: Body;
  /** Missing in payloads of the first form, whose tensors are described in the header. */
  readonly layoutBytes?: number;
}

/** The parts of the payload; numbers are views of the tensors' own memory. Params of the call are not kept: they are no columns. */
export function encodeRecord(record: InferenceRecord): Uint8Array[] {
  const { input, output, ...rest } = record;
  const { entries, buffers } = encodeTensors([...tensorsOf(input), ...tensorsOf(output)]);
  const layout = writeLayout(record.endpoint, entries);
  const header: Header = {
    ...rest,
    ...(input === undefined ? {} : { input: { rows: input.rows, ...bodyOf(input) } }),
    ...(output === undefined ? {} : { output: bodyOf(output) }),
    layoutBytes: layout.length,
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(text.length);
  return [length, text, layout, ...buffers];
}

export function decodeRecord(payload: Buffer): InferenceRecord {
  const headerEnd = 4 + payload.readUInt32LE(0);
  const { input, output, layoutBytes, ...rest } = JSON.parse(payload.toString('utf8', 4, headerEnd)) as Header;
  let at = headerEnd + (layoutBytes ?? 0);
  const entries =
    layoutBytes === undefined ? [...listedIn(input), ...listedIn(output)] : readLayout(payload.toString('utf8', headerEnd, at));
  const tensors = entries.map((entry): Tensor => {
    const bytes = payload.subarray(at, at + entry.size);
    at += entry.size;
    return decodeTensor(entry, bytes);
  });
  const ofInput = typeof input?.tensors === 'number' ? input.tensors : listedIn(input).length;
  return {
    ...rest,
    model: rest.model,
    error: rest.error,
    input: input === undefined ? undefined : ({ ...input, tensors: tensors.slice(0, ofInput), params: undefined } as ModelInput),
    output: output === undefined ? undefined : ({ ...output, tensors: tensors.slice(ofInput) } as ModelOutput),
  };
}

function tensorsOf(value: ModelInput | ModelOutput | undefined): readonly Tensor[] {
  return value === undefined || value.form === 'json' ? [] : value.tensors;
}

function bodyOf(value: ModelInput | ModelOutput): Body {
  return value.form === 'json' ? { form: value.form, text: value.text } : { form: value.form, tensors: value.tensors.length };
}

function listedIn(body: Body | undefined): readonly TensorHeader[] {
  return typeof body?.tensors === 'object' ? body.tensors : [];
}

/** More endpoints, or layouts, than this are rare; their layouts are then made anew. */
const rememberedLayouts = 256;
const written = new Map<string, { readonly entries: readonly TensorHeader[]; readonly text: Buffer }>();
const read = new Map<string, readonly TensorHeader[]>();

function writeLayout(endpoint: string, entries: readonly TensorHeader[]): Buffer {
  const last = written.get(endpoint);
  if (last !== undefined && isSameLayout(last.entries, entries)) return last.text;
  const text = Buffer.from(JSON.stringify(entries.map(({ name, datatype, shape, size }) => [name, datatype, size, ...shape])));
  remember(written, endpoint, { entries, text });
  return text;
}

function readLayout(text: string): readonly TensorHeader[] {
  let entries = read.get(text);
  if (entries === undefined) {
    const listed = JSON.parse(text) as [string, Datatype, number, ...number[]][];
    entries = listed.map(([name, datatype, size, ...shape]) => ({ name, datatype, shape, size }));
    remember(read, text, entries);
  }
  return entries;
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  if (map.size >= rememberedLayouts) map.clear();
  map.set(key, value);
}

function isSameLayout(some: readonly TensorHeader[], others: readonly TensorHeader[]): boolean {
  return some.length === others.length && some.every((entry, index) => isSameEntry(entry, others[index]!));
}

function isSameEntry(one: TensorHeader, other: TensorHeader): boolean {
  if (one.name !== other.name || one.datatype !== other.datatype || one.size !== other.size) return false;
  return one.shape.length === other.shape.length && one.shape.every((size, index) => size === other.shape[index]);
}
