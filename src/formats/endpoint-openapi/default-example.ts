import type { ColumnSpec, Signature } from '../mlmodel/mlmodel.ts';
import { parseScoringJson } from '../scoring/parse-invocation.ts';
import type { ModelInput } from '../tensor/tensor.ts';
import { stringifyLossless } from '../scoring/json-body.ts';
import { datatypeOf } from '../scoring/nested-list.ts';

const values = {
  boolean: true,
  integer: 1,
  long: 1,
  float: 1.5,
  double: 1.5,
  string: 'text',
  binary: 'AA==',
  datetime: '2024-01-31T12:00:00Z',
} as const;

/** An input of one row that fits the signature, for models without an input example; undefined where none can be made up. */
export function defaultExample(signature: Signature | undefined): ModelInput | undefined {
  const inputs = signature?.inputs;
  if (inputs === undefined) return undefined;
  if (inputs.kind === 'tensors') {
    if (inputs.tensors.some(({ dtype }) => datatypeOf(dtype) === undefined)) return undefined;
    const lists = inputs.tensors.map((spec) => [spec.name ?? '', filled(spec.shape, elementOf(spec.dtype))]);
    const named = inputs.tensors[0]?.name !== undefined;
    return parseScoringJson(stringifyLossless({ inputs: named ? Object.fromEntries(lists) : lists[0]![1] }), signature);
  }
  if (inputs.columns.some(({ type }) => typeof type !== 'string')) return undefined;
  const named = inputs.columns[0]?.name !== undefined;
  const row = inputs.columns.map((column) => valueOf(column));
  const columns = named ? { columns: inputs.columns.map(({ name }) => name) } : {};
  return parseScoringJson(stringifyLossless({ dataframe_split: { ...columns, data: [row] } }), signature);
}

function valueOf({ type }: ColumnSpec): unknown {
  return typeof type === 'string' ? values[type] : null;
}

function elementOf(dtype: string): unknown {
  const datatype = datatypeOf(dtype);
  if (datatype === 'BYTES') return values.string;
  return datatype === 'BOOL' ? true : 1;
}

function filled(shape: readonly number[], element: unknown): unknown {
  return shape.reduceRight<unknown>((items, size) => Array.from({ length: size === -1 ? 1 : size }, () => items), element);
}
