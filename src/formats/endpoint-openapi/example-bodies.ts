/** One input in every form in which it can be posted. */
import { parseLossless } from '../../lib/lossless-json.ts';
import type { Signature } from '../mlmodel/mlmodel.ts';
import { csvField } from '../scoring/csv.ts';
import { flatJson, nestedJson } from '../tensor/json-text.ts';
import type { ModelInput, Tensor } from '../tensor/tensor.ts';
import { jsonValue } from './column-schema.ts';

type Bodies = Readonly<Record<string, unknown>>;

export interface ExampleBodies {
  /** Bodies of `application/json` by the name of their form. */
  readonly json: Bodies;
  /** Undefined where the input has no table. */
  readonly csv: string | undefined;
  readonly jsonLines: string | undefined;
  readonly infer: unknown;
}

export function exampleBodies(example: ModelInput, signature: Signature | undefined): ExampleBodies {
  const params = example.params === undefined ? {} : { params: jsonValue(example.params) };
  if (example.form === 'json') return { json: { body: value(example.text) }, csv: undefined, jsonLines: undefined, infer: undefined };
  const infer = { inputs: example.tensors.map(inferInput) };
  const whole = example.tensors.map((tensor) => value(nestedJson(tensor)));
  if (example.form === 'tensors')
    return { json: tensorBodies(example.tensors, whole, params), csv: undefined, jsonLines: undefined, infer };
  const columns = whole as unknown[][];
  const names = example.tensors.map(({ name }) => name);
  const rows = Array.from({ length: example.rows }, (_, row) => columns.map((column) => column[row]));
  const specs = signature?.inputs;
  if (specs?.kind === 'columns' && specs.columns[0]?.name === undefined) {
    return {
      json: {
        dataframe_split: { dataframe_split: { data: rows }, ...params },
        inputs: { inputs: signature?.fromTypeHint ? columns[0] : rows, ...params },
      },
      csv: undefined,
      jsonLines: undefined,
      infer,
    };
  }
  const records = rows.map((row) => Object.fromEntries(row.map((cell, index) => [names[index]!, cell])));
  return {
    json: {
      dataframe_split: { dataframe_split: { columns: names, data: rows }, ...params },
      dataframe_records: { dataframe_records: records, ...params },
      instances: { instances: records, ...params },
      inputs: { inputs: Object.fromEntries(columns.map((column, index) => [names[index]!, column])), ...params },
    },
    csv: [names.map(csvField), ...rows.map((row) => row.map(csvCell))].map((row) => row.join(',')).join('\n'),
    jsonLines: records.map((record) => JSON.stringify(record)).join('\n'),
    infer,
  };
}

function tensorBodies(tensors: readonly Tensor[], whole: readonly unknown[], params: object): Bodies {
  const [only] = tensors;
  if (tensors.length === 1 && only?.name === '')
    return { inputs: { inputs: whole[0], ...params }, instances: { instances: whole[0], ...params } };
  return { inputs: { inputs: Object.fromEntries(tensors.map(({ name }, index) => [name, whole[index]])), ...params } };
}

function inferInput(tensor: Tensor): object {
  const { name, datatype, shape } = tensor;
  const base64 = datatype === 'BYTES' && tensor.data.some((element) => element instanceof Uint8Array);
  return {
    name: name === '' ? 'input-0' : name,
    datatype,
    shape,
    ...(base64 ? { parameters: { content_type: 'base64' } } : {}),
    data: value(flatJson(tensor)),
  };
}

function csvCell(cell: unknown): string {
  if (cell === null) return '';
  // An empty field is a missing one; quotes make it an empty text.
  return cell === '' ? '""' : csvField(typeof cell === 'object' ? JSON.stringify(cell) : String(cell));
}

function value(json: string): unknown {
  return jsonValue(parseLossless(json));
}
