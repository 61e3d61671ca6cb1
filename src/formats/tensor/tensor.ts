/** Tensors as the Open Inference Protocol has them: what requests are read into, what models take and give, what records keep. */

export const datatypes = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
] as const;

export type Datatype = (typeof datatypes)[number];

/**
 * Row-major elements. BOOL is one byte each (0 or 1), FP16 the raw half-precision bits, BYTES text or, where it is no
 * UTF-8, bytes; `null` is a missing text. A missing number is NaN, which only FP32 and FP64 have.
 */
export type TensorData =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array
  | readonly (string | Uint8Array | null)[];

export interface Tensor {
  readonly name: string;
  readonly datatype: Datatype;
  /** Its product is the number of elements. */
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** What a model tells of one of its inputs or outputs; -1 is a dimension of any size. */
export interface TensorDescription {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: readonly number[];
}

/**
 * What one call of a model is given, after the signature was enforced.
 *
 * `columns`: every tensor is one column of a table, shape `[rows]`, in the signature's order. `tensors`: whole tensors by
 * name; one without a name is called `''`. `json`: what has no form as tensors (nested objects, models without a
 * signature), for Python models only: the text of a body of MLflow's scoring protocol, an object with exactly one of
 * `dataframe_split`, `dataframe_records`, `instances`, `inputs`, or an unwrapped one (`messages`, `prompt`, `input`).
 * Its own `params`, if it has any, are not read: those of the input stand beside it, with the signature's defaults.
 *
 * A column without a name is called `input-<index>`.
 */
export type ModelInput =
  | { readonly form: 'columns'; readonly tensors: readonly Tensor[]; readonly rows: number; readonly params: Params | undefined }
  | { readonly form: 'tensors'; readonly tensors: readonly Tensor[]; readonly rows: number; readonly params: Params | undefined }
  | { readonly form: 'json'; readonly text: string; readonly rows: number; readonly params: Params | undefined };

/** Values of the signature's `params`, each a plain JSON value or a `bigint` beyond 2⁵³. */
export type Params = Readonly<Record<string, unknown>>;

/**
 * What one call of a model gives, in the form in which MLflow's scoring server writes `predictions`.
 *
 * `array`: one tensor, a nested list. `records`: columns, a list of objects, one a row. `columns`: an object of nested
 * lists. `json`: anything else, as the text of a JSON value.
 */
export type ModelOutput =
  | { readonly form: 'array' | 'records' | 'columns'; readonly tensors: readonly Tensor[] }
  | { readonly form: 'json'; readonly text: string };

/** How many elements a tensor of this shape has. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}
