import { expect, test } from 'vitest';
import type { ModelOutput } from '../tensor/tensor.ts';
import { writeCsv, writeJsonLines, writePredictions } from './write-predictions.ts';

const matrix: ModelOutput = {
  form: 'array',
  tensors: [{ name: '', datatype: 'FP64', shape: [2, 2], data: new Float64Array([1, 0.1, Number.NaN, -0]) }],
};
const records: ModelOutput = {
  form: 'records',
  tensors: [
    { name: 'label', datatype: 'INT64', shape: [2], data: new BigInt64Array([9007199254740993n, -1n]) },
    { name: 'text', datatype: 'BYTES', shape: [2], data: ['a,"b"', null] },
    { name: 'p', datatype: 'FP32', shape: [2, 1], data: new Float32Array([0.1, Number.POSITIVE_INFINITY]) },
  ],
};

test('predictions are the values of the tensors, and null where JSON has no number', () => {
  expect(writePredictions(matrix)).toBe('{"predictions": [[1.0, 0.1], [null, -0.0]]}');
  expect(writePredictions(records)).toBe(
    '{"predictions": [{"label": 9007199254740993, "text": "a,\\"b\\"", "p": [0.10000000149011612]}, {"label": -1, "text": null, "p": [null]}]}',
  );
  expect(writePredictions({ ...records, form: 'columns' })).toBe(
    '{"predictions": {"label": [9007199254740993, -1], "text": ["a,\\"b\\"", null], "p": [[0.10000000149011612], [null]]}}',
  );
  expect(writePredictions({ form: 'json', text: '{"a": 1}' })).toBe('{"predictions": {"a": 1}}');
});

test('truth values, halves and bytes have their JSON', () => {
  const one = (datatype: 'BOOL' | 'FP16' | 'BYTES', data: Uint8Array | Uint16Array | Uint8Array[]): string =>
    writePredictions({ form: 'array', tensors: [{ name: '', datatype, shape: [data.length], data }] });
  expect(one('BOOL', new Uint8Array([0, 1]))).toBe('{"predictions": [false, true]}');
  expect(one('FP16', new Uint16Array([0x3c00, 0x3555, 0x7c00, 0x0001]))).toBe(
    '{"predictions": [1.0, 0.333251953125, null, 5.960464477539063e-8]}',
  );
  expect(one('BYTES', [new Uint8Array([0, 255])])).toBe('{"predictions": ["AP8="]}');
});

test('CSV and JSON lines have one line a row', () => {
  expect(writeCsv(matrix)).toBe('1,0.1\r\n,0\r\n');
  expect(writeCsv(records)).toBe('9007199254740993,"a,""b""",[0.10000000149011612]\r\n-1,,[null]\r\n');
  expect(writeCsv({ form: 'json', text: '[null,1]' })).toBe('""\r\n1\r\n');
  expect(writeJsonLines(matrix)).toBe('[1.0, 0.1]\n[null, -0.0]\n');
  expect(writeJsonLines({ form: 'json', text: '[{"a":1},2]' })).toBe('{"a":1}\n2\n');
});
