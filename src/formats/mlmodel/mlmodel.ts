/** MLflow's model folder as its `MLmodel` file describes it. */

export type ColumnType = 'boolean' | 'integer' | 'long' | 'float' | 'double' | 'string' | 'binary' | 'datetime';

/** `array`, `object`, `map` and `any` columns: taken as JSON, for Python models only. */
export interface NestedType {
  readonly nested: 'array' | 'object' | 'map' | 'any';
  /** The type as MLmodel writes it. */
  readonly definition: unknown;
}

export interface ColumnSpec {
  /** Absent in signatures of unnamed columns. */
  readonly name: string | undefined;
  readonly type: ColumnType | NestedType;
  readonly required: boolean;
}

export interface TensorSpec {
  readonly name: string | undefined;
  /** numpy's name: `float32`, `int64`, `str`, … */
  readonly dtype: string;
  readonly shape: readonly number[];
}

export interface ParamSpec {
  readonly name: string;
  readonly type: ColumnType | NestedType;
  readonly default: unknown;
  /** Undefined is a scalar, `[-1]` a list. */
  readonly shape: readonly number[] | undefined;
}

export type Specs =
  | { readonly kind: 'columns'; readonly columns: readonly ColumnSpec[] }
  | { readonly kind: 'tensors'; readonly tensors: readonly TensorSpec[] };

export interface Signature {
  readonly inputs: Specs | undefined;
  readonly outputs: Specs | undefined;
  readonly params: readonly ParamSpec[];
  /** The predict function's type hint made it: the only column is an element of the list that the function takes. */
  readonly fromTypeHint?: true;
}

export interface Mlmodel {
  /** Names of all flavours. */
  readonly flavors: readonly string[];
  /** Where the folder has an ONNX model: its file, relative to the folder. */
  readonly onnx: { readonly file: string } | undefined;
  /** Where the folder can be loaded as `python_function`. */
  readonly pythonFunction:
    | { readonly loaderModule: string; readonly requirementsFile: string | undefined; readonly pythonVersion: string | undefined }
    | undefined;
  readonly signature: Signature | undefined;
  /** Paths relative to the folder. */
  readonly inputExample: { readonly file: string; readonly servingFile: string | undefined } | undefined;
  readonly runId: string | undefined;
  readonly mlflowVersion: string | undefined;
}

/** Whether the ONNX model stands in for another flavour, and is not what `python_function` itself runs. */
export function isTwin({ onnx, pythonFunction }: Pick<Mlmodel, 'onnx' | 'pythonFunction'>): boolean {
  return onnx !== undefined && pythonFunction !== undefined && pythonFunction.loaderModule !== 'mlflow.onnx';
}
