import { createHmac } from 'node:crypto';
import { stringifyLossless } from '../formats/scoring/json-body.ts';
import { parseLossless } from '../lib/lossless-json.ts';
import type { ModelInput, ModelOutput, Tensor } from '../formats/tensor/tensor.ts';
import type { InferenceRecord } from './record.ts';

/** What becomes of a masked column: its values are left out, or replaced by a keyed hash, by which equal ones still meet. */
export type Mask = Readonly<Record<string, 'drop' | 'hash'>>;

/** The record without what is masked, in features, predictions and messages. */
export function maskRecord(record: InferenceRecord, mask: Mask, key: Uint8Array): InferenceRecord {
  if (Object.keys(mask).length === 0) return record;
  return {
    ...record,
    input: record.input === undefined ? undefined : (maskBody(record.input, mask, key) as ModelInput),
    output: record.output === undefined ? undefined : (maskBody(record.output, mask, key) as ModelOutput),
    // A message may quote the value that it complains of.
    error: record.error === undefined ? undefined : { code: record.error.code, message: 'not kept: the endpoint masks columns' },
  };
}

function maskBody(body: ModelInput | ModelOutput, mask: Mask, key: Uint8Array): ModelInput | ModelOutput {
  if (body.form === 'json') return { ...body, text: stringifyLossless(maskJson(parseLossless(body.text), mask, key)) };
  const tensors = body.tensors.map((tensor) => (Object.hasOwn(mask, tensor.name) ? maskTensor(tensor, mask[tensor.name]!, key) : tensor));
  return { ...body, tensors };
}

function maskTensor({ name, shape, data }: Tensor, how: 'drop' | 'hash', key: Uint8Array): Tensor {
  const masked = Array.from(data as ArrayLike<unknown>, (element) => (how === 'drop' ? null : hash(element, key)));
  return { name, datatype: 'BYTES', shape, data: masked };
}

/** A key counts wherever it stands: tables come as lists of objects or as objects of lists. */
function maskJson(value: unknown, mask: Mask, key: Uint8Array): unknown {
  if (Array.isArray(value)) return value.map((item) => maskJson(item, mask, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      if (!Object.hasOwn(mask, name)) return [name, maskJson(item, mask, key)];
      return [name, mask[name] === 'drop' ? null : hash(item, key)];
    }),
  );
}

function hash(value: unknown, key: Uint8Array): string {
  const text =
    value instanceof Uint8Array
      ? Buffer.from(value).toString('base64')
      : typeof value === 'string'
        ? value
        : JSON.stringify(value, bigintText);
  return createHmac('sha256', key).update(text).digest('hex').slice(0, 32);
}

function bigintText(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
