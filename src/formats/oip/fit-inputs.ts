/** The tensors of a request → what the model is given, by its signature or by what the runtime says of its inputs. */
import type { ColumnSpec, Signature, TensorSpec } from '../mlmodel/mlmodel.ts';
import { nearestName } from '../../lib/nearest-name.ts';
import { columnName, enforceColumns } from '../scoring/enforce-columns.ts';
import { type ElementReader, tensorReaders } from '../scoring/element.ts';
import { fillElements } from '../scoring/fill-elements.ts';
import { parseBody, stringifyLossless } from '../scoring/json-body.ts';
import { datatypeOf, fitsShape, placeOf } from '../scoring/nested-list.ts';
import { invalidInput, Problems, show } from '../scoring/problems.ts';
import { halfToNumber } from '../tensor/half-precision.ts';
import { sliceColumn } from '../tensor/rows.ts';
import { type Datatype, type ModelInput, type Params, type Tensor, type TensorDescription } from '../tensor/tensor.ts';
import type { InferInput } from './infer-input.ts';

export interface OipModel {
  readonly signature: Signature | undefined;
  /** What the runtime takes, for models without a signature. */
  readonly inputs: readonly TensorDescription[];
}

/** @throws INPUT_INVALID listing everything that does not fit */
export function fitInputs(
  given: readonly InferInput[],
  { signature, inputs }: OipModel,
  frame: boolean,
  params: Params | undefined,
): ModelInput {
  const specs = signature?.inputs;
  if (specs?.kind === 'columns') {
    const type = specs.columns[0]?.type;
    if (signature?.fromTypeHint && typeof type === 'object') return fitElements(given, type, params);
    return fitColumns(given, specs.columns, params);
  }
  const expected = specs === undefined ? inputs : specs.tensors.map(describe);
  if (expected.length > 0) return fitTensors(given, expected, params);
  const tensors = given.map(({ tensor }) => tensor);
  if (tensors.some(({ shape }) => shape[0] === 0)) throw invalidInput('Send at least one row.');
  if (frame) return { form: 'columns', tensors: tensors.map(asColumn), rows: rowsOf(tensors), params };
  // The only tensor of a model that names none is what its predict function takes as it is.
  const named = tensors.length === 1 ? [{ ...tensors[0]!, name: '' }] : tensors;
  return { form: 'tensors', tensors: named, rows: tensors[0]?.shape[0] ?? 1, params };
}

function describe({ name, dtype, shape }: TensorSpec): TensorDescription {
  const datatype = datatypeOf(dtype);
  if (datatype === undefined) throw invalidInput(`The signature's ${dtype} has no datatype in this protocol: use /invocations.`);
  return { name: name ?? '', datatype, shape };
}

function rowsOf(tensors: readonly Tensor[]): number {
  const rows = tensors[0]?.shape[0] ?? 0;
  const uneven = tensors.find(({ shape }) => shape[0] !== rows);
  if (uneven !== undefined)
    throw invalidInput(`'${uneven.name.slice(0, 64)}' has ${uneven.shape[0]} rows where '${tensors[0]!.name.slice(0, 64)}' has ${rows}.`);
  return rows;
}

function asColumn(tensor: Tensor): Tensor {
  const { shape, name } = tensor;
  if (shape.length === 1) return tensor;
  if (shape.length === 2 && shape[1] === 1) return { ...tensor, shape: [shape[0]!] };
  throw invalidInput(`'${name.slice(0, 64)}' is a column: its shape is [rows] or [rows, 1], not [${shape.join(', ')}].`);
}

function fitColumns(given: readonly InferInput[], specs: readonly ColumnSpec[], params: Params | undefined): ModelInput {
  const names = specs.map(columnName);
  const inputs = given.length === 1 ? (partMatrix(given[0]!, names) ?? given) : given;
  const tensors = inputs.map(({ tensor }) => asColumn(tensor));
  const rows = rowsOf(tensors);
  const table = {
    names: tensors.map(({ name }) => name),
    columns: inputs.map((input) => cells(input, specs[names.indexOf(input.tensor.name)]?.type)),
    rows,
  };
  if (new Set(table.names).size !== table.names.length) throw invalidInput('An input comes twice: name every one once.');
  const named = specs.map((spec, index) => ({ ...spec, name: names[index]! }));
  const enforced = enforceColumns(named, table);
  if (!enforced.nested) return { form: 'columns', tensors: enforced.tensors, rows, params };
  const data = Array.from({ length: rows }, (_, row) => table.columns.map((column) => column[row]));
  return { form: 'json', text: stringifyLossless({ dataframe_split: { columns: table.names, data } }), rows, params };
}

/** The list that a function with a type hint takes, each element the text of its JSON; the hint checks what it is. */
function fitElements(given: readonly InferInput[], type: ColumnSpec['type'], params: Params | undefined): ModelInput {
  const [only, ...others] = given;
  if (only === undefined || others.length > 0) throw invalidInput("The model takes one input: BYTES of shape [rows], each a row's JSON.");
  const elements = cells({ ...only, tensor: asColumn(only.tensor) }, type);
  if (elements.length === 0) throw invalidInput('Send at least one row.');
  return { form: 'json', text: stringifyLossless({ inputs: elements }), rows: elements.length, params };
}

/** One tensor [rows, columns] under a name that is no column's: the columns in the signature's order. */
function partMatrix({ tensor, ...rest }: InferInput, names: readonly string[]): InferInput[] | undefined {
  const { shape } = tensor;
  if (shape.length !== 2 || shape[1] !== names.length || names.includes(tensor.name)) return undefined;
  return names.map((name, index) => ({ ...rest, tensor: { ...sliceColumn(tensor, index), name } }));
}

/** Elements as the JSON values that a column of this type takes. */
function cells({ tensor, raw, contentType }: InferInput, type: ColumnSpec['type'] | undefined): unknown[] {
  const { datatype } = tensor;
  const values = elementsOf(tensor);
  if (datatype === 'BOOL') return values.map((value) => value === 1);
  if (datatype !== 'BYTES') return values.map((value) => (Number.isNaN(value) ? null : value));
  if (type === 'binary' && raw && contentType !== 'base64')
    return values.map((value) => (value === null ? null : Buffer.from(value as string).toString('base64')));
  if (typeof type === 'object') return values.map((value) => (typeof value === 'string' ? parseBody(value, { exact: true }) : value));
  return values;
}

function fitTensors(given: readonly InferInput[], expected: readonly TensorDescription[], params: Params | undefined): ModelInput {
  const problems = new Problems();
  const known = expected.map(({ name }) => name);
  const [only] = expected;
  const byName = new Map(given.map(({ tensor }) => [expected.length === 1 && only?.name === '' ? '' : tensor.name, tensor]));
  if (byName.size !== given.length) throw invalidInput('The model takes each input once: name every one once.');
  for (const name of byName.keys()) {
    if (!known.includes(name))
      problems.add(name, `'${nearestName(name, known) ?? known.slice(0, 8).join("', '")}'`, 'an input that the model does not have');
  }
  const tensors = expected.flatMap((description) => {
    const tensor = byName.get(description.name);
    if (tensor !== undefined) return castTensor(tensor, description, problems) ?? [];
    problems.add(description.name, `a tensor of ${description.datatype}`, 'no such input');
    return [];
  });
  problems.refuse();
  return { form: 'tensors', tensors, rows: tensors[0]?.shape[0] ?? 1, params };
}

/** The same numbers in the datatype that the model takes; what that cannot hold goes to `problems`. */
function castTensor(tensor: Tensor, { name, datatype, shape }: TensorDescription, problems: Problems): Tensor | undefined {
  const field = name === '' ? tensor.name : name;
  if (!fitsShape(shape, tensor.shape, field, problems)) return undefined;
  if (tensor.datatype !== datatype && !castable(tensor.datatype, datatype)) {
    problems.add(field, datatype, tensor.datatype);
    return undefined;
  }
  const reader: ElementReader = datatype === 'BOOL' ? { ...tensorReaders.BOOL, read: (value) => value as number } : tensorReaders[datatype];
  // NaN is what JSON's null was; bytes that are no text are a tensor's to hold.
  const read = (value: unknown): ReturnType<ElementReader['read']> =>
    Number.isNaN(value) ? reader.read(null) : datatype === 'BYTES' ? (value as string | Uint8Array | null) : reader.read(value);
  const data = fillElements({ ...reader, read }, elementsOf(tensor), (at, value) =>
    problems.add(field, reader.expected, show(value), ...placeOf(tensor.shape, at)),
  );
  return { name, datatype, shape: tensor.shape, data };
}

function elementsOf({ datatype, data }: Tensor): unknown[] {
  return datatype === 'FP16' ? Array.from(data as Uint16Array, halfToNumber) : Array.from(data as ArrayLike<unknown>);
}

function castable(from: Datatype, to: Datatype): boolean {
  const apart: readonly Datatype[] = ['BOOL', 'BYTES'];
  return !apart.includes(from) && !apart.includes(to);
}
