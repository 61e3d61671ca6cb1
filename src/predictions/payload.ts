/**
 * A record as the payload of one frame: the length of its header (32 bits little-endian), the header as JSON, then the bytes of
 * its tensors, those of the input first.
 */
import { decodeTensors, encodeTensors, type TensorHeader } from '../formats/tensor/codec.ts';
import type { ModelInput, ModelOutput } from '../formats/tensor/tensor.ts';
import type { InferenceRecord } from './record.ts';

interface Body {
  readonly form: string;
  readonly rows?: number;
  readonly text?: string;
  readonly tensors?: readonly TensorHeader[];
}

interface Header extends Omit<InferenceRecord, 'input' | 'output'> {
  readonly input?: Body;
  readonly output?: Body;
}

/** The parts of the payload; numbers are views of the tensors' own memory. Params of the call are not kept: they are no columns. */
export function encodeRecord(record: InferenceRecord): Uint8Array[] {
  const buffers: Uint8Array[] = [];
  const { input, output, ...rest } = record;
  const header: Header = {
    ...rest,
    ...(input === undefined ? {} : { input: { rows: input.rows, ...encodeBody(input, buffers) } }),
    ...(output === undefined ? {} : { output: encodeBody(output, buffers) }),
  };
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(text.length);
  return [length, text, ...buffers];
}

export function decodeRecord(payload: Buffer): InferenceRecord {
  const headerEnd = 4 + payload.readUInt32LE(0);
  const { input, output, ...rest } = JSON.parse(payload.toString('utf8', 4, headerEnd)) as Header;
  const headers = [...(input?.tensors ?? []), ...(output?.tensors ?? [])];
  const tensors = decodeTensors(headers, payload.subarray(headerEnd));
  const ofInput = input?.tensors?.length ?? 0;
  return {
    ...rest,
    model: rest.model,
    error: rest.error,
    input: input === undefined ? undefined : ({ ...input, tensors: tensors.slice(0, ofInput), params: undefined } as ModelInput),
    output: output === undefined ? undefined : ({ ...output, tensors: tensors.slice(ofInput) } as ModelOutput),
  };
}

function encodeBody(value: ModelInput | ModelOutput, buffers: Uint8Array[]): Body {
  if (value.form === 'json') return { form: value.form, text: value.text };
  const { entries, buffers: bytes } = encodeTensors(value.tensors);
  buffers.push(...bytes);
  return { form: value.form, tensors: entries };
}
