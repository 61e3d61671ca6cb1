import { expect, test } from 'vitest';
import type { Datatype, ModelInput, Tensor, TensorData, TensorDescription } from '../../formats/tensor/tensor.ts';
import { feedsOf } from './onnx-feeds.ts';

const asked = (datatype: Datatype, shape: number[]): TensorDescription[] => [{ name: 'x', datatype, shape }];

function column(name: string, datatype: Datatype, data: TensorData): Tensor {
  return { name, datatype, shape: [data.length], data };
}

function columns(...tensors: Tensor[]): ModelInput {
  return { form: 'columns', tensors, rows: tensors[0]!.data.length, params: undefined };
}

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

test('numbers become half-precision ones, the nearest, of two as near the even one', () => {
  // 2049 lies between 2048 and 2050, 2051 between 2050 and 2052; 65519 is the last that is nearer to 65504 than to infinity.
  const doubles = column('a', 'FP64', Float64Array.from([1, -0, 2049, 2051, 0.1, 65519, Number.NaN, 2 ** -25]));
  const singles = column('b', 'FP32', Float32Array.from([0.5, -2, 65504, 2 ** -24, 1, 1, 1, 1]));
  const [feed] = feedsOf(columns(doubles, singles), asked('FP16', [-1, 2]));
  expect(feed).toMatchObject({ name: 'x', datatype: 'FP16', shape: [8, 2] });
  expect(Array.from(feed!.data as Uint16Array).filter((_, at) => at % 2 === 0)).toEqual([
    0x3c00, 0x8000, 0x6800, 0x6802, 0x2e66, 0x7bff, 0x7e00, 0x0000,
  ]);
  expect(Array.from(feed!.data as Uint16Array).filter((_, at) => at % 2 === 1)).toEqual([
    0x3800, 0xc000, 0x7bff, 0x0001, 0x3c00, 0x3c00, 0x3c00, 0x3c00,
  ]);
});

test('integers become half-precision numbers, and those become wider ones', () => {
  const whole: ModelInput = { form: 'tensors', tensors: [column('', 'INT64', BigInt64Array.of(3n, -4n))], rows: 2, params: undefined };
  expect(feedsOf(whole, asked('FP16', [-1]))[0]!.data).toEqual(Uint16Array.of(0x4200, 0xc400));
  const half: ModelInput = { form: 'tensors', tensors: [column('', 'FP16', Uint16Array.of(0x2e66, 0x7e00))], rows: 2, params: undefined };
  expect(feedsOf(half, asked('FP32', [-1]))[0]!.data).toEqual(Float32Array.of(0.0999755859375, Number.NaN));
});

test('numbers beyond what the input can hold are told by column and row', () => {
  const given = columns(column('a', 'FP64', Float64Array.of(1, 65520)), column('b', 'FP64', Float64Array.of(-1e300, 2)));
  expect(thrownBy(() => feedsOf(given, asked('FP16', [-1, 2])))).toMatchObject({
    code: 'INPUT_INVALID',
    message:
      "the input does not fit what the model takes: 'a' in row 1: expected a number that FP16 can hold, got 65520; 'b' in row 0: expected a number that FP16 can hold, got -1e+300",
    details: {
      problems: [
        { field: 'a', row: 1, got: '65520' },
        { field: 'b', row: 0 },
      ],
    },
  });
  const matrix: Tensor = { name: 'x', datatype: 'FP64', shape: [2, 2], data: Float64Array.of(1, 2, 3, 1e39) };
  const tensors: ModelInput = { form: 'tensors', tensors: [matrix], rows: 2, params: undefined };
  expect(thrownBy(() => feedsOf(tensors, asked('FP32', [-1, 2])))).toMatchObject({
    code: 'INPUT_INVALID',
    details: { problems: [{ field: 'x', row: 1, column: 1, expected: 'a number that FP32 can hold', got: '1e+39' }] },
  });
  expect(feedsOf(tensors, asked('FP64', [-1, 2]))[0]!.data).toEqual(matrix.data);
});
