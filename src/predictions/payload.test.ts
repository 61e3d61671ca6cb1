import { expect, test } from 'vitest';
import { decodeRecord, encodeRecord } from './payload.ts';
import type { InferenceRecord } from './record.ts';

const record: InferenceRecord = {
  workspaceId: 1,
  requestId: 'r1',
  endpoint: 'line',
  model: { name: 'line', version: '3', runId: undefined },
  at: 1_700_000_000_000,
  latencyMs: 0.5,
  status: 200,
  protocol: 'mlflow',
  input: {
    form: 'columns',
    rows: 2,
    params: undefined,
    tensors: [
      { name: 'x', datatype: 'FP64', shape: [2], data: Float64Array.of(1, 2) },
      { name: 'place', datatype: 'BYTES', shape: [2], data: ['Zürich', null] },
    ],
  },
  output: { form: 'array', tensors: [{ name: '', datatype: 'FP64', shape: [2], data: Float64Array.of(3, 5) }] },
  error: undefined,
};

test('a record comes back as it was, also when its layout was written before', () => {
  const first = Buffer.concat(encodeRecord(record));
  const again = Buffer.concat(encodeRecord({ ...record, requestId: 'r2' }));
  expect(decodeRecord(first)).toEqual(record);
  expect(decodeRecord(again)).toEqual({ ...record, requestId: 'r2' });
});

test('another layout of the same endpoint is another layout', () => {
  const other: InferenceRecord = {
    ...record,
    input: {
      form: 'tensors',
      rows: 1,
      params: undefined,
      tensors: [{ name: 'x', datatype: 'INT32', shape: [1, 2], data: Int32Array.of(7, 8) }],
    },
    output: { form: 'json', text: '{"a":1}' },
  };
  expect(decodeRecord(Buffer.concat(encodeRecord(record)))).toEqual(record);
  expect(decodeRecord(Buffer.concat(encodeRecord(other)))).toEqual({ ...other, output: { ...other.output, tensors: [] } });
});

test('a payload of the first form, its tensors described in the header, is read as before', () => {
  const { input, output, ...rest } = record;
  const header = JSON.stringify({
    ...rest,
    input: {
      rows: 2,
      form: 'columns',
      tensors: [
        { name: 'x', datatype: 'FP64', shape: [2], size: 16 },
        { name: 'place', datatype: 'BYTES', shape: [2], size: bytesOfPlaces.length },
      ],
    },
    output: { form: 'array', tensors: [{ name: '', datatype: 'FP64', shape: [2], size: 16 }] },
  });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(Buffer.byteLength(header));
  const numbers = (...values: number[]): Buffer => Buffer.from(Float64Array.from(values).buffer);
  const payload = Buffer.concat([length, Buffer.from(header), numbers(1, 2), bytesOfPlaces, numbers(3, 5)]);
  expect(decodeRecord(payload)).toEqual({ ...rest, input, output });
});

/** BYTES as the binary tensor extension has them, the missing text as its codec writes it. */
const bytesOfPlaces = ((): Buffer => {
  const [, , , , places] = encodeRecord(record);
  return Buffer.from(places!);
})();
