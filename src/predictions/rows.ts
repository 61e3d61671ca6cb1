import { halfToNumber } from '../formats/tensor/half-precision.ts';
import { elementCount, type ModelInput, type ModelOutput, type Tensor } from '../formats/tensor/tensor.ts';
import { parseLongIntegersAsText } from '../lib/lossless-json.ts';
import type { InferenceRecord } from './record.ts';

/** One row of a request, as it is searched. */
export interface PredictionRow {
  readonly requestId: string;
  /** Counted from 0 within the request. */
  readonly row: number;
  readonly endpoint: string;
  readonly model: string | null;
  readonly version: string | null;
  readonly runId: string | null;
  readonly at: number;
  readonly latencyMs: number;
  readonly status: number;
  readonly protocol: string;
  /** How many rows the request had. */
  readonly rows: number;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly features: Readonly<Record<string, unknown>> | null;
  readonly prediction: unknown;
}

/** More elements than this for one row are told by their shape only: images and texts are no columns. */
const elementLimit = 4096;

export function rowsOfRecord(record: InferenceRecord): PredictionRow[] {
  const rows = Math.max(1, record.input?.rows ?? 1);
  const features = record.input === undefined ? undefined : featuresOf(record.input, rows);
  const predictions = record.output === undefined ? undefined : predictionsOf(record.output, rows);
  return Array.from({ length: rows }, (_, row) => ({
    requestId: record.requestId,
    row,
    endpoint: record.endpoint,
    model: record.model?.name ?? null,
    version: record.model?.version ?? null,
    runId: record.model?.runId ?? record.runId ?? null,
    at: record.at,
    latencyMs: record.latencyMs,
    status: record.status,
    protocol: record.protocol,
    rows,
    errorCode: record.error?.code ?? null,
    errorMessage: record.error?.message ?? null,
    features: features?.(row) ?? null,
    prediction: predictions?.(row) ?? null,
  }));
}

function featuresOf(input: ModelInput, rows: number): (row: number) => Readonly<Record<string, unknown>> {
  if (input.form !== 'json') {
    const columns = input.tensors.map((tensor) => [tensor.name || 'input', valuesOf(tensor, rows)] as const);
    return (row) => Object.fromEntries(columns.map(([name, value]) => [name, value(row)]));
  }
  const each = partsOf(parseLongIntegersAsText(input.text), rows);
  return (row) => {
    const value = each(row);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : { input: value };
  };
}

function predictionsOf(output: ModelOutput, rows: number): (row: number) => unknown {
  if (output.form === 'json') return partsOf(parseLongIntegersAsText(output.text), rows);
  if (output.form === 'array') return valuesOf(output.tensors[0]!, rows);
  const columns = output.tensors.map((tensor) => [tensor.name, valuesOf(tensor, rows)] as const);
  return (row) => Object.fromEntries(columns.map(([name, value]) => [name, value(row)]));
}

/** A list with an element a row is parted; anything else belongs to the first row. */
function partsOf(value: unknown, rows: number): (row: number) => unknown {
  if (Array.isArray(value) && value.length === rows) return (row) => value[row] as unknown;
  return (row) => (row === 0 ? value : null);
}

function valuesOf({ datatype, shape, data }: Tensor, rows: number): (row: number) => unknown {
  const parted = shape[0] === rows;
  if (parted && shape.length === 1) return (row) => plainElement(datatype, data[row]!);
  const inner = parted ? shape.slice(1) : shape;
  const count = elementCount(inner);
  return (row) => {
    if (!parted && row > 0) return null;
    if (count > elementLimit) return `${datatype}[${inner.join(',')}]`;
    const from = parted ? row * count : 0;
    const elements = Array.from({ length: count }, (_, index) => plainElement(datatype, data[from + index]!));
    return nest(elements, inner);
  };
}

function nest(elements: readonly unknown[], shape: readonly number[]): unknown {
  if (shape.length === 0) return elements[0];
  if (shape.length === 1) return elements;
  const size = elements.length / shape[0]!;
  return Array.from({ length: shape[0]! }, (_, index) => nest(elements.slice(index * size, (index + 1) * size), shape.slice(1)));
}

/** As JSON can hold it: whole numbers beyond 2⁵³ and bytes as text, ±Infinity as text, NaN as null. */
function plainElement(datatype: string, element: string | number | bigint | Uint8Array | null): unknown {
  if (datatype === 'BOOL') return element === 1;
  if (datatype === 'FP16') return plainNumber(halfToNumber(Number(element)));
  if (typeof element === 'bigint') return Number.isSafeInteger(Number(element)) ? Number(element) : String(element);
  if (typeof element === 'number') return plainNumber(datatype === 'FP32' ? shortest(element) : element);
  if (element instanceof Uint8Array) return Buffer.from(element).toString('base64');
  return element;
}

function plainNumber(value: number): number | string | null {
  if (Number.isNaN(value)) return null;
  return Number.isFinite(value) ? value : String(value);
}

/** The shortest decimal that is the same single-precision number: 0.1, not 0.10000000149011612. */
function shortest(value: number): number {
  for (let digits = 6; digits <= 9; digits += 1) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return value;
}
