/** Outputs of an ONNX model → the answer in the form of `predictions`. */
import type { Specs } from '../../formats/mlmodel/mlmodel.ts';
import type { ModelInput, ModelOutput, Tensor, TensorDescription } from '../../formats/tensor/tensor.ts';
import type { ZipMap } from './zipmap.ts';

export interface AnswerShape {
  readonly answer: 'onnx' | 'twin';
  readonly declared: Specs | undefined;
  readonly zipMaps: readonly ZipMap[];
}

export function answerOf(outputs: readonly Tensor[], form: ModelInput['form'], shape: AnswerShape): ModelOutput {
  if (shape.answer === 'twin') return { form: 'array', tensors: [twinAnswer(outputs[0]!, shape.declared)] };
  const maps = outputs.some(({ name }) => shape.zipMaps.some(({ output }) => output === name));
  if (form === 'columns') return maps ? { form: 'json', text: rowsWithMaps(outputs, shape.zipMaps) } : records(outputs);
  return { form: 'columns', tensors: outputs };
}

/** What is told of the outputs before anything is asked: as `answerOf` gives them. */
export function describeAnswer(outputs: readonly TensorDescription[], { answer, declared }: AnswerShape): readonly TensorDescription[] {
  const [first] = outputs;
  if (answer !== 'twin' || first === undefined) return outputs;
  const { name, datatype, shape } = first;
  const isDouble = datatype === 'FP32' && declaredType(declared) === 'double';
  return [{ name, datatype: isDouble ? 'FP64' : datatype, shape: shape.length === 2 && shape[1] === 1 ? [shape[0]!] : shape }];
}

function twinAnswer(tensor: Tensor, declared: Specs | undefined): Tensor {
  const [rows, width] = tensor.shape;
  const flat = tensor.shape.length === 2 && width === 1 ? { ...tensor, shape: [rows!] } : tensor;
  if (flat.datatype === 'FP32' && declaredType(declared) === 'double') {
    return { ...flat, datatype: 'FP64', data: Float64Array.from(flat.data as Float32Array) };
  }
  return flat;
}

function declaredType(declared: Specs | undefined): string | undefined {
  if (declared?.kind === 'columns') {
    const type = declared.columns[0]?.type;
    return typeof type === 'string' ? type : undefined;
  }
  return declared?.tensors[0]?.dtype === 'float64' ? 'double' : undefined;
}

/** As MLflow's wrapper: each output flattened, one record an element. Outputs of unequal length stay lists, one a row. */
function records(outputs: readonly Tensor[]): ModelOutput {
  const flat = outputs.map((tensor) => ({ ...tensor, shape: [tensor.data.length] }));
  const even = flat.every(({ data }) => data.length === flat[0]!.data.length);
  return { form: 'records', tensors: even ? flat : outputs };
}

/** A map for each row cannot be a tensor: the rows are written here. */
function rowsWithMaps(outputs: readonly Tensor[], zipMaps: readonly ZipMap[]): string {
  const rows = outputs[0]!.shape[0] ?? 0;
  const lines = Array.from({ length: rows }, (_, row) => {
    const fields = outputs.map((tensor) => {
      const labels = zipMaps.find(({ output }) => output === tensor.name)?.labels;
      const value = labels === undefined ? scalar(tensor.data[row]) : mapOf(labels, tensor, row);
      return `${JSON.stringify(tensor.name)}:${value}`;
    });
    return `{${fields.join(',')}}`;
  });
  return `[${lines.join(',')}]`;
}

function mapOf(labels: readonly string[], { data }: Tensor, row: number): string {
  return `{${labels.map((label, index) => `${JSON.stringify(label)}:${scalar(data[row * labels.length + index])}`).join(',')}}`;
}

function scalar(value: unknown): string {
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}
