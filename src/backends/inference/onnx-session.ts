/** One loaded ONNX model in the thread or process that calls this. Nothing here but `run` and `create` is costly. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import type { InferenceSession, OnnxValue, Tensor as OrtTensor } from 'onnxruntime-node';
import { datatypeOfName } from '../../formats/tensor/datatype-names.ts';
import type { Datatype, Tensor, TensorData, TensorDescription } from '../../formats/tensor/tensor.ts';
import { removeZipMaps, type ZipMap } from './zipmap.ts';

export interface OnnxSource {
  /** The folder of the package onnxruntime-node. */
  readonly packageFolder: string;
  /** Absolute path of the model's file. */
  readonly file: string;
}

/** What a loaded model tells of itself: plain data that threads may send. */
export interface OnnxFacts {
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
  readonly zipMaps: readonly ZipMap[];
  /** CPU time that loading took of its thread. */
  readonly loadMs: number;
}

export interface OnnxSession {
  readonly facts: OnnxFacts;
  run(feeds: readonly Tensor[]): Promise<readonly Tensor[]>;
  close(): Promise<void>;
}

type Ort = typeof import('onnxruntime-node');

const typeNames: Readonly<Record<string, Datatype>> = { ...datatypeOfName, string: 'BYTES' };

const ortNames = Object.fromEntries(Object.entries(typeNames).map(([name, datatype]) => [datatype, name]));

export async function openSession(source: OnnxSource): Promise<OnnxSession> {
  const ort = createRequire(join(source.packageFolder, 'package.json'))(source.packageFolder) as Ort;
  const edited = editOnnx(source.file, await readFile(source.file));
  const options: InferenceSession.SessionOptions = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 };
  const usedBefore = threadCpuMs();
  // By its path where it can be: weights in files beside it are found from there.
  const session =
    edited === undefined
      ? await ort.InferenceSession.create(source.file, options)
      : await ort.InferenceSession.create(edited.file, options);
  const loadMs = threadCpuMs() - usedBefore;
  const outputs = describe(session.outputMetadata);
  return {
    facts: { inputs: describe(session.inputMetadata), outputs, zipMaps: edited?.zipMaps ?? [], loadMs },
    async run(feeds) {
      const values = Object.fromEntries(feeds.map((feed) => [feed.name, toOrt(ort, feed)]));
      const answers = await session.run(values);
      return outputs.map(({ name, datatype }) => fromOrt(name, datatype, answers[name]!));
    },
    close: () => session.release(),
  };
}

function editOnnx(file: string, bytes: Uint8Array): ReturnType<typeof removeZipMaps> {
  try {
    return removeZipMaps(bytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Error(`'${basename(file)}' is no whole ONNX file: ${error.message}`, { cause: error });
  }
}

/** CPU time of the calling thread since its start. */
export function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function describe(metadata: readonly InferenceSession.ValueMetadata[]): TensorDescription[] {
  return metadata.map((value) => {
    const datatype = value.isTensor ? typeNames[value.type] : undefined;
    if (!value.isTensor || datatype === undefined) throw new Error(`'${value.name}' is no tensor of a type that is known here`);
    return { name: value.name, datatype, shape: value.shape.map((size) => (typeof size === 'number' ? size : -1)) };
  });
}

function toOrt(ort: Ort, { datatype, data, shape }: Tensor): OrtTensor {
  const tensor = new ort.Tensor(ortNames[datatype] as 'float32', data as Float32Array, shape);
  // The package makes a Float16Array of half-precision bits, which its native half takes for an empty one.
  if (datatype === 'FP16') Object.defineProperty(tensor, 'cpuData', { value: data });
  return tensor;
}

function fromOrt(name: string, datatype: Datatype, value: OnnxValue): Tensor {
  return { name, datatype, shape: [...value.dims], data: halfBits(value.data) };
}

/** Newer engines give half-precision numbers as numbers; tensors here hold their bits. */
function halfBits(data: TensorData): TensorData {
  if (Array.isArray(data) || (data as object).constructor.name !== 'Float16Array') return data;
  const { buffer, byteOffset, length } = data as Uint16Array;
  return new Uint16Array(buffer, byteOffset, length);
}
