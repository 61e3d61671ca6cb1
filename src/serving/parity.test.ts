import { expect, test } from 'vitest';
import type { Datatype, ModelOutput, Tensor } from '../formats/tensor/tensor.ts';
import { compareOutputs, compareProofs } from './parity.ts';

const doubles = (values: number[], shape = [values.length], name = ''): Tensor => ({
  name,
  datatype: 'FP64',
  shape,
  data: Float64Array.from(values),
});
const array = (tensor: Tensor): ModelOutput => ({ form: 'array', tensors: [tensor] });
const compare = (left: number[], right: number[]) => compareOutputs(array(doubles(left)), array(doubles(right)), 1e-6);

test('answers within the tolerance agree, with the largest difference', () => {
  expect(compare([1, 2.000001], [1, 2])).toEqual({
    state: 'agrees',
    message: 'ONNX answers the input example as python_function does: the largest relative difference is 5.0e-7 (allowed 1e-6)',
    largestDifference: expect.closeTo(5e-7, 12) as number,
    tolerance: 1e-6,
    mismatch: undefined,
  });
});

test('the value that differs most is named by row and column', () => {
  const [left, right] = [doubles([1, 2, 3, 4.5], [2, 2]), doubles([1, 2.1, 3, 4], [2, 2])];
  expect(compareOutputs(array(left), array(right), 1e-6)).toMatchObject({
    state: 'differs',
    mismatch: { row: 1, column: '1', onnx: '4.5', other: '4' },
    message: expect.stringContaining('row 1, column 1: 4.5 against 4, a relative difference of 1.1e-1') as string,
  });
  const named = (value: number): ModelOutput => ({ form: 'records', tensors: [doubles([1], [1], 'low'), doubles([value], [1], 'high')] });
  expect(compareOutputs(named(2), named(3), 1e-6)).toMatchObject({ mismatch: { row: 0, column: 'high' } });
});

test('missing numbers are alike among themselves and differ from every number', () => {
  expect(compare([Number.NaN, Infinity], [Number.NaN, Infinity]).state).toBe('agrees');
  expect(compare([Number.NaN], [1])).toMatchObject({
    state: 'differs',
    largestDifference: undefined,
    mismatch: { onnx: 'NaN', other: '1' },
  });
  expect(compare([-Infinity], [Infinity]).state).toBe('differs');
});

test('noise where large answers cancel out is no difference', () => {
  expect(compare([1000, 1e-9], [1000, -1e-9]).state).toBe('agrees');
  expect(compare([1, 1e-9], [1, -1e-9]).state).toBe('agrees');
  expect(compare([1e-3, 1e-9], [1e-3, -1e-9]).state).toBe('differs');
});

test('labels are compared as they are', () => {
  const labels = (...data: string[]): ModelOutput => array({ name: '', datatype: 'BYTES', shape: [data.length], data });
  expect(compareOutputs(labels('a', 'b'), labels('a', 'b'), 1e-6).state).toBe('agrees');
  expect(compareOutputs(labels('a', 'b'), labels('a', 'c'), 1e-6)).toMatchObject({
    state: 'differs',
    mismatch: { row: 1, onnx: 'b', other: 'c' },
  });
});

test('another number of outputs or values differs; what is no tensor cannot be compared', () => {
  expect(compare([1], [1, 2])).toMatchObject({ state: 'differs', message: expect.stringContaining('1 values against 2') as string });
  expect(compareOutputs({ form: 'json', text: '{}' }, array(doubles([1])), 1e-6).state).toBe('unchecked');
});

test('a model that takes single-precision numbers is judged by what they can hold', () => {
  const proof = (datatype: Datatype, value: number) => ({
    output: array(doubles([value])),
    inputs: [{ name: 'X', datatype, shape: [-1] }],
  });
  expect(compareProofs(proof('FP32', 1.000005), proof('FP32', 1)).state).toBe('agrees');
  expect(compareProofs(proof('FP64', 1.000005), proof('FP64', 1)).state).toBe('differs');
  expect(compareProofs({ output: undefined, inputs: [] }, { output: undefined })).toMatchObject({
    state: 'unchecked',
    message: 'ONNX was not compared with python_function: there is no input example',
  });
});
