import { parseLossless } from '../../lib/lossless-json.ts';
import { stringifyLossless } from '../scoring/json-body.ts';
import { encodeTensors } from '../tensor/codec.ts';
import { flatJson } from '../tensor/json-text.ts';
import { elementCount, type ModelOutput, type Tensor, type TensorDescription } from '../tensor/tensor.ts';
import { unknownOutput, type WantedOutputs } from './parse-infer.ts';

interface InferAnswer {
  readonly model: string;
  readonly version: string | undefined;
  readonly id: string | undefined;
  readonly output: ModelOutput;
  readonly wanted: WantedOutputs;
  /** What the runtime says of its outputs: names for tensors that have none. */
  readonly outputs: readonly TensorDescription[];
}

interface InferResponse {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** @throws INPUT_INVALID where an output was asked for that the model does not give */
export function writeInferResponse({ model, version, id, output, wanted, outputs }: InferAnswer): InferResponse {
  const tensors = outputTensors(output, outputs);
  const chosen =
    wanted.outputs?.map(({ name, binary }) => ({ tensor: find(tensors, name), binary })) ??
    tensors.map((tensor) => ({ tensor, binary: wanted.binary }));
  const buffers: Uint8Array[] = [];
  const entries = chosen.map(({ tensor, binary }) => {
    const head = `"name":${JSON.stringify(tensor.name)},"datatype":"${tensor.datatype}","shape":[${tensor.shape.join(',')}]`;
    if (!binary) return `{${head},"data":${flatJson(tensor)}}`;
    const [buffer] = encodeTensors([withoutMissing(tensor)]).buffers;
    buffers.push(buffer!);
    return `{${head},"parameters":{"binary_data_size":${buffer!.length}}}`;
  });
  const names = { model_name: model, ...(version === undefined ? {} : { model_version: version }), ...(id === undefined ? {} : { id }) };
  const json = Buffer.from(`${JSON.stringify(names).slice(0, -1)},"outputs":[${entries.join(',')}]}`);
  if (!chosen.some(({ binary }) => binary)) return { body: json, headers: { 'content-type': 'application/json' } };
  return {
    body: Buffer.concat([json, ...buffers]),
    headers: { 'content-type': 'application/octet-stream', 'inference-header-content-length': String(json.length) },
  };
}

function outputTensors(output: ModelOutput, outputs: readonly TensorDescription[]): readonly Tensor[] {
  const tensors = output.form === 'json' ? [textTensor(output.text)] : output.tensors;
  return tensors.map((tensor, index) => {
    const name = tensor.name || outputs[index]?.name || `output-${index}`;
    return {
      ...tensor,
      name,
      shape: describedShape(
        tensor,
        outputs.find((output) => output.name === name),
      ),
    };
  });
}

/** What a table's answer flattened, as MLflow has it, in the shape that the metadata tell. */
function describedShape({ shape }: Tensor, described: TensorDescription | undefined): readonly number[] {
  if (described === undefined || shape.length !== 1 || described.shape.length < 2) return shape;
  const [rows, ...row] = described.shape;
  const rowSize = elementCount(row);
  const fits = rows === -1 && row.every((size) => size > 0) && shape[0]! % rowSize === 0;
  return fits ? [shape[0]! / rowSize, ...row] : shape;
}

/** What is no tensor: texts as they are, everything else as the JSON of each item. */
function textTensor(text: string): Tensor {
  const value = parseLossless(text);
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const data = items.map((item) => (typeof item === 'string' ? item : stringifyLossless(item)));
  return { name: '', datatype: 'BYTES', shape: [data.length], data };
}

/** The protocol's BYTES have no missing text: it is sent as an empty one. */
function withoutMissing(tensor: Tensor): Tensor {
  if (tensor.datatype !== 'BYTES') return tensor;
  return { ...tensor, data: (tensor.data as readonly (string | Uint8Array | null)[]).map((element) => element ?? '') };
}

function find(tensors: readonly Tensor[], name: string): Tensor {
  const tensor = tensors.find((candidate) => candidate.name === name);
  if (tensor === undefined)
    throw unknownOutput(
      name,
      tensors.map((candidate) => candidate.name),
    );
  return tensor;
}
