/** The bodies of the Open Inference Protocol beside inference; errors are `{"error": "<message>"}` at every status. */
import { columnName } from '../scoring/enforce-columns.ts';
import { datatypeOf } from '../scoring/nested-list.ts';
import type { ColumnType, Signature, Specs } from '../mlmodel/mlmodel.ts';
import type { Datatype, TensorDescription } from '../tensor/tensor.ts';

export function serverMetadata(version: string): object {
  return { name: 'millwright', version, extensions: ['binary_tensor_data', 'model_repository'] };
}

interface ModelMetadata {
  readonly name: string;
  readonly version: string | undefined;
  readonly platform: string;
  readonly inputs: readonly TensorDescription[];
  readonly outputs: readonly TensorDescription[];
}

export function modelMetadata({ name, version, platform, inputs, outputs }: ModelMetadata): object {
  return {
    name,
    versions: version === undefined ? [] : [version],
    platform,
    inputs: inputs.map(tensorMetadata),
    outputs: outputs.map(tensorMetadata),
  };
}

function tensorMetadata({ name, datatype, shape }: TensorDescription): object {
  return { name, datatype, shape };
}

/** A model as the repository extension lists it. */
export interface RepositoryModel {
  readonly name: string;
  /** Undefined where it has none, or none is known yet. */
  readonly version: string | undefined;
  readonly state: 'READY' | 'LOADING' | 'UNAVAILABLE';
  /** Why it is not ready; empty where it is. */
  readonly reason: string;
}

/** `POST /v2/repository/index` */
export function repositoryIndex(models: readonly RepositoryModel[]): object {
  return models.map(({ name, version, state, reason }) => ({ name, ...(version === undefined ? {} : { version }), state, reason }));
}

const datatypeOfColumn: Readonly<Record<ColumnType, Datatype>> = {
  boolean: 'BOOL',
  integer: 'INT32',
  long: 'INT64',
  float: 'FP32',
  double: 'FP64',
  string: 'BYTES',
  binary: 'BYTES',
  datetime: 'BYTES',
};

/** What clients are told of a model's inputs: the signature's, else the runtime's own. MLServer's rule for columns. */
export function describeInputs(signature: Signature | undefined, runtime: readonly TensorDescription[]): readonly TensorDescription[] {
  return signature?.inputs === undefined ? runtime : describeSpecs(signature.inputs);
}

function describeSpecs(specs: Specs): readonly TensorDescription[] {
  if (specs.kind === 'columns') {
    return specs.columns.map((column, index) => ({
      name: columnName(column, index),
      datatype: typeof column.type === 'string' ? datatypeOfColumn[column.type] : 'BYTES',
      shape: [-1, 1],
    }));
  }
  return specs.tensors.map(({ name, dtype, shape }, index) => ({
    name: name ?? `input-${index}`,
    datatype: datatypeOf(dtype) ?? 'BYTES',
    shape,
  }));
}
