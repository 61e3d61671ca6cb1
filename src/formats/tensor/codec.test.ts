import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MillwrightError } from '../../errors.ts';
import { decodeTensors, encodeTensors } from './codec.ts';
import { makeData } from './element-types.ts';
import { concatInputs, splitOutput } from './rows.ts';
import { datatypes, elementCount, type Tensor, type TensorData } from './tensor.ts';

const tensors = fc.array(
  fc
    .tuple(fc.constantFrom(...datatypes), fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }), fc.string(), fc.integer())
    .map(([datatype, shape, name, seed]): Tensor => {
      const count = elementCount(shape);
      if (datatype === 'BYTES') {
        const kinds = [null, 'é', '', new Uint8Array([0xff, seed & 0x7f]), 'x'.repeat(Math.abs(seed) % 9)];
        return {
          name,
          datatype,
          shape,
          data: Array.from({ length: count }, (_, index) => kinds[(index + Math.abs(seed)) % kinds.length]!),
        };
      }
      const data = makeData(datatype, count);
      new Uint8Array(data.buffer).forEach(
        (_, index, bytes) => (bytes[index] = datatype === 'BOOL' ? index % 2 : (seed >> (index % 24)) & 0xff),
      );
      return { name, datatype, shape, data };
    }),
  { maxLength: 5 },
);

function joined(buffers: readonly Uint8Array[], offset: number): Uint8Array {
  const bytes = Buffer.concat(buffers);
  const shifted = new Uint8Array(bytes.length + offset);
  shifted.set(bytes, offset);
  return shifted.subarray(offset);
}

function raw(data: TensorData): unknown {
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex')
    : data.map((item) => (item instanceof Uint8Array ? [...item] : item));
}

test('decodeTensors gives back what encodeTensors took, wherever the bytes lie', () => {
  fc.assert(
    fc.property(tensors, fc.integer({ min: 0, max: 9 }), (given, offset) => {
      const { entries, buffers } = encodeTensors(given);
      const decoded = decodeTensors(JSON.parse(JSON.stringify(entries)), joined(buffers, offset));
      expect(decoded.map((tensor) => ({ ...tensor, data: raw(tensor.data) }))).toEqual(
        given.map((tensor) => ({ ...tensor, data: raw(tensor.data) })),
      );
    }),
    { numRuns: 60 },
  );
});

test('BYTES are a length and its bytes each, and a missing text is the length 0xFFFFFFFF', () => {
  const { entries, buffers } = encodeTensors([{ name: 't', datatype: 'BYTES', shape: [3], data: ['é', null, ''] }]);
  expect(entries).toEqual([{ name: 't', datatype: 'BYTES', shape: [3], size: 14 }]);
  expect(Buffer.from(buffers[0]!).toString('hex')).toBe('02000000c3a9ffffffff00000000');
});

test('numbers are not copied where they are aligned', () => {
  const body = new Uint8Array(new ArrayBuffer(16));
  const [tensor] = decodeTensors([{ name: 'x', datatype: 'FP64', shape: [2], size: 16 }], body);
  expect((tensor!.data as Float64Array).buffer).toBe(body.buffer);
});

test('whatever header comes, the answer is a tensor or INPUT_INVALID', () => {
  const header = fc.record(
    {
      name: fc.oneof(fc.string(), fc.jsonValue()),
      datatype: fc.oneof(fc.constantFrom(...datatypes), fc.jsonValue()),
      shape: fc.oneof(fc.array(fc.oneof(fc.nat(), fc.constant(2 ** 52), fc.double())), fc.jsonValue()),
      size: fc.oneof(fc.nat(40), fc.jsonValue()),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(fc.array(header, { maxLength: 3 }), fc.jsonValue()), fc.uint8Array({ maxLength: 60 }), (entries, body) => {
      try {
        decodeTensors(entries, body);
      } catch (error) {
        expect((error as MillwrightError).code).toBe('INPUT_INVALID');
      }
    }),
    { numRuns: 200 },
  );
});

test('rows of several calls are joined, and their answer is parted again', () => {
  const column = (values: number[]): Tensor => ({ name: 'x', datatype: 'FP64', shape: [values.length], data: new Float64Array(values) });
  const call = (values: number[]) => ({ form: 'columns', tensors: [column(values)], rows: values.length, params: undefined }) as const;
  const all = concatInputs([call([1, 2]), call([3])]);
  expect(all).toEqual(call([1, 2, 3]));
  const parts = splitOutput({ form: 'array', tensors: [column([7, 8, 9])] }, [2, 1]);
  expect(parts).toEqual([
    { form: 'array', tensors: [column([7, 8])] },
    { form: 'array', tensors: [column([9])] },
  ]);
});

test('calls that differ in a column, or whose answer is not one row for each, are left alone', () => {
  const call = (name: string, params?: Record<string, unknown>) =>
    ({ form: 'columns', tensors: [{ name, datatype: 'BOOL', shape: [1], data: new Uint8Array(1) }], rows: 1, params }) as const;
  expect(concatInputs([call('a'), call('b')])).toBeUndefined();
  expect(concatInputs([call('a', { k: 1 }), call('a', { k: 2 })])).toBeUndefined();
  expect(concatInputs([call('a', { k: 1 }), call('a', { k: 1 })])?.rows).toBe(2);
  expect(splitOutput({ form: 'array', tensors: call('a').tensors }, [1, 1])).toBeUndefined();
});
